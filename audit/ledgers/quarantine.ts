import { caseIdOf } from "../../domain/ids.ts";
import { QUARANTINE } from "../../domain/reserved-names.ts";
import { derivedId } from "../digest.ts";
import { recordKeys } from "../record-keys.ts";
import { appendRecords, readRecord, type Ledger, type LedgerPool, type Sql } from "../records.ts";
import { inTransaction } from "./transaction.ts";

/** Why an event could not be taken: see the table. */
export const quarantineCodes = [
  "unreadable",
  "not-a-batch",
  "unknown-shape",
  "stamp",
  "foreign-portal",
  "key-reused",
] as const;
export type QuarantineCode = (typeof quarantineCodes)[number];

export const quarantineStates = ["held", "replayed", "dropped"] as const;
export type QuarantineState = (typeof quarantineStates)[number];

/** An event that could not be taken, as it came. `why`: in words; `text`: what the source sent of it. */
export type OddEvent = {
  readonly company: string;
  readonly source: string;
  readonly code: QuarantineCode;
  readonly why: string;
  readonly text: string;
  /** What tells it from others, however often it comes. */
  readonly identity: string;
  /** The company's clock, ISO 8601. */
  readonly at: string;
};

/** What the ledger knows of one. `times`: how often it came. Times are ISO 8601. */
export type Quarantined = {
  readonly quarantineId: string;
  readonly caseId: string;
  readonly source: string;
  readonly code: QuarantineCode;
  readonly state: QuarantineState;
  readonly receivedAt: string;
  readonly times: number;
  readonly settledAt: string | null;
};

/** Names one in quarantine. */
export type QuarantineName = { readonly company: string; readonly quarantineId: string };

/** Where its records stand: no workflow is behind it. */
export function quarantineCaseOf({ company, quarantineId }: QuarantineName): string {
  return caseIdOf(company, QUARANTINE, quarantineId);
}

/** Puts events in quarantine, each with its record, all or none; answers which of them were new. */
export async function holdEvents(pool: LedgerPool, events: readonly OddEvent[]): Promise<readonly OddEvent[]> {
  if (events.length === 0) return [];
  return inTransaction(pool, async (ledger) => {
    const fresh: OddEvent[] = [];
    // In one order, so that two deliveries of the same events do not wait for each other.
    for (const event of events.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))) {
      if (await keepRow(ledger, event)) fresh.push(event);
    }
    await appendRecords(ledger, fresh.map(heldRecord));
    return fresh;
  });
}

function idOf({ company, source, identity }: OddEvent): string {
  return derivedId("qua", company, source, identity);
}

async function keepRow(sql: Sql, event: OddEvent): Promise<boolean> {
  const { company, source, code, at } = event;
  const { rows } = await sql.query<{ times: number }>({
    name: "quarantine-event",
    text: `insert into quarantined_event as q (company, quarantine_id, source, code, state, received_at)
           values ($1, $2, $3, $4, 'held', $5)
           on conflict (quarantine_id, company) do update set times = q.times + 1 returning times`,
    values: [company, idOf(event), source, code, at],
  });
  return rows[0]?.times === 1;
}

function heldRecord(event: OddEvent) {
  const { company, source, code, why, text, at } = event;
  const quarantineId = idOf(event);
  return {
    company,
    caseId: quarantineCaseOf({ company, quarantineId }),
    kind: "quarantine" as const,
    key: recordKeys.quarantined(quarantineId),
    at,
    body: { quarantineId, change: "held", source, code, why, text },
  };
}

const columns = `quarantine_id as "quarantineId", company || ':${QUARANTINE}:' || quarantine_id as "caseId", source,
  code, state, received_at as "receivedAt", times, settled_at as "settledAt"`;

/** `after`: when one came, as a PostgreSQL timestamp in UTC to the microsecond, and its id. */
type Listed = {
  readonly state: QuarantineState | undefined;
  readonly after: readonly string[] | undefined;
  readonly limit: number;
};

/** In the order they came; at most `limit` after a place. */
export async function listQuarantined(
  sql: Sql,
  company: string,
  { state, after = ["-infinity", ""], limit }: Listed,
): Promise<readonly (Quarantined & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<Quarantined & { place: readonly string[] }>({
    name: "list-quarantined",
    text: `select ${columns}, array[to_char(received_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), quarantine_id] as place
     from quarantined_event
     where company = $1 and ($2::text is null or state = $2) and received_at >= $3
       and (received_at, quarantine_id) > ($3::timestamptz, $4)
     order by received_at, quarantine_id limit $5`,
    values: [company, state ?? null, ...after, limit],
  });
  return rows;
}

/** How many there are. */
export async function countQuarantined(sql: Sql, company: string, state: QuarantineState | undefined): Promise<number> {
  const { rows } = await sql.query<{ total: number }>({
    name: "count-quarantined",
    text: `select count(*) as total from quarantined_event
           where company = $1 and received_at > '-infinity' and ($2::text is null or state = $2)`,
    values: [company, state ?? null],
  });
  return rows[0]?.total ?? 0;
}

/** Why it was not taken, and what came; null once they were erased. */
export type QuarantinedWords = { readonly why: string | null; readonly text: string | null };

/** One, with its words. Undefined when there is none. */
export async function readQuarantined(
  ledger: Ledger,
  name: QuarantineName,
): Promise<(Quarantined & QuarantinedWords) | undefined> {
  const { company, quarantineId } = name;
  const { rows } = await ledger.query<Quarantined>({
    name: "read-quarantined",
    text: `select ${columns} from quarantined_event where company = $1 and quarantine_id = $2`,
    values: [company, quarantineId],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const body = (await readRecord(ledger, company, recordKeys.quarantined(quarantineId)))?.body ?? {};
  return { ...row, why: textOr(body["why"]), text: textOr(body["text"]) };
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** How one leaves the quarantine: `eventIds` are those that it became. */
export type Settling = QuarantineName & {
  readonly change: "replayed" | "dropped";
  readonly eventIds: readonly string[];
  readonly personId: string;
  readonly reason: string | undefined;
  readonly at: string;
};

/** Lets one out, with its record. False when it had left before. */
export async function settleQuarantined(pool: LedgerPool, settling: Settling): Promise<boolean> {
  const { company, quarantineId, change, eventIds, personId: person, reason, at } = settling;
  return inTransaction(pool, async (ledger) => {
    const { rowCount } = await ledger.query({
      name: "settle-quarantined",
      text: `update quarantined_event set state = $3, settled_at = $4
             where company = $1 and quarantine_id = $2 and state = 'held'`,
      values: [company, quarantineId, change, at],
    });
    if (rowCount !== 1) return false;
    const body = { quarantineId, change, eventIds: [...eventIds], person, ...(reason !== undefined && { reason }) };
    await appendRecords(ledger, [
      {
        company,
        caseId: quarantineCaseOf(settling),
        kind: "quarantine",
        key: recordKeys.settled(quarantineId, change),
        at,
        body,
        person,
        parents: [recordKeys.quarantined(quarantineId)],
      },
    ]);
    return true;
  });
}
