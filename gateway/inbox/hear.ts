import type { Ledger } from "../../audit/records.ts";
import type { EventDoor } from "./accept.ts";
import { askForCase, type Asked } from "./ask.ts";

/** `not-late`: it was heard already, or by nobody. */
export type Heard = Asked | { readonly kind: "not-found" } | { readonly kind: "not-late"; readonly state: string };

type Hearing = {
  readonly company: string;
  readonly eventId: string;
  readonly personId: string;
  readonly reason: string;
  /** The company's clock, ISO 8601. */
  readonly at: string;
};

type Late = { function_id: string | null; system: string; object_type: string; object_id: string; state: string };

/**
 * Has a function hear of the object that a late event was about, as somebody's request: the case reads the record as it is
 * now. A stamp ahead of the company's clock, which made others late, counts no more.
 */
export async function hearLate(
  { sql, accept }: Pick<EventDoor, "accept"> & { sql: Ledger },
  hearing: Hearing,
): Promise<Heard> {
  const { company, eventId, personId, reason, at } = hearing;
  const { rows } = await sql.query<Late>({
    name: "late-event",
    text: `select function_id, system, object_type, object_id, state from inbox where company = $1 and event_id = $2`,
    values: [company, eventId],
  });
  const [late] = rows;
  if (late === undefined) return { kind: "not-found" };
  const { function_id: functionId, system, object_type: type, object_id: id, state } = late;
  if (state !== "late" || functionId === null) return { kind: "not-late", state };
  await sql.query({
    name: "clock-not-ahead",
    text: `update inbox_clock set occurred_at = $5
           where company = $1 and function_id = $2 and object_type = $3 and object_id = $4 and occurred_at > $5`,
    values: [company, functionId, type, id, at],
  });
  const asked = { company, personId, key: `late/${eventId}`, functionId, object: { system, type, id }, at };
  return askForCase({ sql, accept }, { ...asked, reason: `${reason} (of ${eventId})` });
}
