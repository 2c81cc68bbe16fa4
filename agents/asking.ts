import type { Runtime } from "@langchain/langgraph";
import { z } from "zod";
import { checkAnswer, type AnswerForm } from "./answer-check.ts";
import type { Bindings } from "./binding.ts";
import { AgentFault } from "./fault.ts";
import { MAX_MODEL_CALLS, MAX_REPAIRS, MAX_TOOL_CALLS } from "./limits.ts";
import type { ModelAnswer } from "./model-answer.ts";
import { askModel, type CallDeps, type Conversing } from "./model-call.ts";
import { repair, type Progress } from "./progress.ts";
import type { ReadTools } from "./read-gate.ts";
import { untracedRun } from "./untraced.ts";

/** What a graph's steps work with. It is no part of their state, which is data alone. */
export const TurnContext = z.object({
  calls: z.custom<CallDeps>(),
  bindings: z.custom<Bindings>(),
  tools: z.custom<ReadTools>(),
});
export type TurnContext = z.infer<typeof TurnContext>;

/** Throws a plain `Error` where a graph is run without what its steps work with. */
export function contextOf({ context }: Pick<Runtime<TurnContext>, "context">): TurnContext {
  if (context === undefined) throw new Error("the graph is run without its context");
  return context;
}

/** Steps that a turn has at most: two per model call, and those before and after. */
const RECURSION_LIMIT = 2 * MAX_MODEL_CALLS + 8;

/** Options of a role's run. */
export function runOf(context: TurnContext) {
  return { context, recursionLimit: RECURSION_LIMIT, ...untracedRun };
}

export type Asked = { readonly progress: Progress; readonly answer: ModelAnswer };

/** Asks the model once more. Throws `AgentFault` where it refuses, and what stands around the question throws. */
export async function ask({ calls }: TurnContext, conversing: Conversing, progress: Progress): Promise<Asked> {
  const seq = progress.requestDigests.length;
  const { answer, requestDigest } = await askModel(calls, conversing, seq, progress.messages);
  if (answer.stopReason === "refusal") throw new AgentFault("MODEL_REFUSED", "model refused to answer");
  if (answer.stopReason === "model_context_window_exceeded") throw unusable("context window exceeded");
  return { answer, progress: { ...progress, requestDigests: [...progress.requestDigests, requestDigest] } };
}

/** Whether an answer asks for readings, and the turn has calls left to take them. */
export function wantsReadings(form: Pick<AnswerForm<unknown>, "tool">, { answer, progress }: Asked): boolean {
  return progress.toolCalls < MAX_TOOL_CALLS && answer.calls.some(({ name }) => name !== form.tool);
}

export type Settled<T> =
  | { readonly kind: "good"; readonly value: T }
  /** The model is told what was wrong, to be asked again. */
  | { readonly kind: "again"; readonly progress: Progress };

/** Checks an answer's form. Throws `MODEL_ANSWER_UNUSABLE` where it was to be mended often enough. */
export function settle<T>(form: AnswerForm<T>, { answer, progress }: Asked): Settled<T> {
  const checked = checkAnswer(form, answer);
  if (checked.kind === "good") return checked;
  if (progress.repairs.length >= MAX_REPAIRS) throw unusable(checked.problem);
  return { kind: "again", progress: repair(progress, answer, checked.problem) };
}

function unusable(problem: string): AgentFault {
  return new AgentFault("MODEL_ANSWER_UNUSABLE", `model gave no usable answer: ${problem}`);
}
