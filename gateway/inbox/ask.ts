import { canonicalJson } from "../../audit/canonical-json.ts";
import { digestOf } from "../../audit/digest.ts";
import { nameObject } from "../../audit/object-names.ts";
import type { Ledger } from "../../audit/records.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import { inboxEventFor, type EventDoor, type InboxEvent } from "./accept.ts";
import { madeHere } from "./origin.ts";

/** What somebody asks to be decided now, checked at the door. */
export type AskedCase = {
  readonly company: string;
  readonly personId: string;
  /** The person's own name for this request. */
  readonly key: string;
  readonly functionId: string;
  readonly object: { readonly system: string; readonly type: string; readonly id: string };
  readonly reason: string | undefined;
  /** ISO 8601. */
  readonly at: string;
};

/** `key-reused`: the key names another request of this person, and nothing was opened. */
export type Asked =
  | { readonly kind: "accepted"; readonly eventId: string; readonly caseId: string; readonly fresh: boolean }
  | { readonly kind: "key-reused" };

type Door = Pick<EventDoor, "accept"> & { readonly sql: Ledger };

/** Opens the object's case, or tells the one that runs. The same request under the same key is the same event. */
export async function askForCase({ sql, accept }: Door, asked: AskedCase): Promise<Asked> {
  const event = eventOf(asked, await nameObject(sql, asked.company, asked.object));
  const { company, eventId, sourceKey, functionId, system, objectType, objectId } = event;
  const caseId = caseIdOf(company, functionId ?? "", objectRefOf(system, objectType, objectId));
  const [outcome] = await accept([event]);
  if (outcome !== "duplicate") return { kind: "accepted", eventId, caseId, fresh: true };
  const { rows } = await sql.query<{ event_id: string }>({
    name: "asked-under-key",
    text: "select event_id from inbox where company = $1 and source = 'asked' and source_key = $2",
    values: [company, sourceKey],
  });
  return rows[0]?.event_id === eventId ? { kind: "accepted", eventId, caseId, fresh: false } : { kind: "key-reused" };
}

/** Who asked and why stand in the event's record, and until then in the body, which an erasure of either overwrites. */
function eventOf(asked: AskedCase, objectId: string): InboxEvent {
  const { company, personId, key, functionId, object, reason, at } = asked;
  const body = { askedBy: personId, ...(reason !== undefined && { reason }) };
  const told = {
    company,
    source: madeHere.asked,
    sourceKey: digestOf([personId, key]),
    bodyDigestInput: canonicalJson({ functionId, object, ...body }),
    system: object.system,
    objectType: object.type,
    objectId,
    occurredAt: at,
    stamp: "arrival" as const,
    body,
  };
  return inboxEventFor(told, functionId);
}
