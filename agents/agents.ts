import { UnknownName } from "../domain/registry.ts";
import { actionOf } from "../functions/governed-actions.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { createBindings } from "./binding.ts";
import { AgentFault } from "./fault.ts";
import type { ModelLedger } from "./model-ledger.ts";
import type { ChatModelPort } from "./models/port.ts";
import { prompts as shippedPrompts, type Prompts } from "./prompts/index.ts";
import { reviewProposal } from "./roles/compliance.ts";
import { gatherFindings } from "./roles/intelligence.ts";
import { proposeAction } from "./roles/orchestration.ts";
import type { FindingsTurn, ProposalTurn, ReviewTurn, TurnInput } from "./turn.ts";

export type { TurnInput } from "./turn.ts";

/**
 * The three agents, one turn each. All they take and give is plain JSON. They throw `AgentFault`, and let through what a
 * reading tool, the ledger or `digest` throws. A turn repeated on unchanged readings asks no model again.
 */
export type Agents = {
  gatherFindings(turn: TurnInput): Promise<FindingsTurn>;
  proposeAction(turn: TurnInput, findings: Findings): Promise<ProposalTurn>;
  reviewProposal(turn: TurnInput, findings: Findings, proposal: Proposal): Promise<ReviewTurn>;
};

type Findings = Pick<FindingsTurn, "findings" | "evidence">;
type Proposal = Pick<ProposalTurn, "action" | "reasoning">;

export type AgentsDeps = {
  readonly model: ChatModelPort;
  readonly ledger: ModelLedger;
  readonly readTools: readonly ReadTool[];
  /** SHA-256 (hex) over canonical JSON. */
  readonly digest: (value: JsonObject) => string;
  /** The shipped prompts when absent. */
  readonly prompts?: Prompts;
};

export function createAgents({ model, ledger, readTools, digest, prompts = shippedPrompts }: AgentsDeps): Agents {
  const tools = new Map(readTools.map((tool) => [tool.name, tool]));
  const deps = { calls: { ledger, digest }, bindings: createBindings({ model, prompts, digest }), tools };
  return {
    async gatherFindings(turn) {
      return gatherFindings(deps, known(turn));
    },
    async proposeAction(turn, findings) {
      return proposeAction(deps, known(turn), findings);
    },
    async reviewProposal(turn, findings, proposal) {
      return reviewProposal(deps, known(turn), findings, proposal);
    },
  };
}

function known(turn: TurnInput): TurnInput {
  try {
    actionOf(turn.functionId, turn.action);
    return turn;
  } catch (error) {
    if (!(error instanceof UnknownName)) throw error;
    throw new AgentFault("FUNCTION_UNKNOWN", error.message, { cause: error });
  }
}
