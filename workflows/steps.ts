import { patched } from "@temporalio/workflow";
import { PARTNER_LETTER } from "../domain/obligations.ts";
import type { OutcomeKind, StepOutcome } from "../domain/outcome.ts";
import type { Because, RefusalCode } from "../domain/refusal.ts";
import { MAX_ROUNDS } from "../temporal.config.ts";
import type { Afterwards, DecisionRef, EndedStep, FollowUp, Message, StepRef, ToldMeanwhile } from "./activities.ts";
import { stepRefOf, type Named, type Work } from "./case.ts";
import { now } from "./clock.ts";
import type { Told } from "./escalation.ts";
import { guardedStep, type AfterwardsOf, type Stepped } from "./guarded-step.ts";
import { decideByAgents, decideProposed } from "./proposing.ts";
import { ledger } from "./proxies.ts";

/** The step that tells the CRM how the function's own one ended, and its action. */
const WRITE_BACK = "write-back";

/** The step that leaves a note on the record, and its action: what no value of a property can tell, with its reason. */
const NOTE = "crm-note";

/** A function's own step, how it ended, and what of its following is durable already. */
export type OwnStep = Stepped & {
  readonly step: StepRef;
  /** Which of the function's steps about the event it is, from 1: what follows from it bears the same number. */
  readonly ordinal: number;
};

/** How a step is proposed and decided first. */
type OpeningOf = (step: StepRef) => Promise<DecisionRef>;

/**
 * Runs a step that the function's agents propose, afresh while the record changes under it. Too many rounds end it:
 * nothing acts. Its end is the first of what `tellOutcome` adds to. `last`: the work on the event ends with what follows from
 * it, where it is executed.
 */
export async function ownStep(
  work: Work,
  named: Named,
  { open = decideByAgents, last = false }: { readonly open?: OpeningOf; readonly last?: boolean } = {},
): Promise<OwnStep> {
  const taken = await proposedAfresh(work, named, open, last);
  work.ended.push(endedStep(named.name, taken.step, taken.outcome));
  return taken;
}

async function proposedAfresh(work: Work, named: Named, open: OpeningOf, isLast: boolean): Promise<OwnStep> {
  work.ownSteps += 1;
  const ordinal = work.ownSteps;
  const nextStep = (): StepRef => {
    const round = (work.rounds.get(named.name) ?? 0) + 1;
    work.rounds.set(named.name, round);
    return stepRefOf(work, named, round);
  };
  // What sides agreed to is theirs, and not proposed anew beside them.
  const again = open === decideByAgents ? nextStep : undefined;
  const taken = (step: StepRef, opening: OpeningOf) => {
    const afterwards = telling(work, { step, ordinal }, named, isLast);
    const meanwhile = async ({ what, about }: Told, owes: readonly string[]) => {
      await noteMeanwhile(work, { step, ordinal }, what);
      // That people decide it, and what would pass, is on the record; the partner is written to when something is asked of it.
      const isAsked = what === "asked-back" && owes.includes(PARTNER_LETTER);
      if (isAsked) await partnerLetter(work, { step, ordinal }, { name: `${LETTER}-${what}`, occasion: about });
    };
    return guardedStep(step, () => opening(step), work.opened.desk, {
      afterwards,
      nextStep: again,
      telling: meanwhile,
    });
  };
  for (let tries = 1; ; tries += 1) {
    let step = nextStep();
    let stepped = await taken(step, open);
    if (stepped.anew !== undefined) {
      step = stepped.anew;
      stepped = await taken(step, decideProposed);
    }
    const { outcome } = stepped;
    if (outcome.kind !== "superseded" || outcome.reason !== "record-changed") return { step, ordinal, ...stepped };
    if (tries === MAX_ROUNDS) return { step, ordinal, outcome: { kind: "refused", decisionId: "", code: "restless" } };
  }
}

/**
 * With the receipt of a function's own effect the write-back of it is decided; where the work ends with that, it is called
 * along too, and the end rides with its receipt.
 */
function telling(work: Work, own: Reported, named: Named, isLast: boolean): AfterwardsOf {
  return ({ owes = [], tells }) => {
    const followUp = followUpOf(work, own, WRITE_BACK, "executed");
    if (!isLast || tells === false || owes.some((name) => name !== WRITE_BACK)) return { kind: "follow-up", followUp };
    const outcomes = asExecuted({ ended: asExecuted(work, named.name) }, WRITE_BACK);
    return { kind: "follow-up", followUp, ending: { kind: "end", step: own.step, outcomes } };
  };
}

/** Ends that the CRM is told of: what was decided and holds. What was only recorded has not happened there. */
const tellable: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>([
  "executed",
  "already-done",
  "blocked",
  "rejected",
  "expired",
]);

/** Ends by which what was asked did not come about: whoever asked is told why on the record, and what would mend it. */
const noted: ReadonlySet<OutcomeKind> = new Set<OutcomeKind>(["blocked", "rejected", "expired", "refused", "unknown"]);

/** Cases that ran before they were all told replay as they were. */
function isNoted({ kind }: StepOutcome): boolean {
  return noted.has(kind) && patched("ends-are-noted");
}

/**
 * Tells the CRM how a function's step ended, and then whatever its deciding rules owe: each a governed step of its own,
 * whose decision rides with the receipt of the step before it. One that fails stops none of the others. `last`: the work
 * on the event ends with it, in the last receipt's transaction when there is one.
 */
export async function tellOutcome(work: Work, own: OwnStep, { last }: { readonly last: boolean }): Promise<void> {
  const isNote = isNoted(own.outcome);
  const isLetter = isNote && own.outcome.owes?.includes(PARTNER_LETTER) === true;
  const isTold = isNote || tellable.has(own.outcome.kind);
  const told = isTold ? await followUps(work, own, { isNote, isLast: last && !isLetter }) : own;
  if (isLetter) await partnerLetter(work, own, { name: LETTER, occasion: "" });
  if (last && told.after !== "ended") await ledger().endCase(own.step, work.ended, now());
}

async function followUps(
  work: Work,
  own: OwnStep,
  { isNote, isLast }: { readonly isNote: boolean; readonly isLast: boolean },
): Promise<Stepped> {
  const { outcome } = own;
  const isTold = tellable.has(outcome.kind) && outcome.tells !== false;
  const owed = (outcome.owes ?? []).filter((name) => name !== PARTNER_LETTER);
  const names = [...new Set([...(isTold ? [WRITE_BACK] : []), ...(isNote ? [NOTE] : []), ...owed])];
  const steps = names.map((name) =>
    name === NOTE ? noteOf(work, own, NOTE) : followUpOf(work, own, name, outcome.kind),
  );
  // What rode with the effect's receipt is the write-back's decision, and its act: where there is none, they are nobody's.
  let last: Stepped = isTold ? own : { outcome };
  for (const [index, follow] of steps.entries()) {
    const name = names[index] ?? "";
    const { after: taken, followed } = last;
    const open = async (): Promise<DecisionRef> =>
      taken === undefined || taken === "ended" ? ledger().decideFollowUp(follow, now()) : taken;
    const ending: Afterwards | null = isLast ? { kind: "end", step: own.step, outcomes: asExecuted(work, name) } : null;
    const next = steps[index + 1];
    const afterwards = next === undefined ? ending : ({ kind: "follow-up", followUp: next } as const);
    last = await guardedStep(follow.step, open, work.opened.desk, { afterwards: () => afterwards, followed });
    work.ended.push(endedStep(name, follow.step, last.outcome));
  }
  return last;
}

/** How the work has ended when the step that is about to act is done. */
function asExecuted({ ended }: { readonly ended: readonly EndedStep[] }, step: string): readonly EndedStep[] {
  return [...ended, { step, kind: "executed" }];
}

type Reported = Pick<OwnStep, "step" | "ordinal">;

function followUpOf(work: Work, { step, ordinal }: Reported, name: string, outcome: OutcomeKind): FollowUp {
  const follow = stepRefOf(work, { name, action: name, reports: step.stepKey }, ordinal);
  return { step: follow, reports: step.action, outcome };
}

/** The note on how a step ended. Where nothing was decided of it, its words come from the refusal: no decision has them. */
function noteOf(work: Work, { step, ordinal, outcome }: OwnStep, name: string): FollowUp {
  const note = stepRefOf(work, { name, action: NOTE, reports: step.stepKey }, ordinal);
  const follow = { step: note, reports: step.action, outcome: outcome.kind };
  const isUndecided = outcome.kind === "refused" && outcome.decisionId === "";
  return isUndecided ? { ...follow, refusal: outcome.code } : follow;
}

/** How a step ended, from which the case's last record is told. */
export function endedStep(name: string, { stepKey }: Pick<StepRef, "stepKey">, outcome: StepOutcome): EndedStep {
  const because = becauseOf(stepKey, outcome);
  return { step: name, kind: outcome.kind, ...(because !== undefined && { because }) };
}

function becauseOf(stepKey: string, outcome: StepOutcome): Because | undefined {
  switch (outcome.kind) {
    case "already-done":
      return { code: "as-before", decisionId: outcome.decisionId };
    case "superseded":
      return { code: outcome.reason };
    case "refused":
      return { code: outcome.code, stepKey, decisionId: outcome.decisionId };
    default:
      return undefined;
  }
}

/** The governed action of every text that goes out. */
const MESSAGE = "message";

/**
 * Sends one of the function's texts, filled by code from what is read then, under the rules of `message`. `occasion` is the
 * repeat's business name: the same text goes out once for each.
 */
export async function tell(work: Work, { template, occasion }: Omit<Message, "step">): Promise<StepOutcome> {
  const name = `tell-${template}${occasion === "" ? "" : `-${occasion}`}`;
  const message = { step: stepRefOf(work, { name, action: MESSAGE }, 1), template, occasion };
  const { outcome } = await guardedStep(message.step, () => ledger().decideMessage(message, now()), work.opened.desk);
  work.ended.push(endedStep(name, message.step, outcome));
  await noteEnd(work, { step: message.step, ordinal: 1, outcome }, name);
  return outcome;
}

/** The function's text that tells the partner why its request was not simply granted. */
const LETTER = "letter";

/**
 * Sends the partner the letter of reasons on how a step ended or stands, once for each that is told: `occasion` says which,
 * empty at the end. It is never itself a question to people, which would keep a case open that is over: what the rules of texts keep
 * back is decided, and withheld.
 */
async function partnerLetter(
  work: Work,
  { step }: Reported,
  { name, occasion }: { readonly name: string; readonly occasion: string },
): Promise<void> {
  const round = (work.rounds.get(name) ?? 0) + 1;
  work.rounds.set(name, round);
  const letter = stepRefOf(work, { name, action: MESSAGE, reports: step.stepKey }, round);
  const open = () => ledger().decideMessage({ step: letter, template: LETTER, occasion }, now());
  const { outcome } = await guardedStep(letter, open, work.opened.desk, { asksNobody: true });
  work.ended.push(endedStep(name, letter, outcome));
}

/** Why the course of a case stands still: nothing of it is put to the rules, so that only a note can tell it. */
export async function tellStandstill(work: Work, name: string, code: RefusalCode): Promise<void> {
  const outcome = { kind: "refused", decisionId: "", code } as const;
  const step = stepRefOf(work, { name, action: "" }, 1);
  work.ended.push(endedStep(name, step, outcome));
  await noteEnd(work, { step, ordinal: 1, outcome }, name);
}

/** Leaves the note on an end that nothing else tells of. `about`: what ended, by its name within the case. */
async function noteEnd(work: Work, ended: OwnStep, about: string): Promise<void> {
  if (!isNoted(ended.outcome)) return;
  const name = `${NOTE}-${about}`;
  const note = noteOf(work, ended, name);
  const { outcome } = await guardedStep(note.step, () => ledger().decideFollowUp(note, now()), work.opened.desk);
  work.ended.push(endedStep(name, note.step, outcome));
}

/**
 * Leaves the note on how a step stands while people decide it, once for each that is told. It is never itself a question to people, which
 * would keep the step's from being answered.
 */
async function noteMeanwhile(work: Work, { step }: Reported, what: ToldMeanwhile): Promise<void> {
  const name = `${NOTE}-${what}`;
  const round = (work.rounds.get(name) ?? 0) + 1;
  work.rounds.set(name, round);
  const note = stepRefOf(work, { name, action: NOTE, reports: step.stepKey }, round);
  const followUp = { step: note, reports: step.action, outcome: what };
  const open = () => ledger().decideFollowUp(followUp, now());
  const { outcome } = await guardedStep(note, open, work.opened.desk, { asksNobody: true });
  work.ended.push(endedStep(name, note, outcome));
}
