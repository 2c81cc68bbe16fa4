import { readFirstAct, readFirstPermitted, type FirstAct } from "../audit/ledgers/first-act.ts";
import { readLastAct } from "../audit/ledgers/standing.ts";
import type { Ledger } from "../audit/records.ts";
import type { Evidence } from "../domain/evidence.ts";
import { caseIdOf, objectRefOf } from "../domain/ids.ts";
import { decideCaseOf, type ExternalArgs } from "../domain/decide-case.ts";
import type { FunctionAction } from "../functions/definition.ts";
import { functionOf } from "../functions/index.ts";
import { FIRST_ACT } from "../functions/quoting/baseline.ts";
import { STANDING_ACT } from "../functions/shared/taking-back.ts";
import { objectKeyOf } from "./service-ask.ts";

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

/**
 * What a tool did first for an object, with its arguments, or what another system was permitted of the same before that. Undefined where
 * nothing was yet.
 */
export async function firstAct(
  ledger: Ledger,
  company: string,
  { tool, ...object }: OfObject & { readonly tool: string },
  observedAt: string,
): Promise<Evidence | undefined> {
  const ref = refOf(object);
  const caseId = caseIdOf(company, object.functionId, ref);
  const [own, permitted] = await Promise.all([
    readFirstAct(ledger, company, { caseId, tool }),
    firstPermitted(ledger, company, { ...object, tool }),
  ]);
  const first = permitted === undefined || (own && own.decidedAt <= permitted.decidedAt) ? own : permitted;
  if (first === undefined) return undefined;
  return { source: { source: FIRST_ACT, ref, version: first.decisionId, observedAt }, value: first.args };
}

/** What another system was permitted first of an object, as the tool's arguments; as far as the request told them. */
async function firstPermitted(
  ledger: Ledger,
  company: string,
  { functionId, objectId, tool }: OfObject & { readonly tool: string },
): Promise<FirstAct | undefined> {
  const action: FunctionAction | undefined = functionOf(functionId).actions.find((one) => one.tool === tool);
  const { id: policy, businessKey: [name, ...more] = [], held, requested } = action ?? {};
  if (policy === undefined || name === undefined || more.length > 0 || requested === undefined) return undefined;
  const objectKey = objectKeyOf(ledger.vault, company, policy, { [name]: objectId });
  const first = await readFirstPermitted(ledger, company, decideCaseOf(company, objectKey, objectKey).caseId);
  if (first === undefined) return undefined;
  const { fields = held?.fieldsOf(first.facts) ?? {} } = first.args as Partial<ExternalArgs>;
  return { ...first, args: requested(fields, {})?.args ?? {} };
}

function isKept(takenBackBy: { readonly [name: string]: unknown } | null): boolean {
  return takenBackBy === null || takenBackBy["keepsPlace"] === true;
}
