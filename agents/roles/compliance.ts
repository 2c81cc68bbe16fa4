import { Command, END, START, StateGraph, StateSchema, type Runtime } from "@langchain/langgraph";
import { z } from "zod";
import { Finding } from "../../domain/evidence.ts";
import { Review } from "../../domain/proposal.ts";
import type { AnswerForm } from "../answer-check.ts";
import { ask, contextOf, runOf, settle, TurnContext } from "../asking.ts";
import { inputSchemaOf } from "../binding.ts";
import { asPersonsToDecide, linked, notAsAsked, tightened, unsourced } from "../compliance-rules.ts";
import type { ToolSchema } from "../conversation.ts";
import { JsonRecord } from "../json-record.ts";
import { noProgress, Progress, workOf } from "../progress.ts";
import { Taken } from "../read-gate.ts";
import { TurnInput, type FindingsTurn, type ProposalTurn, type ReviewTurn } from "../turn.ts";
import { findingsJson, openingMessage, readingsOf, requestedAction } from "../turn-data.ts";

const ROLE = "compliance";

const form: AnswerForm<Review> = { tool: "review_proposal", schema: Review };

const answer: ToolSchema = {
  name: form.tool,
  description: "Reviews the proposal. A review can make the outcome stricter, never looser.",
  inputSchema: inputSchemaOf(Review),
};

const State = new StateSchema({
  turn: TurnInput,
  evidence: z.array(Taken).readonly(),
  findings: z.array(Finding).readonly(),
  proposal: z.strictObject({ tool: z.string(), args: JsonRecord, reasoning: z.string() }),
  /** What each step says, in order. */
  reviews: z.array(Review).readonly(),
  progress: Progress,
  review: Review.nullable(),
});
type State = typeof State.State;

/** Whether the proposal is the action that the record asks for. */
function rules({ turn, evidence, proposal, reviews }: State) {
  return { reviews: [...reviews, notAsAsked(turn, requestedAction(turn, evidence), proposal)] };
}

/** Whether each finding rests on what was read. */
function provenance({ evidence, findings, reviews }: State) {
  return { reviews: [...reviews, unsourced({ readings: readingsOf(evidence), findings })] };
}

/** Whether what agents wrote for people holds what nobody checked. */
function text({ findings, proposal, reviews }: State) {
  return { reviews: [...reviews, linked(findings, proposal.reasoning)] };
}

/** Asks the model, which can only add to what rules said. */
async function model({ turn, evidence, findings, proposal, reviews, progress }: State, runtime: Runtime<TurnContext>) {
  const context = contextOf(runtime);
  const begun =
    progress.messages.length > 0
      ? progress
      : noProgress([openingMessage(ROLE, turn, evidence, { findings: findingsJson(findings), proposal })]);
  const asked = await ask(context, context.bindings.conversing(ROLE, turn, bindingOf(context, turn)), begun);
  const settled = settle(form, asked);
  if (settled.kind === "again") return new Command({ goto: "model", update: { progress: settled.progress } });
  const said = asPersonsToDecide(settled.value);
  return new Command({ goto: "tighten", update: { progress: asked.progress, reviews: [...reviews, said] } });
}

/** The strictest of all that was said, with every reason. */
function tighten({ reviews }: State) {
  return { review: reviews.reduce(tightened, { verdict: "agree", reasons: [] }) };
}

export const compliance = new StateGraph(State, TurnContext)
  .addNode("rules", rules)
  .addNode("provenance", provenance)
  .addNode("text", text)
  .addNode("model", model, { ends: ["model", "tighten"] })
  .addNode("tighten", tighten)
  .addEdge(START, "rules")
  .addEdge("rules", "provenance")
  .addEdge("provenance", "text")
  .addEdge("text", "model")
  .addEdge("tighten", END)
  .compile();

/** Reviews a proposal: rules first, on the readings as they came; then the model, which can only add to them. */
export async function reviewProposal(
  context: TurnContext,
  turn: TurnInput,
  { findings, evidence }: Pick<FindingsTurn, "findings" | "evidence">,
  { action, reasoning }: Pick<ProposalTurn, "action" | "reasoning">,
): Promise<ReviewTurn> {
  const proposal = { tool: action.tool, args: action.args, reasoning };
  const none = { reviews: [], progress: noProgress([]), review: null };
  const { review, progress } = await compliance.invoke({ turn, evidence, findings, proposal, ...none }, runOf(context));
  if (review === null) throw new Error("the turn ended without a review");
  const citation = context.bindings.citation(ROLE, turn, bindingOf(context, turn), progress.requestDigests);
  return { review, citation, work: workOf(progress) };
}

function bindingOf({ bindings }: TurnContext, turn: TurnInput) {
  return bindings.bind(ROLE, turn, answer, []);
}
