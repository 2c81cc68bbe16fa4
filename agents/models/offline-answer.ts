import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { JsonObject } from "../../domain/json.ts";
import type { Evidence } from "../../domain/evidence.ts";
import type { Briefing } from "../../functions/definition.ts";
import { actionOf } from "../../functions/governed-actions.ts";
import { functionOf } from "../../functions/index.ts";
import { knownFacts } from "../../functions/known-facts.ts";
import { unsourced } from "../compliance-rules.ts";
import { readDataBlock } from "../data-block.ts";
import { turnDataOf, type TurnData } from "../turn-data.ts";

/** The first line of everything the offline model writes. */
const OFFLINE_LABEL = "Written by the offline deterministic model, not by a language model.";

export type OfflineAnswer = {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: JsonObject }[];
};

/** The answer to a conversation: a pure function of the messages and of the tools bound. */
export function offlineAnswer(messages: readonly BaseMessage[], tools: ReadonlySet<string>): OfflineAnswer {
  const opening = messages.find((message) => message.type === "human");
  const data = opening && turnDataOf(opening.text);
  const wanted = data === undefined ? [] : callsFor(data, messages);
  const calls = wanted.filter(({ name }) => tools.has(name));
  if (calls.length > 0) return { text: OFFLINE_LABEL, calls };
  return { text: `${OFFLINE_LABEL}\nIt answers turns of Mandate's agents and nothing else.`, calls };
}

function callsFor(data: TurnData, messages: readonly BaseMessage[]): OfflineAnswer["calls"] {
  switch (data.role) {
    case "intelligence": {
      const asked = messages.some((message) => AIMessage.isInstance(message) && (message.tool_calls ?? []).length > 0);
      if (!asked && data.mayRead.length > 0) return data.mayRead.map(({ call, args }) => ({ name: call, args }));
      return [{ name: "report_findings", args: { findings: findingsOf(data, messages) } }];
    }
    case "orchestration":
      return [{ name: "propose_action", args: { args: data.requested.args, reasoning: reasoningOf(data) } }];
    case "compliance":
      return [{ name: "review_proposal", args: reviewOf(data) }];
  }
}

function findingsOf(data: TurnData, messages: readonly BaseMessage[]): JsonObject[] {
  const briefing = briefingOf(data, { ...data.readings, ...readingsIn(messages) });
  return functionOf(data.functionId)
    .agent.findings(briefing)
    .map((finding) => ({ ...finding }));
}

/** What reading tools answered in this conversation, by tool name. */
function readingsIn(messages: readonly BaseMessage[]): { readonly [tool: string]: JsonObject } {
  const answers = messages.filter((message) => message.type === "tool").map((message) => readDataBlock(message.text));
  return Object.fromEntries(
    answers.flatMap((answer) => {
      const { reading, value } = answer ?? {};
      return typeof reading === "string" && isObject(value) ? [[reading, value] as const] : [];
    }),
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function briefingOf({ functionId, action, at, requested }: TurnData, readings: Briefing["readings"]): Briefing {
  const evidence = Object.entries(readings).map(([tool, value]): [string, Evidence] => [
    tool,
    { source: { source: tool, ref: tool, version: "", observedAt: "" }, value },
  ]);
  const read = Object.fromEntries(evidence);
  const { facts } = knownFacts(actionOf(functionId, action), { evidence: read, action: requested, at });
  return { readings, requested, facts, at };
}

function reasoningOf({ functionId, findings, requested }: TurnData): string {
  const proposes = functionOf(functionId).agent.proposes(requested);
  return [OFFLINE_LABEL, ...findings.map(({ statement }) => statement), proposes].join("\n").slice(0, 4_000);
}

function reviewOf({ readings, findings, proposal }: TurnData): JsonObject {
  if (proposal === undefined) return { verdict: "escalate", reasons: ["There is no proposal to review."] };
  return unsourced({ readings, findings });
}
