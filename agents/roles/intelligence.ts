import { Command, END, START, StateGraph, StateSchema, type Runtime } from "@langchain/langgraph";
import { z } from "zod";
import { Finding, type Evidence, type Lookup } from "../../domain/evidence.ts";
import { ownActionOf, recordToolOf, requestIn } from "../../functions/index.ts";
import type { AnswerForm } from "../answer-check.ts";
import { ask, contextOf, runOf, settle, TurnContext, wantsReadings } from "../asking.ts";
import { inputSchemaOf, type Binding } from "../binding.ts";
import { READING_REFUSED } from "../compliance-rules.ts";
import type { ToolSchema } from "../conversation.ts";
import { AgentFault } from "../fault.ts";
import { ModelAnswer } from "../model-answer.ts";
import { heardCalls, noProgress, Progress, tellReadings, workOf } from "../progress.ts";
import { evidenceIn, openReadings, read, Reading, takeWanted, toolOf, wireName, type ReadTools } from "../read-gate.ts";
import { TurnInput, type FindingsTurn } from "../turn.ts";
import { openingMessage } from "../turn-data.ts";

const ROLE = "intelligence";

const Findings = z.strictObject({ findings: z.array(Finding).min(1).max(12) });

/** The one tool by which Intelligence answers. */
const REPORT = "report_findings";

const answer: ToolSchema = {
  name: REPORT,
  description: "Reports what the readings show. Called once, after the readings have answered.",
  inputSchema: inputSchemaOf(Findings),
};

const State = new StateSchema({
  turn: TurnInput,
  /** What the turn may read, and what came of it: the record first. */
  readings: z.array(Reading).readonly(),
  progress: Progress,
  /** The model's latest answer, where no step has heard it yet. */
  unheard: ModelAnswer.nullable(),
  findings: z.array(Finding).readonly(),
});
type State = typeof State.State;

/** Reads what code must, and has the model say what else it wants to read. */
async function planReads({ turn }: State, runtime: Runtime<TurnContext>) {
  const context = contextOf(runtime);
  const readings = await firstReadings(turn, context.tools);
  const mayRead = openReadings(readings).map(({ tool, args }) => ({ tool, call: wireName(tool), args }));
  const begun = noProgress([openingMessage(ROLE, turn, evidenceIn(readings), { mayRead })]);
  if (mayRead.length === 0) return new Command({ goto: "score", update: { readings, progress: begun } });
  const asked = await ask(context, conversing(context, turn, readings), begun);
  const goto = wantsReadings({ tool: REPORT }, asked) ? "read_in_parallel" : "score";
  return new Command({ goto, update: { readings, progress: asked.progress, unheard: asked.answer } });
}

/** Takes the readings that the model wants, as far as the gate and the turn's limit let it. */
async function readInParallel({ turn, readings: before, progress, unheard }: State, runtime: Runtime<TurnContext>) {
  if (unheard === null) throw new Error("no answer asks for readings");
  const { tools } = contextOf(runtime);
  const readings = await takeWanted(turn.company, before, heardCalls(progress, unheard), tools);
  return { readings, progress: tellReadings(progress, unheard, REPORT, readings), unheard: null };
}

/** Has the model say what the readings show, each with the confidence it is said with. */
async function score({ turn, readings, progress, unheard }: State, runtime: Runtime<TurnContext>) {
  const context = contextOf(runtime);
  const asked =
    unheard === null
      ? await ask(context, conversing(context, turn, readings), progress)
      : { answer: unheard, progress };
  if (wantsReadings({ tool: REPORT }, asked)) {
    return new Command({
      goto: "read_in_parallel",
      update: { progress: asked.progress, unheard: asked.answer },
    });
  }
  const settled = settle(formOn(readings), asked);
  if (settled.kind === "again") {
    return new Command({ goto: "score", update: { progress: settled.progress, unheard: null } });
  }
  const { findings } = settled.value;
  return new Command({ goto: "report", update: { progress: asked.progress, unheard: null, findings } });
}

/** Adds what code noticed: that a model was not allowed to read something. */
function report({ turn, findings, progress: { refused } }: State) {
  if (refused === 0) return { findings };
  const statement = `The agent asked for ${refused} readings outside this case; they were refused.`;
  const own = { code: READING_REFUSED, statement, confidencePpm: 1_000_000, sources: [recordToolOf(turn.functionId)] };
  return { findings: [...findings, own] };
}

export const intelligence = new StateGraph(State, TurnContext)
  .addNode("plan_reads", planReads, { ends: ["read_in_parallel", "score"] })
  .addNode("read_in_parallel", readInParallel)
  .addNode("score", score, { ends: ["read_in_parallel", "score", "report"] })
  .addNode("report", report)
  .addEdge(START, "plan_reads")
  .addEdge("read_in_parallel", "score")
  .addEdge("report", END)
  .compile();

/** Reads the record and whatever the function's lookups allow, and reports findings that rest on it. */
export async function gatherFindings(context: TurnContext, turn: TurnInput): Promise<FindingsTurn> {
  const start = { turn, readings: [], progress: noProgress([]), unheard: null, findings: [] };
  const { readings, progress, findings } = await intelligence.invoke(start, runOf(context));
  const { bindings } = context;
  const citation = bindings.citation(ROLE, turn, bindingOf(context, turn, readings), progress.requestDigests);
  return { findings, evidence: evidenceIn(readings), citation, work: workOf(progress) };
}

/** The record, and what else a turn may read: what code must read is read. */
async function firstReadings(turn: TurnInput, tools: ReadTools): Promise<readonly Reading[]> {
  const { company, functionId, action, objectType, objectId, gone } = turn;
  if (gone === true) throw new AgentFault("RECORD_UNREADABLE", `\`${objectType}/${objectId}\` is gone`);
  const own = { tool: recordToolOf(functionId), args: { objectType, objectId } };
  const record = await read(company, { lookup: own, by: "code" }, tools);
  if (record.state !== "taken") throw new AgentFault("RECORD_NOT_FOUND", `no record of \`${objectType}/${objectId}\``);
  const wanted = ownActionOf(functionId, action);
  const { args = {} } = requestIn(functionId, wanted, record.evidence) ?? {};
  const lookups = wanted.lookups(record.evidence.value, "", { objectId, args });
  // What a proposal rests on, and what our own ledgers say, is no model's to leave out: code reads it.
  const isRested = ({ tool }: Lookup) => wanted.restsOn?.includes(tool) === true || tool.startsWith("ledger.");
  const rested = lookups.filter(isRested).map((lookup) => read(company, { lookup, by: "code" }, tools));
  const given = (await Promise.all(rested)).filter(({ state }) => state === "taken");
  const open = lookups.filter((lookup) => !isRested(lookup));
  return [record, ...given, ...open.map((lookup): Reading => ({ lookup, by: "model", state: "open" }))];
}

/** Its model may call the tools of the readings that are left to it, taken or not. */
function bindingOf({ bindings, tools }: TurnContext, turn: TurnInput, readings: readonly Reading[]): Binding {
  const names = new Set(readings.filter(({ by }) => by === "model").map(({ lookup }) => lookup.tool));
  return bindings.bind(
    ROLE,
    turn,
    answer,
    [...names].map((name) => toolOf(tools, name)),
  );
}

function conversing(context: TurnContext, turn: TurnInput, readings: readonly Reading[]) {
  return context.bindings.conversing(ROLE, turn, bindingOf(context, turn, readings));
}

/** A report on these readings. */
function formOn(readings: readonly Reading[]): AnswerForm<z.infer<typeof Findings>> {
  const taken = evidenceIn(readings);
  return { tool: REPORT, schema: Findings, objection: ({ findings }) => unreadSource(findings, taken) };
}

/** A finding rests on readings that were taken in this turn, or it does not exist. */
function unreadSource(findings: readonly Finding[], taken: readonly Evidence[]): string | undefined {
  const names = new Set(taken.map(({ source }) => source.source));
  const unread = findings.flatMap(({ sources }) => sources).find((source) => !names.has(source));
  return unread === undefined ? undefined : `no reading \`${unread}\` was taken; sources are ${[...names].join(", ")}`;
}
