import { UnknownName } from "../domain/registry.ts";
import { actionOf } from "../functions/governed-actions.ts";
import type { JsonObject } from "../domain/json.ts";
import type { ReadTool } from "../tools/read-tool.ts";
import { createBindings, type Bindings } from "./binding.ts";
import { AgentFault } from "./fault.ts";
import { MAX_MODEL_CALLS } from "./limits.ts";
import { budget } from "./middleware/budget.ts";
import { modelCallLimit } from "./middleware/call-limit.ts";
import { around } from "./middleware/middleware.ts";
import { modelLedger, type ModelLedger } from "./middleware/model-ledger.ts";
import { supplierMask, type NamesOf } from "./middleware/supplier-mask.ts";
import { askSupplier } from "./model-call.ts";
import type { ChatModelPort } from "./models/port.ts";
import { prompts as shippedPrompts, type Prompts } from "./prompts/index.ts";
import { reviewProposal } from "./roles/compliance.ts";
import { gatherFindings } from "./roles/intelligence.ts";
import { proposeAction } from "./roles/orchestration.ts";
import { inSpan } from "../engines/span.ts";
import { agentAttributes } from "./gen-ai.ts";
import { patientTurns, plainTurns, type Patience, type Turns } from "./patience.ts";
import type { FindingsTurn, ProposalTurn, ReviewTurn, StepWatch, TurnInput } from "./turn.ts";

export type { TurnInput } from "./turn.ts";

/**
 * The three agents, one turn each. All they take and give is plain JSON. They throw `AgentFault`, and let through what a
 * reading tool, the ledger or `digest` throws. A turn repeated on unchanged readings asks no model again.
 */
export type Agents = {
  gatherFindings(turn: TurnInput, watch?: StepWatch): Promise<FindingsTurn>;
  proposeAction(turn: TurnInput, findings: Findings, watch?: StepWatch): Promise<ProposalTurn>;
  reviewProposal(turn: TurnInput, findings: Findings, proposal: Proposal, watch?: StepWatch): Promise<ReviewTurn>;
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
  /** Absent: a turn that the model fails at is not done. */
  readonly patience?: Patience | undefined;
  /** Names of people that no supplier is told. Nobody's when absent. */
  readonly namesOf?: NamesOf | undefined;
};

export function createAgents({
  model,
  ledger,
  readTools,
  digest,
  prompts = shippedPrompts,
  patience,
  namesOf = async () => [],
}: AgentsDeps): Agents {
  const tools = new Map(readTools.map((tool) => [tool.name, tool]));
  const middleware = [modelCallLimit(MAX_MODEL_CALLS), modelLedger(ledger), budget, supplierMask(namesOf)];
  const calls = { digest, answer: around(middleware, askSupplier) };
  const contextOf = (bindings: Bindings) => ({ calls, bindings, tools });
  const bindingsOf = (port: ChatModelPort) => createBindings({ model: port, prompts, digest });
  const turns = spanned(
    patience === undefined ? plainTurns(bindingsOf(model)) : patientTurns(model, patience, bindingsOf),
  );
  return {
    async gatherFindings(turn, watch = {}) {
      const named = known(turn);
      return turns.run("intelligence", named, watch, (bindings) => gatherFindings(contextOf(bindings), named));
    },
    async proposeAction(turn, findings, watch = {}) {
      const named = known(turn);
      return turns.run("orchestration", named, watch, (bindings) => {
        return proposeAction(contextOf(bindings), named, findings);
      });
    },
    async reviewProposal(turn, findings, proposal, watch = {}) {
      const named = known(turn);
      return turns.run("compliance", named, watch, (bindings) => {
        return reviewProposal(contextOf(bindings), named, findings, proposal);
      });
    },
  };
}

/** Each turn is a span, whoever does it in the end. */
function spanned(turns: Turns): Turns {
  return {
    run: (role, turn, watch, work) =>
      inSpan(`invoke_agent ${role}`, { attributes: agentAttributes(role, turn) }, () =>
        turns.run(role, turn, watch, work),
      ),
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
