import { stoppedText } from "../domain/control.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ModelCall, ModelCallAnswer } from "../domain/model-call.ts";
import type { Role } from "../functions/definition.ts";
import { AgentFault } from "./fault.ts";
import { MAX_OUTPUT_TOKENS, MODEL_CALL_TIMEOUT_MS } from "./limits.ts";
import { costMicroUsdOf, listPrices, type Prices } from "../domain/model-prices.ts";
import type { TurnInput } from "./turn.ts";

/** What a call comes to, or at the most. Money in millionths of a US dollar; undefined: no price of the model is known. */
type Spend = { readonly tokens: number; readonly microUsd: number | undefined; readonly ms: number };

/** A call before it is made, at the most that it can come to. `day`: ISO date (UTC) by the company's clock. */
type AskedSpend = Spend &
  Pick<ModelCall, "company" | "caseId" | "turnKey" | "model"> &
  Pick<TurnInput, "functionId"> & { readonly day: string };

/** A cap that a call would go over, and what is left of it. */
type CapOver = { readonly scope: string; readonly measure: string; readonly cap: number; readonly room: number };

/** Where calls are reserved before they are made. An answer with `over` is that the call may not be made. */
export type Budget = {
  reserve(asked: AskedSpend): Promise<{ readonly n: number } | { readonly over: CapOver }>;
  /** What the call came to: `released`, it cost nothing; `unknown`, its supplier may bill it, and all that was held counts as used. */
  end(company: string, n: number, spent: Spend | "released" | "unknown"): Promise<void>;
  /** What stops a role's calls now, by the switch's name; undefined where nothing does. */
  stop(asked: {
    readonly company: string;
    readonly functionId: string;
    readonly role: Role;
  }): Promise<string | undefined>;
  /** Absent: list prices alone. */
  readonly prices?: Prices | undefined;
};

/** A call on its way: what its names are, and what it is asked with. */
export type MeteredCall = {
  readonly names: Pick<ModelCall, "company" | "caseId" | "turnKey" | "model" | "offline">;
} & {
  readonly request: JsonObject;
};

/**
 * Makes a call within its budgets. Makes none, and throws `MODEL_BUDGET_SPENT` where one has no room for it, `MODEL_STOPPED` where its
 * function or the company is stopped, `AGENT_STOPPED` where its agent is.
 */
export type Meter = (call: MeteredCall, make: () => Promise<ModelCallAnswer>) => Promise<ModelCallAnswer>;

/** What a supplier adds to a request, in tokens: the words that tell a model of its tools. */
const SUPPLIER_TOKENS = 1_000;

/** Every call that costs is reserved at its most, and settled at what it came to. `nowMs`: for its wall time alone. */
export function createMeter(budget: Budget, nowMs: () => number, role: Role, { functionId, at }: TurnInput): Meter {
  const { prices = listPrices } = budget;
  return async ({ names, request }, make) => {
    if (names.offline) return make();
    const { company, caseId, turnKey, model } = names;
    const by = await budget.stop({ company, functionId, role });
    if (by !== undefined) throw stopped(by);
    const inputTokens = mostTokensOf(request);
    const microUsd = costMicroUsdOf(prices, model, false, { inputTokens, outputTokens: MAX_OUTPUT_TOKENS }, at);
    const most = { tokens: inputTokens + MAX_OUTPUT_TOKENS, microUsd, ms: MODEL_CALL_TIMEOUT_MS };
    const reserved = await budget.reserve({
      company,
      caseId,
      turnKey,
      model,
      functionId,
      day: at.slice(0, 10),
      ...most,
    });
    if ("over" in reserved) throw spent(reserved.over, model, most.microUsd);
    const begunMs = nowMs();
    // A reservation that cannot be ended counts in full: nothing is overdrawn by that, and the answer is not lost for it.
    const end = (came: Parameters<Budget["end"]>[2]) => budget.end(company, reserved.n, came).catch(() => undefined);
    let answer: ModelCallAnswer;
    try {
      answer = await make();
    } catch (error) {
      await end(error instanceof AgentFault && error.isUnbilled ? "released" : "unknown");
      throw error;
    }
    const { inputTokens: asked, outputTokens: answered } = answer.usage;
    const came = costMicroUsdOf(prices, model, false, answer.usage, at);
    await end({ tokens: asked + answered, microUsd: came, ms: Math.max(0, Math.round(nowMs() - begunMs)) });
    return answer;
  };
}

/** No tokenizer makes more tokens of a text than it has bytes. */
function mostTokensOf(request: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(request)) + SUPPLIER_TOKENS;
}

/** An agent's own switch ends its turn; with the function or the company stopped, models are not paid for what is done without them. */
function stopped(by: string): AgentFault {
  const isAgents = by.startsWith("switch/agent/") || by.startsWith("autonomy/agent/");
  return new AgentFault(isAgents ? "AGENT_STOPPED" : "MODEL_STOPPED", stoppedText(by));
}

function spent({ scope, measure, cap, room }: CapOver, model: string, microUsd: number | undefined): AgentFault {
  const isUnpriced = measure === "microUsd" && microUsd === undefined;
  const why = isUnpriced
    ? `model \`${model}\` has no price, and the budget of \`${scope}\` has a cap in money`
    : `the budget of \`${scope}\` has \`${Math.max(0, room)}\` of \`${cap}\` left in \`${measure}\``;
  return new AgentFault("MODEL_BUDGET_SPENT", why);
}
