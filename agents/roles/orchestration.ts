import { z } from "zod";
import { actionOf } from "../../functions/governed-actions.ts";
import { ownActionOf } from "../../functions/index.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { AnswerForm } from "../answer-check.ts";
import { inputSchemaOf, type Bindings } from "../binding.ts";
import type { ToolSchema } from "../conversation.ts";
import type { CallDeps } from "../model-call.ts";
import type { FindingsTurn, ProposalTurn, TurnInput } from "../turn.ts";
import { findingsJson, openingMessage, requestedAction } from "../turn-data.ts";
import { runTurn } from "../turn-graph.ts";

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

/** The arguments that are no model's to fill in, as the record and its readings have them. */
function filledIn(turn: TurnInput, evidence: FindingsTurn["evidence"]): JsonObject {
  const { filled = [] } = ownActionOf(turn.functionId, turn.action);
  if (filled.length === 0) return {};
  const { args } = requestedAction(turn, evidence);
  return Object.fromEntries(filled.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])));
}

/** Proposes the step's action. Which tool it names is code's choice; a model fills in arguments and reasoning. */
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
  return {
    // Arguments came as JSON, and an action's schema changes nothing in them.
    action: { tool, args: { ...(output.args as JsonObject), ...filledIn(turn, evidence) } },
    reasoning: output.reasoning,
    citation: bindings.citation(ROLE, turn, binding, progress.requestDigests),
  };
}
