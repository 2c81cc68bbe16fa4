import { readFirstAct } from "../audit/ledgers/first-act.ts";
import { readLastAct } from "../audit/ledgers/standing.ts";
import type { Ledger } from "../audit/records.ts";
import type { Evidence } from "../domain/evidence.ts";
import { caseIdOf, objectRefOf } from "../domain/ids.ts";
import { functionOf } from "../functions/index.ts";
import { FIRST_ACT } from "../functions/quoting/baseline.ts";
import { STANDING_ACT } from "../functions/shared/taking-back.ts";

/** An object of a function. */
type OfObject = { readonly functionId: string; readonly objectType: string; readonly objectId: string };

/** One of its actions, and the one that takes that back, where one does. */
type Asked = OfObject & { readonly action: string; readonly takenBackBy?: string | undefined };

function refOf({ functionId, objectType, objectId }: OfObject): string {
  return objectRefOf(functionOf(functionId).subject.system, objectType, objectId);
}

/**
 * What an action did last for an object, while it stands. What was taken back only until it is decided anew keeps its place:
 * it stands. Of what was erased no facts are left to compare with: nothing of it is watched any more.
 */
export async function standingAct(
  ledger: Ledger,
  company: string,
  asked: Asked,
  observedAt: string,
): Promise<Evidence> {
  const last = await readLastAct(
    ledger,
    { company, caseId: caseIdOf(company, asked.functionId, refOf(asked)) },
    { action: asked.action, takenBackBy: asked.takenBackBy ?? "" },
  );
  const stands = last !== undefined && Object.keys(last.facts).length > 0 && isKept(last.takenBackBy);
  const act = stands ? { ref: last.ref, decidedAt: last.decidedAt, args: last.args, facts: last.facts } : null;
  const source = {
    source: STANDING_ACT,
    ref: `${asked.action}/${asked.objectId}`,
    version: act?.ref ?? "",
    observedAt,
  };
  return { source, value: { act } };
}

/** What a tool did first for an object, with its arguments. Undefined where it did nothing yet. */
export async function firstAct(
  ledger: Ledger,
  company: string,
  { tool, ...object }: OfObject & { readonly tool: string },
  observedAt: string,
): Promise<Evidence | undefined> {
  const ref = refOf(object);
  const first = await readFirstAct(ledger, company, { caseId: caseIdOf(company, object.functionId, ref), tool });
  if (first === undefined) return undefined;
  return { source: { source: FIRST_ACT, ref, version: first.decisionId, observedAt }, value: first.args };
}

function isKept(takenBackBy: { readonly [name: string]: unknown } | null): boolean {
  return takenBackBy === null || takenBackBy["keepsPlace"] === true;
}
