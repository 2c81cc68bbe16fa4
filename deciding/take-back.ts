import { readLastAct } from "../audit/ledgers/standing.ts";
import type { Ledger } from "../audit/records.ts";
import type { Evidence } from "../domain/evidence.ts";
import { caseIdOf, objectRefOf } from "../domain/ids.ts";
import { functionOf } from "../functions/index.ts";
import { STANDING_ACT } from "../functions/shared/taking-back.ts";

/** An object of a function, one of its actions, and the one that takes that back. */
type Asked = {
  readonly functionId: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly action: string;
  readonly takenBackBy: string;
};

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
  const { functionId, objectType, objectId } = asked;
  const caseId = caseIdOf(
    company,
    functionId,
    objectRefOf(functionOf(functionId).subject.system, objectType, objectId),
  );
  const last = await readLastAct(ledger, { company, caseId }, asked);
  const stands = last !== undefined && Object.keys(last.facts).length > 0 && isKept(last.takenBackBy);
  const act = stands ? { ref: last.ref, decidedAt: last.decidedAt, args: last.args, facts: last.facts } : null;
  const source = { source: STANDING_ACT, ref: `${asked.action}/${objectId}`, version: act?.ref ?? "", observedAt };
  return { source, value: { act } };
}

function isKept(takenBackBy: { readonly [name: string]: unknown } | null): boolean {
  return takenBackBy === null || takenBackBy["keepsPlace"] === true;
}
