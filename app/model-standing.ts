import type { Logger } from "pino";
import type { AgentFaultCode } from "../agents/fault.ts";
import type { ModelStanding } from "../agents/standing.ts";

/** What mends a model's fault, as whoever runs the worker reads it. */
const fixes: { readonly [code in AgentFaultCode]?: string } = {
  MODEL_KEY_REFUSED:
    "set ANTHROPIC_API_KEY, OPENAI_API_KEY or what the supplier's own client reads to a key that it takes, and start the worker again",
  MODEL_UNKNOWN: "set MANDATE_MODEL to a model that the key may use, and start the worker again",
  MODEL_REQUEST_INVALID: "read `tried` of the case's turns: mandate cases show <case>",
  MODEL_RATE_LIMITED:
    "ask the supplier for more, stay below with MANDATE_MODEL_CALLS_PER_MINUTE, or name MANDATE_MODEL_FALLBACK",
  MODEL_UNAVAILABLE: "wait until the supplier is back; MANDATE_MODEL_FALLBACK names a second model",
};

export function fixOf(code: AgentFaultCode): string {
  return fixes[code] ?? "mandate doctor";
}

/** How often a model that stays away is told of again. */
const AGAIN_MS = 60_000;

/** Tells the log when a model does not answer, once a minute at most for each model and fault, and when it is back. */
export function standingTold(log: Logger, nowMs: () => number): (standing: ModelStanding) => void {
  const told = new Map<string, { readonly code: AgentFaultCode; readonly atMs: number }>();
  return (standing) => {
    const { model } = standing;
    if (standing.state === "answers") {
      if (told.delete(model)) log.info({ model }, "a model answers again");
      return;
    }
    const { code, message } = standing.fault;
    const last = told.get(model);
    if (last?.code === code && nowMs() - last.atMs < AGAIN_MS) return;
    told.set(model, { code, atMs: nowMs() });
    log.error(
      { model, code, text: message, fix: fixOf(code) },
      "a model does not answer: its turns wait and are then done without it",
    );
  };
}
