import { Annotation, Command, END, START, StateGraph } from "@langchain/langgraph";
import { checkAnswer, type AnswerForm } from "./answer-check.ts";
import type { Message } from "./conversation.ts";
import { AgentFault } from "./fault.ts";
import { MAX_MODEL_CALLS, MAX_REPAIRS, MAX_TOOL_CALLS } from "./limits.ts";
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

async function assemble({ turn }: State) {
  const setting = await turn.assemble();
  return { setting, progress: noProgress(setting.opening) };
}

async function model({ turn, setting, progress }: State) {
  const seq = progress.requestDigests.length;
  if (seq >= MAX_MODEL_CALLS) throw unusable(`no answer after \`${seq}\` model calls`);
  const { answer, requestDigest } = await askModel(turn.deps, setting.conversing, seq, progress.messages);
  if (answer.stopReason === "refusal") throw new AgentFault("MODEL_REFUSED", "model refused to answer");
  if (answer.stopReason === "model_context_window_exceeded") throw unusable("context window exceeded");
  const reads = answer.calls.some(({ name }) => name !== turn.form.tool);
  const goto = reads && setting.gate !== undefined && progress.toolCalls < MAX_TOOL_CALLS ? "read" : "settle";
  const requestDigests = [...progress.requestDigests, requestDigest];
  return new Command({ goto, update: { progress: { ...progress, answer, requestDigests } } });
}

async function read({ turn, setting: { gate }, progress }: State) {
  const { answer } = progress;
  if (gate === undefined || answer === undefined) return {};
  return { progress: await takeReadings(progress, answer, turn.form.tool, gate) };
}

function settle({ turn, progress }: State) {
  const { answer } = progress;
  if (answer === undefined) throw unusable("nothing answered");
  const checked = checkAnswer(turn.form, answer);
  if (checked.kind === "good") return new Command({ goto: END, update: { output: { value: checked.value } } });
  if (progress.repairs >= MAX_REPAIRS) throw unusable(checked.problem);
  return new Command({ goto: "model", update: { progress: repair(progress, answer, checked.problem) } });
}

function unusable(problem: string): AgentFault {
  return new AgentFault("MODEL_ANSWER_UNUSABLE", `model gave no usable answer: ${problem}`);
}

/** Compiled once: a turn's own parts travel in the state. Reads are the only tools that run inside. */
const graph = new StateGraph(State)
  .addNode("assemble", assemble)
  .addNode("model", model, { ends: ["read", "settle"] })
  .addNode("read", read)
  .addNode("settle", settle, { ends: ["model", END] })
  .addEdge(START, "assemble")
  .addEdge("assemble", "model")
  .addEdge("read", "model")
  .compile();

/** Two steps per model call, and the first. */
const RECURSION_LIMIT = 2 * MAX_MODEL_CALLS + 4;

/** Runs one turn to its checked output. Throws `AgentFault`, and whatever a reading tool or the ledger throws. */
export async function runTurn<T>(turn: Turn<T>): Promise<Turned<T>> {
  const start = { turn: turn as Turn<unknown> };
  const end = await graph.invoke(start, { recursionLimit: RECURSION_LIMIT, callbacks: [...untraced] });
  if (end.output === undefined) throw unusable("the turn ended early");
  return { output: end.output.value as T, setting: end.setting, progress: end.progress };
}
