import type { Agents, TurnInput } from "../../agents/agents.ts";
import type { Prompts } from "../../agents/prompts/index.ts";
import type { FindingsTurn } from "../../agents/turn.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { ownChain } from "../../audit/told-parts.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { objectAt, objectsAt } from "../../audit/story/loose.ts";
import type { ReasoningChain } from "../../domain/proposal.ts";
import { agentsProposal } from "../../deciding/agents-proposal.ts";
import { differenceOf } from "./difference.ts";
import type { Replayed } from "./guardrail.ts";
import { stageOf, type AgentRecords, type Stage } from "./stage.ts";

export type { AgentRecords } from "./stage.ts";

/** `notes`: what is told beside the outcome, such as a prompt that has changed since. */
export type AgentReplay = { readonly outcome: Replayed; readonly notes: readonly string[] };

/**
 * Lets the agents work on a step again (level L2): the code of today, every model answer from the recorded turns, every
 * reading as it was taken. The proposal and Compliance's review must come out as recorded, byte for byte as canonical
 * JSON. A prompt that has changed since is told, and the recorded one is worked under. `shipped`: in place of the
 * prompts that ship.
 */
export async function replayAgents(proposal: AuditRecord, file: AgentRecords, shipped?: Prompts): Promise<AgentReplay> {
  const stage = stageOf(proposal, file, shipped);
  if ("kind" in stage) return { outcome: stage, notes: [] };
  const outcome = await workAgain(proposal, file, stage).catch((error: Error): Replayed => {
    const what = stage.otherwise() ?? error.message;
    return { kind: "differs", what };
  });
  return { outcome, notes: stage.notes() };
}

async function workAgain(proposal: AuditRecord, { records }: AgentRecords, stage: Stage): Promise<Replayed> {
  const { input } = stage;
  const findings = await stage.agents("intelligence").gatherFindings(input);
  const proposed = await stage.agents("orchestration").proposeAction(input, findings);
  const draft = agentsProposal(
    input,
    { ...findings, citation: stage.cited(findings.citation) },
    { ...proposed, citation: stage.cited(proposed.citation) },
    proposal.at,
  );
  const { actionId, action, recordVersion, chain } = draft;
  const review = stage.reviews ? await reviewAgain(stage, findings, proposed) : {};
  const recorded = { ...proposal.body, ...reviewBody(input, records) };
  const own = asThen(ownChain(chain), objectAt(proposal.body, "chain"));
  const what = compareParts(recorded, { actionId, action, recordVersion, ...own, ...review });
  return what === undefined ? { kind: "same" } : { kind: "differs", what };
}

async function reviewAgain(
  stage: Stage,
  findings: FindingsTurn,
  proposed: Parameters<Agents["reviewProposal"]>[2],
): Promise<JsonObject> {
  const { review, citation } = await stage.agents("compliance").reviewProposal(stage.input, findings, proposed);
  return { review, turn: stage.cited(citation) };
}

function reviewBody({ stepKey }: TurnInput, records: readonly AuditRecord[]): JsonObject {
  const body = records.find(({ key }) => key === recordKeys.review(stepKey))?.body ?? {};
  const { review, turn } = body;
  return review === undefined || turn === undefined ? {} : { review, turn };
}

/** Records from before code said for whom a finding is, whose word and of when hold what was reported alone. */
function asThen(chain: ReasoningChain, recorded: JsonObject): JsonObject & ReasoningChain {
  const isOld = objectsAt(recorded, "findings").every((finding) => !Object.hasOwn(finding, "audience"));
  if (!isOld) return chain;
  const findings = chain.findings.map(({ code, statement, confidencePpm, sources }) => {
    return { code, statement, confidencePpm, sources };
  });
  return { ...chain, findings } as JsonObject & ReasoningChain;
}

/** Holds what came out against what is recorded, the parts of the chain each for itself. */
function compareParts(recorded: JsonObject, replayed: JsonObject): string | undefined {
  const known: { readonly [name: string]: Json } = { ...recorded, ...objectAt(recorded, "chain") };
  const names = Object.keys(replayed);
  const texts = (parts: { readonly [name: string]: Json }) =>
    new Map(names.map((name) => [name, canonicalJson(parts[name] ?? null)]));
  return differenceOf(texts(known), texts(replayed));
}
