import { appendRecord, appendRecords, type LedgerPool } from "../../audit/records.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import { createGroupCommit } from "../../app/inbox/group-commit.ts";
import { createDatabase } from "../setup/database.ts";
import { median, throughput } from "./ratio.ts";

/** Records per second of each way, medians of the rounds, and against the interactive transaction of the same round. */
export type Appends = {
  readonly name: string;
  readonly ways: readonly { readonly way: string; readonly perSecond: number; readonly ofInteractive: number }[];
};

const ROUNDS = 5;
const WIDTH = 64;
const COUNT = { interactive: 400, single: 1_500, grouped: 4_000, plain: 4_000 } as const;
const COMPANY = "acme";

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
  const caseId = `${COMPANY}:quoting:hubspot-deal-${n % 64}`;
  const at = "2026-01-05T09:00:00.000Z";
  return { company: COMPANY, caseId, kind: "decision", key: `${way}-${n}`, at, body, person: "sam" };
}

/** What one would write by hand: a sequence without gaps per company, in a transaction of four statements. */
async function interactive(pool: LedgerPool, n: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const head = await client.query<{ n: number }>({
      name: "bench-head",
      text: "select n from bench_head where company = $1 for update",
      values: [COMPANY],
    });
    const next = Number(head.rows[0]?.n) + 1;
    await client.query({
      name: "bench-insert",
      text: "insert into bench_record (company, n, key, body) values ($1, $2, $3, $4)",
      values: [COMPANY, next, `interactive-${n}`, JSON.stringify(body)],
    });
    await client.query({
      name: "bench-advance",
      text: "update bench_head set n = $2 where company = $1",
      values: [COMPANY, next],
    });
    await client.query("commit");
  } finally {
    client.release();
  }
}

/** Appending by 64 callers of one company: every way in each round, in turn. */
export async function auditAppend({ postgresUrl }: { postgresUrl: string }): Promise<Appends> {
  const database = await createDatabase(postgresUrl);
  const { pool } = database;
  const grouped = createGroupCommit((drafts: readonly RecordDraft[]) => appendRecords(pool, drafts));
  await pool.query(`
    create table bench_head (company text primary key, n bigint not null);
    insert into bench_head values ('${COMPANY}', 0);
    create table bench_record (company text, n bigint, key text, body text, primary key (company, n), unique (company, key));
    create table bench_plain (company text, key text primary key, body text)`);
  const ways: { readonly [way in keyof typeof COUNT]: (n: number) => Promise<unknown> } = {
    interactive: (n) => interactive(pool, n),
    single: (n) => appendRecord(pool, draftOf(n, "single")),
    grouped: (n) => grouped.submit([draftOf(n, "grouped")]),
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
  const base = rates.get("interactive") ?? [];
  return {
    name: "audit append",
    ways: names.map((way) => {
      const own = rates.get(way) ?? [];
      const ratios = own.map((rate, index) => rate / (base[index] ?? Number.NaN));
      return { way, perSecond: median(own), ofInteractive: median(ratios) };
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
  const expected = (COUNT.single + COUNT.grouped) * (ROUNDS + 1);
  if (rows[0]?.records !== expected || rows[0].gaps !== 0) {
    throw new Error(`${rows[0]?.records} records, ${rows[0]?.gaps} out of number, for ${expected}`);
  }
}
