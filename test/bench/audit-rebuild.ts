import { readCaseFile } from "../../audit/case-file.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import { appendRecord, readRecord, type LedgerPool } from "../../audit/records.ts";
import { givenDecision, stepNames } from "../fixtures/ledger.ts";
import { createDatabase } from "../setup/database.ts";
import { quantile } from "./ratio.ts";

/** Milliseconds to rebuild one decision, and one whole case with its policies, among so many records. */
export type Rebuilds = {
  readonly name: string;
  readonly sizes: readonly {
    readonly records: number;
    readonly decisionP50Ms: number;
    readonly caseP50Ms: number;
    readonly caseP99Ms: number;
  }[];
};

const SIZES = [1_000, 100_000, 1_000_000] as const;
const ASKED = 300;
const CASES = 100;

/** Fills the log around real cases with copies of one real record, each in a case and under a key of its own. */
async function fillTo(pool: LedgerPool, records: number): Promise<void> {
  await pool.query(
    `insert into audit_record (company, log, case_id, n, kind, key, kept, subjects, sealed, place)
     select r.company, r.log, 'acme:quoting:fill-' || (g / 12), 1 + g % 12, r.kind, 'fill-' || g, r.kept, r.subjects, r.sealed,
            nextval('audit_place_ordinal_seq')
     from (select * from audit_record where key = 'pattern') r,
          generate_series((select count(*) from audit_record), $1::bigint - 1) g`,
    [records],
  );
  await pool.query(
    `insert into audit_place (company, log, ordinal, keys, hashes, urgent) overriding system value
     select company, log, place, array[key], leaf_hash(r.envelope), false from audit_record r
     where not exists (select 1 from audit_place p where p.company = r.company and p.ordinal = r.place)`,
  );
  await pool.query("analyze audit_record, audit_place");
}

async function timed(work: (n: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < ASKED; n += 1) {
    const from = performance.now();
    await work(n % CASES);
    times.push(performance.now() - from);
  }
  return times;
}

/** Reading one decision by its id, and its case, opened and checked, while the log grows around them. */
export async function auditRebuild({ postgresUrl }: { postgresUrl: string }): Promise<Rebuilds> {
  const database = await createDatabase(postgresUrl);
  const { pool } = database;
  try {
    const decisions: string[] = [];
    for (let n = 0; n < CASES; n += 1) decisions.push((await givenDecision(pool, stepNames(`${n}`))).decisionId);
    const at = "2026-01-05T09:00:00.000Z";
    const body = { eventId: "evt_1", note: "n".repeat(600) };
    await appendRecord(pool, { company: "acme", caseId: "acme:pattern", kind: "event", key: "pattern", at, body });
    const sizes = [];
    for (const records of SIZES) {
      await fillTo(pool, records);
      const decision = async (n: number) => {
        const record = await readRecord(pool, "acme", recordKeys.decision(decisions[n] ?? ""));
        if (record?.body["verdict"] !== "execute") throw new Error(`decision ${n} was not rebuilt`);
      };
      const whole = async (n: number) => {
        const file = await readCaseFile(pool, "acme", stepNames(`${n}`).caseId);
        if (file?.intact !== true) throw new Error(`case ${n} was not rebuilt`);
      };
      await timed(decision);
      const [one, all] = [await timed(decision), await timed(whole)];
      const p = { decisionP50Ms: quantile(one, 0.5), caseP50Ms: quantile(all, 0.5), caseP99Ms: quantile(all, 0.99) };
      sizes.push({ records, ...p });
    }
    return { name: "audit rebuild", sizes };
  } finally {
    await database.drop();
  }
}
