import { Annotation, Command, END, START, StateGraph } from "@langchain/langgraph";
import { checkAnswer, type AnswerForm } from "./answer-check.ts";
import type { Message } from "./conversation.ts";
import { AgentFault } from "./fault.ts";
import { MAX_MODEL_CALLS, MAX_REPAIRS, MAX_TOOL_CALLS } from "./limits.ts";
import type { ModelAnswer } from "./model-answer.ts";
import { askModel, type CallDeps, type Conversing } from "./model-call.ts";
import { noProgress, repair, takeReadings, type Progress } from "./progress.ts";
import type { ReadGate } from "./read-gate.ts";
import { untracedRun } from "./untraced.ts";

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

/**
 * Asks the model, takes the readings it wants for as long as it wants them, and says where to go: back with what was wrong
 * with its answer, or to the end. A step of the graph is an attempt at an answer.
 */
async function converse({ turn, setting, progress: begun }: State) {
  for (let progress = begun; ;) {
    const { answer, requestDigest } = await ask(turn, setting, progress);
    progress = { ...progress, requestDigests: [...progress.requestDigests, requestDigest] };
    const wantsReadings = answer.calls.some(({ name }) => name !== turn.form.tool);
    if (!wantsReadings || setting.gate === undefined || progress.toolCalls >= MAX_TOOL_CALLS) {
      return settle(turn, progress, answer);
    }
    progress = await takeReadings(progress, answer, turn.form.tool, setting.gate);
  }
}

async function ask(turn: Turn<unknown>, setting: Setting, { requestDigests, messages }: Progress) {
  const seq = requestDigests.length;
  if (seq >= MAX_MODEL_CALLS) throw unusable(`no answer after \`${seq}\` model calls`);
  const asked = await askModel(turn.deps, setting.conversing, seq, messages);
  if (asked.answer.stopReason === "refusal") throw new AgentFault("MODEL_REFUSED", "model refused to answer");
  if (asked.answer.stopReason === "model_context_window_exceeded") throw unusable("context window exceeded");
  return asked;
}

/** Checks an answer's form: good ends the turn, bad goes back with what was wrong with it. */
function settle({ form }: Turn<unknown>, progress: Progress, answer: ModelAnswer) {
  const checked = checkAnswer(form, answer);
  if (checked.kind === "good")
    return new Command({ goto: END, update: { progress, output: { value: checked.value } } });
  if (progress.repairs.length >= MAX_REPAIRS) throw unusable(checked.problem);
  return new Command({ goto: "converse", update: { progress: repair(progress, answer, checked.problem) } });
}

function unusable(problem: string): AgentFault {
  return new AgentFault("MODEL_ANSWER_UNUSABLE", `model gave no usable answer: ${problem}`);
}

/** Compiled once: a turn's own parts travel in the state. Reads are the only tools that run inside. */
const graph = new StateGraph(State)
  .addNode("converse", converse, { ends: ["converse", END] })
  .addEdge(START, "converse")
  .compile();

/** One step per attempt at an answer, and some to spare. */
const RECURSION_LIMIT = MAX_REPAIRS + 4;

/** Runs one turn to its checked output. Throws `AgentFault`, and whatever a reading tool or the ledger throws. */
export async function runTurn<T>(turn: Turn<T>): Promise<Turned<T>> {
  const setting = await turn.assemble();
  const start = { turn: turn as Turn<unknown>, setting, progress: noProgress(setting.opening) };
  const end = await graph.invoke(start, { recursionLimit: RECURSION_LIMIT, ...untracedRun });
  if (end.output === undefined) throw unusable("the turn ended early");
  return { output: end.output.value as T, setting, progress: end.progress };
}
