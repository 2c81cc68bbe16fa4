import type { z } from "zod";
import { no, type Mover, type Refusal } from "../audit/ledgers/answering.ts";
import type { DecisionDraft } from "../audit/ledgers/decisions.ts";
import { keepEdit, readEditable, type AskedProposal } from "../audit/ledgers/edits.ts";
import type { MadeMove } from "../audit/ledgers/escalation-moves.ts";
import type { EscalationRow } from "../audit/ledgers/escalation-row.ts";
import { inTransaction } from "../audit/ledgers/transaction.ts";
import { editedIdOf } from "../audit/ledgers/turns.ts";
import { eventOfStep } from "../audit/record-keys.ts";
import { caseStartOf, objectIdIn } from "../domain/ids.ts";
import type { MatchedRule, Verdict } from "../domain/decision.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { actionOf } from "../functions/governed-actions.ts";
import type { FunctionDefinition, GovernedAction } from "../functions/definition.ts";
import { areSame } from "../functions/shared/as-requested.ts";
import { functionOfAction, functions, recordToolOf } from "../functions/index.ts";
import { parseMoney } from "../guardrails/literals.ts";
import type { StepRef } from "../workflows/activities.ts";
import { createDecider } from "./decider.ts";
import { readEvidence, type FrozenEvidence } from "./evidence.ts";
import { LimitsUnread, type Place } from "./limits.ts";
import type { Question } from "./question.ts";
import { isMootNow, isStale, questionOf, type StepDeps } from "./step.ts";

/** Who puts what in place of which arguments of what a question asks, and why. `undoMs`: how long it may be undone where it counts. */
export type GivenEdit = Mover & { readonly args: JsonObject; readonly reason: string; readonly undoMs: number };

/** Arguments that are none which may be edited, or are not as they must be. */
export type WrongArgs = { readonly kind: "wrong"; readonly issues: readonly z.core.$ZodIssue[] };

/** `verdict`: what the rules say of it. `counts`: it is approved by who edited it. `asks`: else who is asked, from the first level on. */
export type MadeEdit = MadeMove & {
  readonly verdict: "execute" | "escalate";
  readonly counts: boolean;
  readonly asks: readonly string[];
};

/** The decision as it would be kept, in the transaction that is given up for it. */
class Preview extends Error {
  readonly draft: DecisionDraft;
  constructor(draft: DecisionDraft) {
    super("preview");
    this.draft = draft;
  }
}

/**
 * Puts other values in place of what a question asks. They are a proposal by that person, and go through the same rules as any: facts are
 * computed of them by code from what is read now, and what the rules block is refused at once, with why. Else the question is
 * closed by it, and the case decides it at its next gate; where who edited may answer the question about it, that is their approval.
 */
export async function editQuestion(deps: StepDeps, given: GivenEdit): Promise<MadeEdit | Refusal | WrongArgs> {
  const weighed = await weigh(deps, given);
  if (weighed.kind !== "weighed") return weighed;
  const { preview, step, mover, proposal, changes } = weighed;
  if (preview.verdict === "block") return no("blocked", preview.reason);
  const { escalationId, personId, role, reason, undoMs, at, company } = given;
  const { caseId, stepKey } = step;
  const edit = { escalationId, personId, role, reason, undoMs };
  const made = await keepEdit(deps.pool, mover, { ...proposal, company, caseId, stepKey, edit, at }, changes);
  if (made.kind === "refused") return made;
  return { ...made, verdict: preview.verdict, ...askedBy(preview, role) };
}

/** What the rules say of other values, before anybody puts them there. `reason`: theirs. Nothing is kept. */
export type WeighedEdit = Pick<MadeEdit, "counts" | "asks"> & {
  readonly kind: "told";
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rules: readonly MatchedRule[];
};

/** The same as the edit would be decided now, of which nothing is kept. */
export async function previewEdit(
  deps: StepDeps,
  given: Omit<GivenEdit, "reason" | "undoMs">,
): Promise<WeighedEdit | Refusal | WrongArgs> {
  const weighed = await weigh(deps, given);
  if (weighed.kind !== "weighed") return weighed;
  const { verdict, reason, rules } = weighed.preview;
  return { kind: "told", verdict, reason, rules, ...askedBy(weighed.preview, given.role) };
}

function askedBy(preview: DecisionDraft, role: string): Pick<MadeEdit, "counts" | "asks"> {
  const asks = preview.route?.levels.map((level) => level.role) ?? [];
  const isAllowed =
    preview.verdict === "execute" || (preview.verdict === "escalate" && isApprovable(preview) && asks.includes(role));
  return { counts: isAllowed, asks };
}

async function weigh(deps: StepDeps, given: Mover & Pick<GivenEdit, "args">) {
  const found = await readEditable(deps.pool, given);
  if (found.kind === "refused") return found;
  const { row, asked } = found;
  const step = stepOf(given.company, row, asked);
  const action = step && actionOf(step.functionId, asked.actionId);
  if (step === undefined || action?.editable === undefined || !isReadBy(deps, step))
    return no("not-editable", "nothing of what it asks may be edited");
  const edited = editedArgs(action, given.args, asked.action.args);
  if (edited.kind !== "edited") return edited;
  const evidence = await readEvidence(deps.readTools, action, step, ownedBy(asked) === undefined ? edited.args : {});
  const proposal = { ...asked, action: { tool: asked.action.tool, args: edited.args } };
  const moved = whyMoved(step, action, evidence, proposal);
  if (moved !== undefined) return moved;
  const mover = { ...given, version: row.version };
  const preview = await previewed(deps, step, mover, { action, evidence, proposal });
  return { kind: "weighed", preview, step, mover, proposal, changes: edited.changes } as const;
}

function isApprovable({ details }: DecisionDraft): boolean {
  return details.notWhole !== true && details.notAsItStands !== true;
}

/** Whether what the action rests on can be read here. */
function isReadBy({ readTools }: StepDeps, { functionId }: StepRef): boolean {
  return Object.hasOwn(readTools, recordToolOf(functionId));
}

/** The step that a question belongs to; undefined where no function's case asks it. */
function stepOf(company: string, row: EscalationRow, asked: AskedProposal): StepRef | undefined {
  const { case_id: caseId, step_key: stepKey } = row;
  const definition = ownedBy(asked) ?? functionOfCase(company, caseId);
  if (definition === undefined) return undefined;
  const { actionId } = asked;
  const { id: functionId, subject } = definition;
  const objectId = objectIdIn(caseId, caseStartOf(company, functionId, subject.system, subject.type));
  if (objectId === undefined) return undefined;
  const eventId = eventOfStep(caseId, stepKey);
  return {
    company,
    caseId,
    functionId,
    objectType: subject.type,
    objectId,
    eventId,
    action: actionId,
    stepKey,
    reportsStep: "",
  };
}

/** The function whose own action a question asks for; none for what functions share, which the case is told by. */
function ownedBy({ actionId }: AskedProposal): FunctionDefinition | undefined {
  return functionOfAction(actionId);
}

function functionOfCase(company: string, caseId: string): FunctionDefinition | undefined {
  return Object.values(functions).find(
    ({ id, subject }) => objectIdIn(caseId, caseStartOf(company, id, subject.system, subject.type)) !== undefined,
  );
}

/** An amount as people write it, `84000.00 USD`, in minor units; undefined where it is none in the currency of what is asked. */
function inMinorUnits(name: string, given: Json, { currency }: JsonObject): Json | undefined {
  if (!name.endsWith("Minor") || typeof given !== "string") return given;
  const money = parseMoney(given);
  return money?.currency === currency ? money?.minor : undefined;
}

function noAmount(name: string, input: Json | undefined, { currency }: JsonObject): z.core.$ZodIssue {
  const code = typeof currency === "string" ? currency : "its currency";
  const message = `expected an amount in ${code}, such as \`84000.00 ${code}\`, or whole minor units`;
  return { code: "custom", path: [name], message, input };
}

function editedArgs({ editable, args: schema }: GovernedAction, written: JsonObject, before: JsonObject) {
  const inUnits = Object.entries(written).map(([name, value]) => [name, inMinorUnits(name, value, before)] as const);
  const [none] = inUnits.filter(([, value]) => value === undefined);
  if (none !== undefined) {
    const [name] = none;
    return { kind: "wrong", issues: [noAmount(name, written[name], before)] } as const;
  }
  const given = Object.fromEntries(inUnits) as JsonObject;
  const read = editable?.partial().strict().safeParse(given);
  if (read?.success === false) return { kind: "wrong", issues: read.error.issues } as const;
  const args = { ...before, ...given };
  const whole = schema.safeParse(args);
  if (!whole.success)
    return no("not-whole", "not everything that is asked can be read, so nothing of it can be edited");
  if (areSame(before, args)) return no("unchanged", "it asks that already");
  const names = Object.keys(given).filter((name) => before[name] !== given[name]);
  const only = (from: JsonObject) => Object.fromEntries(names.map((name) => [name, from[name] ?? null]));
  return { kind: "edited", args, changes: { before: only(before), after: only(args) } } as const;
}

/** The record asks for it no more, or is another than was shown. */
function whyMoved(
  step: StepRef,
  action: GovernedAction,
  evidence: FrozenEvidence,
  { action: { args }, recordVersion }: AskedProposal,
): Refusal | undefined {
  if (isMootNow(step, evidence, args)) return no("superseded", "the record asks for it no more");
  if (!isStale({ recordVersion }, evidence, step.functionId, action)) return undefined;
  return no("stale-action", "what was read and shown has changed since; it is asked anew");
}

type Proposed = {
  readonly action: GovernedAction;
  readonly evidence: FrozenEvidence;
  readonly proposal: AskedProposal;
};

/** What the rules, their limits and the mode make of it now; nothing of that is kept. */
async function previewed(
  deps: StepDeps,
  step: StepRef,
  { at, escalationId }: Mover,
  { action, evidence, proposal }: Proposed,
): Promise<DecisionDraft> {
  const gate = proposal.gate + 1;
  const proposalId = editedIdOf(step.company, step.stepKey, escalationId);
  const question = questionOf({ step, gate, approvalId: null, at, runId: "" }, action, evidence, {
    proposal: { ...proposal, proposalId, reasoning: "" },
    review: proposal.review,
  });
  const attempt = async (accounts: "ask" | "unread") => {
    try {
      await inTransaction(deps.pool, (ledger) => keptNot(deps, question, { kind: "transaction", ledger, accounts }));
    } catch (error) {
      if (error instanceof Preview) return error.draft;
      throw error;
    }
    throw new Error("a preview was kept");
  };
  try {
    return await attempt("ask");
  } catch (error) {
    if (!(error instanceof LimitsUnread)) throw error;
    return attempt("unread");
  }
}

function keptNot({ pool, policies, alarm }: StepDeps, question: Question, place: Place) {
  const record = (_sql: unknown, draft: DecisionDraft) => Promise.reject(new Preview(draft));
  return createDecider({ pool, place, policies, alarm, record })(question);
}
