import { canonicalJson } from "../audit/canonical-json.ts";
import type { Evidence, Lookup } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { GovernedAction } from "../functions/definition.ts";
import { assertKnown } from "../domain/registry.ts";
import { recordToolOf, requestIn } from "../functions/index.ts";
import type { WorkRef, StepRef } from "../workflows/activities.ts";
import type { ReadTool } from "../tools/read-tool.ts";

export type ReadTools = { readonly [name: string]: ReadTool };

/** The readings a decision freezes, by tool name. The record is first, the rest follow from it by code. */
export type FrozenEvidence = { readonly [tool: string]: Evidence };

/** What a reading is about: the subject, and the step that a report tells of. */
type About = Pick<StepRef, "company" | "functionId" | "objectType" | "objectId" | "reportsStep" | "gone">;

/**
 * Reads afresh, from the systems of record, what the action's facts need: a model's reading is never a decision's fact.
 * `proposed`: the arguments of an action that no record asks for. A thing that does not exist is left out, so that its facts are missing and the
 * decision escalates. Throws `UnknownName` for a reading that is not wired.
 */
export async function readEvidence(
  tools: ReadTools,
  action: GovernedAction,
  about: About,
  proposed: JsonObject = {},
): Promise<FrozenEvidence> {
  return (await readOutside(tools, action, about, proposed))(tools);
}

/** What is left to read of our own ledgers once the rest is read: within the transaction that decides. */
export type LeftToRead = (ledgers: ReadTools) => Promise<FrozenEvidence>;

/** As `readEvidence`, but for what our own ledgers say. */
export async function readOutside(
  tools: ReadTools,
  action: GovernedAction,
  { company, functionId, objectType, objectId, reportsStep, gone }: About,
  proposed: JsonObject = {},
): Promise<LeftToRead> {
  const readBy =
    (by: ReadTools) =>
    async ({ tool, args }: Lookup) =>
      [tool, await assertKnown(by, tool, "tool").read(company, args)] as const;
  const read = readBy(tools);
  const recordTool = recordToolOf(functionId);
  const [, record] =
    action.readsRecord && gone !== true ? await read({ tool: recordTool, args: { objectType, objectId } }) : [];
  const requested = record && requestIn(functionId, action, record);
  const lookups = action.lookups(record?.value ?? {}, reportsStep, { objectId, args: requested?.args ?? proposed });
  const outside = await Promise.all(lookups.map(async (lookup) => (isOfLedger(lookup) ? undefined : read(lookup))));
  return async (ledgers) => {
    const readOwn = readBy(ledgers);
    const others = await Promise.all(lookups.map(async (lookup, at) => outside[at] ?? readOwn(lookup)));
    const present: { [tool: string]: Evidence } = record === undefined ? {} : { [recordTool]: record };
    for (const [tool, evidence] of others) if (evidence !== undefined) present[tool] = evidence;
    return present;
  };
}

/** What these lookups name, as our own ledgers have it. */
export async function readLookups(
  ledgers: ReadTools,
  company: string,
  lookups: readonly Lookup[],
): Promise<FrozenEvidence> {
  const read = await Promise.all(
    lookups.map(
      async ({ tool, args }) => [tool, await assertKnown(ledgers, tool, "tool").read(company, args)] as const,
    ),
  );
  return Object.fromEntries(read.flatMap(([tool, evidence]) => (evidence === undefined ? [] : [[tool, evidence]])));
}

export function isOfLedger({ tool }: Lookup): boolean {
  return tool.startsWith("ledger.");
}

/**
 * Whether an action rests on our own ledgers alone: its readings are then statements of the transaction that decides it.
 * What is read only by the names in its arguments does not.
 */
export function restsOnLedgers(action: GovernedAction, { reportsStep }: StepRef): boolean {
  if (action.readsRecord) return false;
  const lookups = action.lookups({}, reportsStep, { objectId: "", args: {} });
  return lookups.length > 0 && lookups.every(isOfLedger);
}

/** The same tools, but each reading is taken once: all that is asked of them rests on one version of it. */
export function readOnce(tools: ReadTools): ReadTools {
  const taken = new Map<string, ReturnType<ReadTool["read"]>>();
  const once = (tool: ReadTool): ReadTool => ({
    ...tool,
    read(company, args) {
      const key = canonicalJson({ tool: tool.name, company, args });
      const reading = taken.get(key) ?? tool.read(company, args);
      taken.set(key, reading);
      return reading;
    },
  });
  return Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, once(tool)]));
}

/** The subject's record as it is now. Undefined when there is none. */
export async function readRecord(
  tools: ReadTools,
  { company, functionId, objectType, objectId, gone }: WorkRef,
): Promise<Evidence | undefined> {
  if (gone === true) return undefined;
  return assertKnown(tools, recordToolOf(functionId), "tool").read(company, { objectType, objectId });
}

/** The subject's record among the readings; empty when there is none. */
export function recordIn(evidence: FrozenEvidence, functionId: string): JsonObject {
  return evidence[recordToolOf(functionId)]?.value ?? {};
}
