import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logSigner, originOf } from "../../../proof/log/log-keys.ts";
import { createLedgerPool } from "../../../db/pool.ts";
import { integrateLog } from "../../../proof/log/integrate.ts";
import { hashReaderOf } from "../../../proof/log/log-store.ts";
import { consistencyProof } from "../../../proof/log/proof.ts";
import { verifyConsistency } from "../../../audit/tree-proof.ts";
import { inTransaction } from "../../../audit/ledgers/transaction.ts";
import { appendRecord, appendRecords, type LedgerPool } from "../../../audit/records.ts";
import { AT } from "../../fixtures/ledger.ts";
import { givenCheckpoint, TEST_HOST } from "../../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { checkpointsOf, draftFor, draftsFor, leavesOf } from "./kept-log.ts";
import { dyingAt } from "./dying-pool.ts";
import { naiveRoot } from "./naive-tree.ts";

/** Longer than a loaded machine takes. */
const SOON = { timeout: 20_000 };

let database: TestDatabase;
const others: LedgerPool[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await Promise.all(others.map((pool) => pool.end()));
  await database.drop();
});

/** What another process has: connections of its own to the same database. */
function otherProcess(): LedgerPool {
  const pool = createLedgerPool(database.url, TEST_SECRET, { max: 8 });
  others.push(pool);
  return pool;
}

const integrate = (pool: LedgerPool, company: string, most = 7) => {
  const origin = originOf(TEST_HOST, company);
  const signer = logSigner(TEST_SECRET, origin);
  return integrateLog(pool, { company, log: company, origin, signer, at: AT, most });
};

describe("many appenders and two integrators at once", () => {
  const company = "busy";
  const CASES = 6;
  const PER_CASE = 30;

  beforeAll(async () => {
    const appender = otherProcess();
    let appending = true;
    const integrators = [otherProcess(), otherProcess()].map(async (pool) => {
      while (appending) await integrate(pool, company);
    });
    const appenders = Array.from({ length: CASES }, async (_, nth) => {
      for (let index = 0; index < PER_CASE; index += 1) {
        const key = `case-${nth}/${index}`;
        // Every record rests on the one before it in its case, and on one of the neighbour's.
        const parents = [`case-${nth}/${index - 1}`, `case-${(nth + 1) % CASES}/${index - 1}`];
        await inTransaction(appender, async (ledger) => {
          await appendRecord(ledger, draftFor(company, 0, { caseId: `${company}:quoting:${nth}`, key, parents }));
        });
      }
    });
    await Promise.all(appenders);
    appending = false;
    await Promise.all(integrators);
    await givenCheckpoint(database.pool, company);
  });

  test("leave every record at one place, without a gap", async () => {
    const leaves = await leavesOf(database.pool, company);
    expect(leaves.map(({ seq }) => seq)).toEqual(Array.from({ length: CASES * PER_CASE }, (_, seq) => seq));
  });

  test("put no record before one that it rests on", async () => {
    const leaves = await leavesOf(database.pool, company);
    const seqOf = new Map(leaves.map(({ hash, seq }) => [hash.toString("hex"), seq]));
    const late = leaves.filter(({ seq, envelope }) =>
      envelope.parents.some((parent) => (seqOf.get(parent) ?? seq) >= seq),
    );
    expect(late).toEqual([]);
    expect(leaves.filter(({ envelope }) => envelope.parents.length > 0).length).toBeGreaterThan(CASES);
  });

  test("keep the records of a case in their order", async () => {
    const leaves = await leavesOf(database.pool, company);
    for (let nth = 0; nth < CASES; nth += 1) {
      const numbers = leaves
        .filter(({ envelope }) => envelope.case.id.endsWith(`:${nth}`))
        .map(({ envelope }) => envelope.case.n);
      expect(numbers).toEqual(Array.from({ length: PER_CASE }, (_, index) => index + 1));
    }
  });

  test("sign heads that each extend the one before", async () => {
    const heads = await checkpointsOf(database.pool, company);
    const hashes = (await leavesOf(database.pool, company)).map(({ hash }) => hash);
    const read = hashReaderOf(database.pool, company, company);
    expect(heads.length).toBeGreaterThan(CASES);
    for (const [at, { size, root }] of heads.entries()) {
      expect(root.equals(naiveRoot(hashes.slice(0, size)))).toBe(true);
      const old = heads[at - 1] ?? { size: 0, root: naiveRoot([]) };
      const proof = await consistencyProof(old.size, size, read);
      expect(verifyConsistency({ oldSize: old.size, oldRoot: old.root, size, root, proof })).toBe(true);
    }
  });
});

describe("a record whose transaction commits late", () => {
  test("gets a later place than one that was appended after it and committed before", async () => {
    const company = "late";
    await inTransaction(database.pool, async (ledger) => {
      await appendRecord(ledger, draftFor(company, 0, { caseId: "slow" }));
      await appendRecord(database.pool, draftFor(company, 1, { caseId: "fast" }));
      expect(await integrate(database.pool, company)).toMatchObject({ size: 1 });
    });
    expect(await integrate(database.pool, company)).toMatchObject({ size: 2 });
    const leaves = await leavesOf(database.pool, company);
    expect(leaves.map(({ key }) => key)).toEqual([`${company}/1`, `${company}/0`]);
  });
});

describe("an integrator", () => {
  test("leaves a log alone that another one is at", async () => {
    const company = "locked";
    await appendRecord(database.pool, draftFor(company, 0));
    const held = await otherProcess().connect();
    await held.query("begin");
    await held.query(
      "select pg_advisory_xact_lock(hashtextextended(json_build_array('log', $1::text, $1::text)::text, 0))",
      [company],
    );
    expect(await integrate(database.pool, company)).toBeUndefined();
    await held.query("rollback");
    held.release();
    expect(await integrate(database.pool, company)).toMatchObject({ size: 1 });
  });

  test.for(["give-places", "keep-log-size", "keep-tiles", "keep-checkpoint", "commit"])(
    "that dies at `%s` leaves nothing half done, and the next one goes on",
    async (statement) => {
      const company = `dies-${statement}`;
      await appendRecords(database.pool, draftsFor(company, 0, 3));
      await integrate(database.pool, company);
      await appendRecords(database.pool, draftsFor(company, 3, 3));
      const dying = dyingAt(statement, otherProcess(), database.pool);
      await expect(integrate(dying, company)).rejects.toThrow(/terminat|connection/i);
      expect(await leavesOf(database.pool, company)).toHaveLength(3);
      expect(await checkpointsOf(database.pool, company)).toHaveLength(1);
      await expect.poll(() => integrate(otherProcess(), company), SOON).toMatchObject({ size: 6 });
      const hashes = (await leavesOf(database.pool, company)).map(({ hash }) => hash);
      expect((await checkpointsOf(database.pool, company)).at(-1)?.root).toEqual(naiveRoot(hashes));
    },
  );
});
