import { z } from "zod";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { digestOf, sha256Hex } from "../../audit/digest.ts";
import type { OddEvent } from "../../audit/ledgers/quarantine.ts";
import { nameObject } from "../../audit/object-names.ts";
import type { Ledger, Sql } from "../../audit/records.ts";
import type { Change } from "../../domain/event.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { acceptanceOf, inboxEventsOf, type Acceptance, type EventDoor } from "./accept.ts";

/** What happened to an object, as a system tells it through the API, checked at the door. Times are ISO 8601. */
export type ToldChange = {
  readonly company: string;
  /** Whose token brings it. */
  readonly personId: string;
  /** The teller's own name for what happened. */
  readonly key: string;
  readonly object: { readonly system: string; readonly type: string; readonly id: string };
  readonly change: Change;
  /** When it happened, in the teller's words; empty where it did not say. */
  readonly said: string;
  readonly occurredAt: string;
};

/** Each function's event, with the case that hears it. */
type Hearing = { readonly eventId: string; readonly functionId: string; readonly caseId: string };

/** `key-reused`: the key names something else that this teller told, and nothing came of it. */
export type Told =
  | { readonly kind: "told"; readonly state: Acceptance; readonly hearing: readonly Hearing[] }
  | { readonly kind: "key-reused" };

type Door = Pick<EventDoor, "accept"> & { readonly sql: Ledger; readonly functions: FunctionTable };

/** The source of what is told through the API. */
export const API = "api";

/** What came under a key that named something else before, as the quarantine keeps it. */
export const ReusedKey: z.ZodType<ToldChange> = z.object({
  company: z.string(),
  personId: z.string(),
  key: z.string(),
  object: z.object({ system: z.string(), type: z.string(), id: z.string() }),
  change: z.discriminatedUnion("kind", [
    z.object({ kind: z.enum(["created", "deleted", "merged", "restored"]) }),
    z.object({ kind: z.literal("changed"), property: z.string(), value: z.string() }),
  ]),
  said: z.string(),
  occurredAt: z.string(),
});

/** It, for the quarantine: a teller promises that a key names one thing. */
export function oddOf(told: ToldChange, at: string): OddEvent {
  const { company } = told;
  const why = "its key named something else before";
  const identity = digestOf([told.personId, told.key, contentOf(told)]);
  return { company, source: API, code: "key-reused", why, text: JSON.stringify(told), identity, at };
}

/** Tells what is in quarantine for its key as what it is: something else, under a name of its own. */
export async function tellAgain(door: Door, told: ToldChange): Promise<Extract<Told, { kind: "told" }>> {
  const again = await tellChange(door, { ...told, key: `${told.key} ${sha256Hex(contentOf(told))}` });
  if (again.kind === "key-reused") throw new Error("a key that is made of its content named another one");
  return again;
}

function contentOf({ object, change, said }: ToldChange): string {
  return canonicalJson({ object, change, said });
}

/** Makes it durable for every function that listens. The same under the same key is the same event, told once. */
export async function tellChange({ sql, functions, accept }: Door, told: ToldChange): Promise<Told> {
  const { company, personId, key, object, change, occurredAt } = told;
  const { system, type: objectType } = object;
  const sourceKey = digestOf([personId, key]);
  const bodyDigestInput = contentOf(told);
  if (await isOfAnother(sql, { company, sourceKey, digest: sha256Hex(bodyDigestInput) })) return { kind: "key-reused" };
  const objectId = await nameObject(sql, company, object);
  // The value stays in its system of record, from where it is read: it may be anything.
  const body = { change: change.kind, ...(change.kind === "changed" && { property: change.property }) };
  const notification = { system, objectType, objectId, change };
  const item = { sourceKey, bodyDigestInput, occurredAt, system, objectType, objectId, body, notification };
  const events = inboxEventsOf(company, API, item, functions);
  const outcomes = await accept(events);
  const state = acceptanceOf(outcomes);
  const hearing = events.flatMap(({ eventId, functionId }, index) => {
    if (functionId === null || outcomes[index] === "ignored") return [];
    return [{ eventId, functionId, caseId: caseIdOf(company, functionId, objectRefOf(system, objectType, objectId)) }];
  });
  return { kind: "told", state, hearing };
}

type Named = { readonly company: string; readonly sourceKey: string; readonly digest: string };

async function isOfAnother(sql: Sql, { company, sourceKey, digest }: Named): Promise<boolean> {
  const { rows } = await sql.query<{ digest: string }>({
    name: "told-under-key",
    text: "select body_digest as digest from inbox where company = $1 and source = $2 and source_key = $3 limit 1",
    values: [company, API, sourceKey],
  });
  return rows[0] !== undefined && rows[0].digest !== digest;
}
