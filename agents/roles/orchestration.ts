import { z } from "zod";
import { actionOf } from "../../functions/governed-actions.ts";
import { ownActionOf } from "../../functions/index.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { SetAside } from "../../domain/noticed.ts";
import type { AnswerForm } from "../answer-check.ts";
import { inputSchemaOf, type Bindings } from "../binding.ts";
import type { ToolSchema } from "../conversation.ts";
import type { CallDeps } from "../model-call.ts";
import type { FindingsTurn, ProposalTurn, TurnInput } from "../turn.ts";
import { findingsJson, openingMessage, requestedAction } from "../turn-data.ts";
import { runTurn } from "../turn-graph.ts";
import { workOf } from "../progress.ts";

const ROLE = "orchestration";

const MAX_REASONING_CHARS = 4_000;

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

/** Characters of a value that is shown. */
const MAX_SHOWN_CHARS = 200;

/** Where a model's arguments are not the ones asked. Those that code takes from the record are no model's to fill in. */
function differences(turn: TurnInput, asked: JsonObject, given: JsonObject): readonly SetAside[] {
  const { filled = [] } = ownActionOf(turn.functionId, turn.action);
  const names = [...new Set([...Object.keys(asked), ...Object.keys(given)])].filter((name) => !filled.includes(name));
  return names.flatMap((argument) => {
    const [wanted, proposed] = [said(asked[argument]), said(given[argument])];
    return wanted === proposed ? [] : [{ argument, asked: shown(wanted), proposed: shown(proposed) }];
  });
}

function said(value: Json | undefined): string {
  return value === undefined ? "" : JSON.stringify(value);
}

function shown(text: string): string {
  return text.length <= MAX_SHOWN_CHARS ? text : `${text.slice(0, MAX_SHOWN_CHARS - 1)}…`;
}

/**
 * Proposes the step's action, as it is asked. Which tool it names is code's choice; a model's arguments are held against the
 * request, and its reasoning is kept.
 */
export async function proposeAction(
  { calls, bindings }: { readonly calls: CallDeps; readonly bindings: Bindings },
  turn: TurnInput,
  { findings, evidence }: Pick<FindingsTurn, "findings" | "evidence">,
): Promise<ProposalTurn> {
  const { form, answer, tool } = proposalForm(turn);
  const binding = bindings.bind(ROLE, turn, answer, []);
  const { output, progress } = await runTurn({
    deps: calls,
    form,
    async assemble() {
      const opening = [openingMessage(ROLE, turn, evidence, { findings: findingsJson(findings) })];
      return { conversing: bindings.conversing(ROLE, turn, binding), opening };
    },
  });
  const { args } = requestedAction(turn, evidence);
  return {
    action: { tool, args },
    // Arguments came as JSON, and an action's schema changes nothing in them.
    setAside: differences(turn, args, output.args as JsonObject),
    reasoning: output.reasoning,
    citation: bindings.citation(ROLE, turn, binding, progress.requestDigests),
    work: workOf(progress),
  };
}
