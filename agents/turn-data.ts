import { z } from "zod";
import type { Evidence, Finding } from "../domain/evidence.ts";
import { isWhole, ownActionOf, recordToolOf, isMoot } from "../functions/index.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/proposal.ts";
import { dataBlock, readDataBlock } from "./data-block.ts";
import type { Message } from "./conversation.ts";
import { JsonRecord } from "./json-record.ts";
import { AgentFault } from "./fault.ts";
import type { Role } from "../functions/definition.ts";
import type { TurnInput } from "./turn.ts";

const Proposed = z.object({ tool: z.string(), args: JsonRecord });

/** What a turn's opening message tells a model, as data. Readings by tool name; no company or key is in it. */
export const TurnData = z.object({
  role: z.enum(["intelligence", "orchestration", "compliance"]),
  functionId: z.string(),
  /** The governed action that the turn is about. */
  action: z.string(),
  /** The instant that the step is proposed at, ISO 8601: what facts count days from. */
  at: z.iso.datetime(),
  /** What the record asks for, computed by code. */
  requested: Proposed,
  readings: z.record(z.string(), JsonRecord),
  /** Readings still to be taken: `tool` is their name in findings, `call` the name of the tool to call. */
  mayRead: z.array(z.object({ tool: z.string(), call: z.string(), args: JsonRecord })).default([]),
  findings: z.array(z.object({ code: z.string(), statement: z.string(), sources: z.array(z.string()) })).default([]),
  proposal: Proposed.extend({ reasoning: z.string() }).optional(),
});
export type TurnData = z.infer<typeof TurnData>;

export function openingMessage(role: Role, turn: TurnInput, evidence: readonly Evidence[], more: JsonObject): Message {
  const { functionId, action, at } = turn;
  const requested = requestedAction(turn, evidence);
  const readings = readingsOf(evidence);
  return { role: "user", text: dataBlock({ role, functionId, action, at, requested, readings, ...more }) };
}

/** The opening message's data, or undefined for a conversation that is not a turn. */
export function turnDataOf(text: string): TurnData | undefined {
  const parsed = TurnData.safeParse(readDataBlock(text));
  return parsed.success ? parsed.data : undefined;
}

export function readingsOf(evidence: readonly Evidence[]): { readonly [tool: string]: JsonObject } {
  return Object.fromEntries(evidence.map(({ source, value }) => [source.source, value]));
}

export function findingsJson(findings: readonly Finding[]): JsonObject[] {
  return findings.map(({ code, statement, confidencePpm, sources }) => ({ code, statement, confidencePpm, sources }));
}

/**
 * What the record asks for. Throws `RECORD_UNREADABLE` when it asks for nothing by now, or for something of which not everything can
 * be read: an agent must not invent a request, nor a part of one.
 */
export function requestedAction({ functionId, action }: TurnInput, evidence: readonly Evidence[]): Action {
  const taken = Object.fromEntries(evidence.map((reading) => [reading.source.source, reading]));
  const record = taken[recordToolOf(functionId)];
  const own = ownActionOf(functionId, action);
  const requested = record && own.requested(record.value, taken);
  if (requested === undefined || !isWhole(own, requested.args) || isMoot(functionId, own, record?.value)) {
    throw new AgentFault("RECORD_UNREADABLE", `record holds no readable request for \`${functionId}\``);
  }
  return requested;
}
