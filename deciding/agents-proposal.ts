import type { FindingsTurn, ProposalTurn, TurnInput } from "../agents/turn.ts";
import type { ProposalDraft } from "../audit/ledgers/turns.ts";
import { ownActionOf, versionRestedOn } from "../functions/index.ts";
import { keptFindings } from "./kept-findings.ts";
import { noticedIn } from "./noticed.ts";

/** What two turns of the agents come to: the action, and the chain of reasoning behind it. `at` is ISO 8601. */
export function agentsProposal(
  { functionId, action: actionId }: Pick<TurnInput, "functionId" | "action">,
  { findings, evidence, citation }: FindingsTurn,
  proposal: ProposalTurn,
  at: string,
): ProposalDraft {
  const { action, reasoning } = proposal;
  const sources = evidence.map(({ source }) => source);
  const turns = [citation, proposal.citation];
  const recordVersion = versionRestedOn(functionId, ownActionOf(functionId, actionId), sources);
  const noticed = noticedIn(evidence, proposal.setAside);
  const kept = keptFindings(functionId, findings, evidence, citation);
  const chain = { findings: kept, sources, reasoning, turns, origin: "agents" as const, ...noticed };
  return { actionId, action, recordVersion, chain, at };
}
