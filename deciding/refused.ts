import { readEffectEnd } from "../audit/ledgers/effects.ts";
import { readRefusal, refusalRecord } from "../audit/ledgers/refusals.ts";
import { appendOnce, type Ledger } from "../audit/records.ts";
import type { CaseEnd } from "../audit/ledgers/case-end.ts";
import { assertNever } from "../domain/assert-never.ts";
import type { Because, RefusalCode } from "../domain/refusal.ts";
import { MAX_ROUNDS } from "../temporal.config.ts";
import type { DecisionRef, EndedStep, StepRef, WorkRef } from "../workflows/activities.ts";

/** Why nothing was decided that holds: the code for the durable engine, the words for the ledgers. */
export type Refused = { readonly kind: "refused"; readonly code: RefusalCode; readonly reason: string };

/** What was decided of a step, with the words of a refusal. */
export type Ruled = Exclude<DecisionRef, { kind: "refused" }> | Refused;

export function refused(code: RefusalCode, reason: string): Refused {
  return { kind: "refused", code, reason };
}

/** Keeps the words of a refusal under its step, before the engine is told of it. Told again, the first ones stand. */
export async function keepRefusal(ledger: Ledger, step: StepRef, reason: string, at: string): Promise<void> {
  await appendOnce(ledger, refusalRecord(step, { actionId: step.action, reason }, at));
}

/** What the durable engine is told of a decision: no words. Those of a refusal are kept first. */
export async function withoutWords(ledger: Ledger, step: StepRef, ruled: Ruled, at: string): Promise<DecisionRef> {
  if (ruled.kind !== "refused") return ruled;
  await keepRefusal(ledger, step, ruled.reason, at);
  return { kind: "refused", code: ruled.code };
}

type Object = Pick<WorkRef, "company" | "objectType" | "objectId">;

/** A refusal in words, where the ledgers keep none: what the code and the object's name say. */
export function refusalWords(code: RefusalCode, { objectType, objectId }: Omit<Object, "company">): string {
  const object = `${objectType} \`${objectId}\``;
  switch (code) {
    case "no-record":
      return `there is no ${object}`;
    case "asks-nothing":
      return `${object} asks for nothing`;
    case "no-dates":
      return `${object} tells no dates to go by`;
    case "unknown-name":
      return "nothing here bears a name that it needs";
    case "other-action":
      return "another action was proposed than the step is about";
    case "nothing-to-do":
      return "there is nothing to do";
    case "not-agreed":
      return "the sides do not agree";
    case "sides-refused":
    case "sides-withdrawn":
    case "sides-lapsed":
      return `the sides did not agree: ${code.slice("sides-".length)}`;
    case "restless":
      return `the record changed each of the ${MAX_ROUNDS} times that it was worked on`;
    case "no-permit":
      return "the permit is not the ledger's";
    case "not-done":
      return "what was permitted was not done";
    default:
      return assertNever(code);
  }
}

/** How the steps of an event's work ended, in words, for the case's last record. */
export async function endedInWords(
  ledger: Ledger,
  object: Object,
  ended: readonly EndedStep[],
): Promise<CaseEnd["outcomes"]> {
  return Promise.all(
    ended.map(async ({ step, kind, because }) => {
      const reason = because === undefined ? "" : await wordsOf(ledger, object, because);
      return { step, kind, reason };
    }),
  );
}

async function wordsOf(ledger: Ledger, object: Object, because: Because): Promise<string> {
  switch (because.code) {
    case "as-before":
      return `as ${await refOf(ledger, object.company, because.decisionId)}, by ${because.decisionId}`;
    case "first-date":
      return `its first date is ${because.on}`;
    case "overtaken":
      return "a newer event came";
    case "last-date-over":
      return "the last of its dates is over";
    case "nothing-left":
      return "nothing is left to do";
    case "newer-event":
    case "record-changed":
    case "not-asked":
      return because.code;
    default:
      return (await keptWords(ledger, object.company, because)) ?? refusalWords(because.code, object);
  }
}

async function refOf(ledger: Ledger, company: string, decisionId: string): Promise<string> {
  return (await readEffectEnd(ledger, company, decisionId))?.externalRef ?? "";
}

type Refusal = Extract<Because, { readonly stepKey: string }>;

/** What the ledgers say of a refusal: the effect's row of what was permitted, else the refusal's record. */
async function keptWords(
  ledger: Ledger,
  company: string,
  { code, stepKey, decisionId }: Refusal,
): Promise<string | undefined> {
  if (code === "not-done") return (await readEffectEnd(ledger, company, decisionId))?.detail ?? undefined;
  if (decisionId !== "" || stepKey === "") return undefined;
  return (await readRefusal(ledger, company, stepKey))?.reason;
}
