import { Annotation, Command, END, START, StateGraph } from "@langchain/langgraph";
import { checkAnswer, type AnswerForm } from "./answer-check.ts";
import type { Message } from "./conversation.ts";
import { AgentFault } from "./fault.ts";
import { MAX_MODEL_CALLS, MAX_REPAIRS, MAX_TOOL_CALLS } from "./limits.ts";
import type { ModelAnswer } from "./model-answer.ts";
import { askModel, type CallDeps, type Conversing } from "./model-call.ts";
import { noProgress, repair, takeReadings, type Progress } from "./progress.ts";
import type { ReadGate } from "./read-gate.ts";
import { untraced } from "./untraced.ts";

/** What a turn is set up with: what the model is told and bound to, and the gate to its readings. */
type Setting = {
  readonly conversing: Conversing;
  readonly opening: readonly Message[];
  /** Absent: the role reads nothing. */
  readonly gate?: ReadGate;
};

/** One turn of one role. `assemble` may read through tools; what it throws ends the turn. */
export type Turn<T> = {
  readonly deps: CallDeps;
  readonly form: AnswerForm<T>;
  assemble(): Promise<Setting>;
};

export type Turned<T> = { readonly output: T; readonly setting: Setting; readonly progress: Progress };

const State = Annotation.Root({
  turn: Annotation<Turn<unknown>>(),
  setting: Annotation<Setting>(),
  progress: Annotation<Progress>(),
  output: Annotation<{ readonly value: unknown } | undefined>(),
});
type State = typeof State.State;

/** Asks the model once and says where to go: to the readings it wants, back for a repair, or to the end. */
async function model({ turn, setting, progress }: State) {
  const seq = progress.requestDigests.length;
  if (seq >= MAX_MODEL_CALLS) throw unusable(`no answer after \`${seq}\` model calls`);
  const { answer, requestDigest } = await askModel(turn.deps, setting.conversing, seq, progress.messages);
  if (answer.stopReason === "refusal") throw new AgentFault("MODEL_REFUSED", "model refused to answer");
  if (answer.stopReason === "model_context_window_exceeded") throw unusable("context window exceeded");
  const asked = { ...progress, answer, requestDigests: [...progress.requestDigests, requestDigest] };
  const reads = answer.calls.some(({ name }) => name !== turn.form.tool);
  if (reads && setting.gate !== undefined && progress.toolCalls < MAX_TOOL_CALLS) {
    return new Command({ goto: "read", update: { progress: asked } });
  }
  return settle(turn, asked, answer);
}

/** Checks an answer's form: good ends the turn, bad goes back with what was wrong with it. */
function settle({ form }: Turn<unknown>, progress: Progress, answer: ModelAnswer) {
  const checked = checkAnswer(form, answer);
  if (checked.kind === "good")
    return new Command({ goto: END, update: { progress, output: { value: checked.value } } });
  if (progress.repairs >= MAX_REPAIRS) throw unusable(checked.problem);
  return new Command({ goto: "model", update: { progress: repair(progress, answer, checked.problem) } });
}

async function read({ turn, setting: { gate }, progress }: State) {
  const { answer } = progress;
  if (gate === undefined || answer === undefined) return {};
  return { progress: await takeReadings(progress, answer, turn.form.tool, gate) };
}

function unusable(problem: string): AgentFault {
  return new AgentFault("MODEL_ANSWER_UNUSABLE", `model gave no usable answer: ${problem}`);
}

/** Compiled once: a turn's own parts travel in the state. Reads are the only tools that run inside. */
const graph = new StateGraph(State)
  .addNode("model", model, { ends: ["model", "read", END] })
  .addNode("read", read)
  .addEdge(START, "model")
  .addEdge("read", "model")
  .compile();

/** Two steps per model call, and some to spare. */
const RECURSION_LIMIT = 2 * MAX_MODEL_CALLS + 4;

/** Runs one turn to its checked output. Throws `AgentFault`, and whatever a reading tool or the ledger throws. */
export async function runTurn<T>(turn: Turn<T>): Promise<Turned<T>> {
  const setting = await turn.assemble();
  const start = { turn: turn as Turn<unknown>, setting, progress: noProgress(setting.opening) };
  const end = await graph.invoke(start, { recursionLimit: RECURSION_LIMIT, callbacks: [...untraced] });
  if (end.output === undefined) throw unusable("the turn ended early");
  return { output: end.output.value as T, setting, progress: end.progress };
}
