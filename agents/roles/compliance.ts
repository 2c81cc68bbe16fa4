import { Review } from "../../domain/proposal.ts";
import type { AnswerForm } from "../answer-check.ts";
import { inputSchemaOf, type Bindings } from "../binding.ts";
import { asPersonsToDecide, complianceRules, tightened } from "../compliance-rules.ts";
import type { ToolSchema } from "../conversation.ts";
import type { CallDeps } from "../model-call.ts";
import type { FindingsTurn, ProposalTurn, ReviewTurn, TurnInput } from "../turn.ts";
import { findingsJson, openingMessage, readingsOf } from "../turn-data.ts";
import { runTurn } from "../turn-graph.ts";
import { workOf } from "../progress.ts";

const ROLE = "compliance";

const form: AnswerForm<Review> = { tool: "review_proposal", schema: Review };

const answer: ToolSchema = {
  name: form.tool,
  description: "Reviews the proposal. A review can make the outcome stricter, never looser.",
  inputSchema: inputSchemaOf(Review),
};

/** Reviews a proposal: rules first, on the readings as they came; then the model, which can only add to them. */
export async function reviewProposal(
  { calls, bindings }: { readonly calls: CallDeps; readonly bindings: Bindings },
  turn: TurnInput,
  { findings, evidence }: Pick<FindingsTurn, "findings" | "evidence">,
  { action, reasoning }: Pick<ProposalTurn, "action" | "reasoning">,
): Promise<ReviewTurn> {
  const rules = complianceRules({ readings: readingsOf(evidence), findings });
  const binding = bindings.bind(ROLE, turn, answer, []);
  const { output, progress } = await runTurn({
    deps: calls,
    form,
    async assemble() {
      const proposal = { tool: action.tool, args: action.args, reasoning };
      const opening = [openingMessage(ROLE, turn, evidence, { findings: findingsJson(findings), proposal })];
      return { conversing: bindings.conversing(ROLE, turn, binding), opening };
    },
  });
  return {
    review: tightened(rules, asPersonsToDecide(output)),
    citation: bindings.citation(ROLE, turn, binding, progress.requestDigests),
    work: workOf(progress),
  };
}
