import type { FindingsTurn, ProposalTurn } from "../agents/turn.ts";
import type { ProposalDraft } from "../audit/ledgers/turns.ts";

/** What two turns of the agents come to: the action, and the chain of reasoning behind it. `at` is ISO 8601. */
export function agentsProposal(
  actionId: string,
  { findings, evidence, citation }: FindingsTurn,
  proposal: ProposalTurn,
  at: string,
): ProposalDraft {
  const { action, reasoning } = proposal;
  const sources = evidence.map(({ source }) => source);
  const turns = [citation, proposal.citation];
  const recordVersion = sources.find(({ source }) => source === "crm.record")?.version ?? "";
  const chain = { findings: [...findings], sources, reasoning, turns, origin: "agents" as const };
  return { actionId, action, recordVersion, chain, at };
}
