import type { QueryResultRow } from "pg";
import { leafHash } from "../../audit/tree.ts";
import { appendRecord, type LedgerPool } from "../../audit/records.ts";
import { sealRecord } from "../../audit/seal.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import { groupedAppend } from "../../gateway/inbox/grouped-append.ts";
import { createDatabase } from "../setup/database.ts";
import { median, throughput } from "./ratio.ts";

/**
 * Records per second of each way, medians of the rounds, and against both interactive transactions of the same round:
 * the one that only numbers its case, and the one that takes the next place in the log.
 */
export type Appends = {
  readonly name: string;
  readonly ways: readonly {
    readonly way: string;
    readonly perSecond: number;
    readonly ofInteractive: number;
    readonly ofOrdered: number;
  }[];
};

const ROUNDS = 5;
const WIDTH = 64;
const COUNT = { ordered: 200, interactive: 400, single: 1_500, grouped: 4_000, plain: 4_000 } as const;
const COMPANY = "acme";

const TAKE_PLACE = "update bench_log set size = size + 1 where company = $1 and log = $2 returning size - 1 as seq";

/** About 3.7 KB of JSON, as a decision's record has. */
const body = {
  decisionId: "dec_0123456789abcdef0123",
  verdict: "execute",
  rules: Array.from({ length: 12 }, (_, n) => ({
    id: `rule-${n}`,
    effect: "execute",
    reason: "within what is allowed ".repeat(6),
  })),
  facts: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`fact${n}`, n * 1_000])),
  sources: Array.from({ length: 6 }, (_, n) => ({
    source: "crm.record",
    ref: `deal/${n}`,
    version: "17",
    at: "2026-01-05T09:00:00.000Z",
  })),
};

function draftOf(n: number, way: string): RecordDraft {
  const caseId = `${COMPANY}:quoting:crm-deal-${n % 64}`;
  const at = "2026-01-05T09:00:00.000Z";
  return { company: COMPANY, caseId, kind: "decision", key: `${way}-${n}`, at, body, person: "sam" };
}

/**
 * The same record by statements in a transaction, as one would write it without a stored function. `ordered`: it takes its
 * place in the log as well, which holds the log's head until the commit.
 */
async function interactive(pool: LedgerPool, draft: RecordDraft, ordered = false): Promise<void> {
  const { company, caseId, kind, key } = draft;
  const parts = JSON.parse(await sealRecord(pool, draft)) as Parts;
  const client = await pool.connect();
  const run = <R extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
    client.query<R>({ name: `bench-${name}`, text, values: [...values] });
  try {
    await client.query("begin");
    await run("known", "select 1 from audit_record where company = $1 and key = $2", [company, key]);
    const place = ordered ? await run<{ seq: number }>("place", TAKE_PLACE, [company, parts.log]) : undefined;
    const head = await run<{ n: number }>(
      "head",
      `insert into case_head as h (company, log, case_id, records) values ($1, $2, $3, 1)
       on conflict (company, log, case_id) do update set records = h.records + 1 returning records as n`,
      [company, parts.log, caseId],
    );
    const n = Number(head.rows[0]?.n);
    const envelope = `${parts.head}${n}${parts.middle}[]${parts.tail}`;
    const subjects = parts.bodies.map(({ subject }) => subject);
    const sealed = parts.bodies.map((body) => Buffer.from(body.sealed, "base64"));
    const leaf = leafHash(Buffer.from(envelope, "utf8"));
    await run(
      "leaf",
      "insert into audit_place (company, log, keys, hashes, urgent, seq) values ($1, $2, array[$3], $4, $5, $6)",
      [company, parts.log, key, leaf, parts.urgent, place?.rows[0]?.seq ?? null],
    );
    await run(
      "record",
      "insert into audit_record (company, log, case_id, n, kind, key, kept, subjects, sealed, place) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, currval('audit_place_ordinal_seq'))",
      [company, parts.log, caseId, n, kind, key, envelope, subjects, sealed],
    );
    await client.query("commit");
  } finally {
    client.release();
  }
}

/** What `sealRecord` writes. */
type Parts = {
  readonly head: string;
  readonly middle: string;
  readonly tail: string;
  readonly log: string;
  readonly urgent: boolean;
  readonly bodies: readonly { readonly subject: string; readonly sealed: string }[];
};

/** Appending by 64 callers of one company: every way in each round, in turn. */
export async function auditAppend({ postgresUrl }: { postgresUrl: string }): Promise<Appends> {
  const database = await createDatabase(postgresUrl);
  const { pool } = database;
  const grouped = groupedAppend(pool);
  await pool.query(`
    create table bench_plain (company text, key text primary key, body text);
    create table bench_log (company text, log text, size bigint, primary key (company, log));
    insert into bench_log values ('${COMPANY}', '${COMPANY}', 0)`);
  const ways: { readonly [way in keyof typeof COUNT]: (n: number) => Promise<unknown> } = {
    ordered: (n) => interactive(pool, draftOf(n, "ordered"), true),
    interactive: (n) => interactive(pool, draftOf(n, "interactive")),
    single: (n) => appendRecord(pool, draftOf(n, "single")),
    grouped: (n) => grouped(draftOf(n, "grouped")),
    plain: (n) =>
      pool.query({
        name: "bench-plain",
        text: "insert into bench_plain values ($1, $2, $3)",
        values: [COMPANY, `plain-${n}`, JSON.stringify(body)],
      }),
  };
  const names = Object.keys(ways) as (keyof typeof COUNT)[];
  const rates = new Map(names.map((way) => [way, [] as number[]]));
  try {
    let asked = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const way of round % 2 === 0 ? names : [...names].reverse()) {
        const first = asked;
        asked += COUNT[way];
        const rate = await throughput(COUNT[way], WIDTH, async (index) => void (await ways[way](first + index)));
        if (round > 0) rates.get(way)?.push(rate);
      }
    }
    await verify(pool);
  } finally {
    await database.drop();
  }
  return {
    name: "audit append",
    ways: names.map((way) => {
      const own = rates.get(way) ?? [];
      const against = (base: keyof typeof COUNT) =>
        median(own.map((rate, index) => rate / (rates.get(base)?.[index] ?? Number.NaN)));
      return { way, perSecond: median(own), ofInteractive: against("interactive"), ofOrdered: against("ordered") };
    }),
  };
}

/** A faster append that loses a record or leaves a gap is no append. */
async function verify(pool: LedgerPool): Promise<void> {
  const { rows } = await pool.query<{ records: number; gaps: number }>(
    `select count(*)::int as records, (select count(*)::int from (
       select n - row_number() over (partition by case_id order by n) as gap from audit_record) g where gap <> 0) as gaps
     from audit_record`,
  );
  const expected = (COUNT.ordered + COUNT.interactive + COUNT.single + COUNT.grouped) * (ROUNDS + 1);
  if (rows[0]?.records !== expected || rows[0].gaps !== 0) {
    throw new Error(`${rows[0]?.records} records, ${rows[0]?.gaps} out of number, for ${expected}`);
  }
}
