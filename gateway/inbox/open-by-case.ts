import { canonicalJson } from "../../audit/canonical-json.ts";
import type { Sql } from "../../audit/records.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import { acceptEvents, inboxEventFor } from "./accept.ts";
import { madeHere } from "./origin.ts";

/** Which case opens which. */
export type OpeningByCase = {
  readonly company: string;
  /** The case that opens, and the event that it works on. */
  readonly caseId: string;
  readonly eventId: string;
  readonly functionId: string;
  readonly object: { readonly system: string; readonly type: string; readonly id: string };
  /** ISO 8601. */
  readonly at: string;
};

/** Makes the event durable that opens a function's case, or tells it: one for a case, a function and an object. */
export async function openByCase(sql: Sql, opening: OpeningByCase): Promise<{ caseId: string }> {
  const { company, caseId: by, eventId: byEvent, functionId, object, at } = opening;
  const ref = objectRefOf(object.system, object.type, object.id);
  const told = {
    company,
    source: madeHere.opened,
    sourceKey: `${by}/${functionId}/${ref}`,
    bodyDigestInput: canonicalJson({ by }),
    system: object.system,
    objectType: object.type,
    objectId: object.id,
    occurredAt: at,
    stamp: "arrival" as const,
    body: { by, byEvent },
  };
  await acceptEvents(sql, [inboxEventFor(told, functionId)]);
  return { caseId: caseIdOf(company, functionId, ref) };
}
