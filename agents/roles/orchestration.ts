import { Command, END, START, StateGraph, StateSchema, type Runtime } from "@langchain/langgraph";
import { z } from "zod";
import { Finding } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { SetAside } from "../../domain/noticed.ts";
import { actionOf } from "../../functions/governed-actions.ts";
import type { AnswerForm } from "../answer-check.ts";
import { ask, contextOf, runOf, settle, TurnContext } from "../asking.ts";
import { inputSchemaOf } from "../binding.ts";
import type { ToolSchema } from "../conversation.ts";
import { differences } from "../held-against.ts";
import { JsonRecord } from "../json-record.ts";
import { noProgress, Progress, workOf } from "../progress.ts";
import { Taken } from "../read-gate.ts";
import { TurnInput, type FindingsTurn, type ProposalTurn } from "../turn.ts";
import { findingsJson, openingMessage, requestedAction } from "../turn-data.ts";

const ROLE = "orchestration";

const MAX_REASONING_CHARS = 4_000;

/** What the step may propose: as the record asks, or as a model would have it. `setAside`: null until it was held against the request. */
const Alternative = z.strictObject({
  by: z.enum(["request", "model"]),
  args: JsonRecord,
  setAside: z.array(SetAside).readonly().nullable(),
});

const State = new StateSchema({
  turn: TurnInput,
  evidence: z.array(Taken).readonly(),
  findings: z.array(Finding).readonly(),
  alternatives: z.array(Alternative).readonly(),
  /** The arguments that are proposed. */
  chosen: JsonRecord.nullable(),
  progress: Progress,
  reasoning: z.string().nullable(),
});
type State = typeof State.State;

/** What may be proposed at all. A step's mandate is the request: there is no other until a model makes one. */
function enumerate({ turn, evidence, findings }: State) {
  const { args } = requestedAction(turn, evidence);
  const opening = openingMessage(ROLE, turn, evidence, { findings: findingsJson(findings) });
  return { alternatives: [{ by: "request" as const, args, setAside: null }], progress: noProgress([opening]) };
}

/** Holds each alternative against what is asked: nobody is asked, or refused, for what the requester did not ask. */
function gateEach({ turn, evidence, alternatives }: State) {
  const asked = requestedAction(turn, evidence).args;
  return {
    alternatives: alternatives.map(({ setAside, ...one }) => {
      return { ...one, setAside: setAside ?? differences(turn, asked, one.args) };
    }),
  };
}

/** The first that is within the mandate. */
function choose({ alternatives, reasoning }: State) {
  const within = alternatives.find(({ setAside }) => setAside?.length === 0);
  if (within === undefined) throw new Error("the request itself is not what is asked");
  return new Command({ goto: reasoning === null ? "argue" : END, update: { chosen: within.args } });
}

/** Has the model argue for it, in the arguments it would have: others than the ones chosen go through the gate like any. */
async function argue({ turn, chosen, alternatives, progress }: State, runtime: Runtime<TurnContext>) {
  const context = contextOf(runtime);
  const { form } = proposalForm(turn);
  const asked = await ask(context, context.bindings.conversing(ROLE, turn, bindingOf(context, turn)), progress);
  const settled = settle(form, asked);
  if (settled.kind === "again") return new Command({ goto: "argue", update: { progress: settled.progress } });
  const { reasoning } = settled.value;
  // Arguments came as JSON, and an action's schema changes nothing in them.
  const args = settled.value.args as JsonObject;
  const told = { progress: asked.progress, reasoning };
  if (differences(turn, chosen ?? {}, args).length === 0) return new Command({ goto: END, update: told });
  const own = { by: "model" as const, args, setAside: null };
  return new Command({ goto: "gate_each", update: { ...told, alternatives: [...alternatives, own] } });
}

export const orchestration = new StateGraph(State, TurnContext)
  .addNode("enumerate", enumerate)
  .addNode("gate_each", gateEach)
  .addNode("choose", choose, { ends: ["argue", END] })
  .addNode("argue", argue, { ends: ["argue", "gate_each", END] })
  .addEdge(START, "enumerate")
  .addEdge("enumerate", "gate_each")
  .addEdge("gate_each", "choose")
  .compile();

/**
 * Proposes the step's action, as it is asked. Which tool it names is code's choice; a model's arguments are held against the
 * request, and its reasoning is kept.
 */
export async function proposeAction(
  context: TurnContext,
  turn: TurnInput,
  { findings, evidence }: Pick<FindingsTurn, "findings" | "evidence">,
): Promise<ProposalTurn> {
  const none = { alternatives: [], chosen: null, progress: noProgress([]), reasoning: null };
  const end = await orchestration.invoke({ turn, evidence, findings, ...none }, runOf(context));
  const { alternatives, chosen, progress, reasoning } = end;
  if (chosen === null || reasoning === null) throw new Error("the turn ended without a proposal");
  return {
    action: { tool: proposalForm(turn).tool, args: chosen },
    setAside: alternatives.flatMap(({ setAside }) => setAside ?? []),
    reasoning,
    citation: context.bindings.citation(ROLE, turn, bindingOf(context, turn), progress.requestDigests),
    work: workOf(progress),
  };
}

function bindingOf({ bindings }: TurnContext, turn: TurnInput) {
  return bindings.bind(ROLE, turn, proposalForm(turn).answer, []);
}

function formOf({ functionId, action }: TurnInput) {
  const { args, tool } = actionOf(functionId, action);
  const schema = z.strictObject({ args, reasoning: z.string().min(1).max(MAX_REASONING_CHARS) });
  const form: AnswerForm<z.infer<typeof schema>> = { tool: "propose_action", schema };
  const answer: ToolSchema = {
    name: form.tool,
    description: `Proposes \`${tool}\` with these arguments. Nothing runs from it.`,
    inputSchema: inputSchemaOf(schema),
  };
  return { form, answer, tool };
}

const forms = new Map<string, ReturnType<typeof formOf>>();

/** The schemas of an action's proposal, made once. */
function proposalForm(turn: TurnInput) {
  const key = `${turn.functionId} ${turn.action}`;
  const form = forms.get(key) ?? formOf(turn);
  forms.set(key, form);
  return form;
}
