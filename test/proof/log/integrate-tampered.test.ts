import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logSigner, originOf } from "../../../proof/log/log-keys.ts";
import { formatCheckpoint } from "../../../proof/log/checkpoint.ts";
import { integrateLog } from "../../../proof/log/integrate.ts";
import { createSigner } from "../../../proof/log/note-keys.ts";
import { signNote } from "../../../proof/log/note.ts";
import { appendRecord, appendRecords } from "../../../audit/records.ts";
import { AT } from "../../fixtures/ledger.ts";
import { givenCheckpoint, TEST_HOST } from "../../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { checkpointsOf, draftFor, draftsFor, tamper } from "./kept-log.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const SIGNED = 300;
const OTHER_HASH = Buffer.alloc(32, 7);

const changes = [
  {
    name: "a tile at the tree's edge was changed",
    table: "audit_tile",
    statement:
      "update audit_tile set hashes = overlay(hashes placing $2 from 33) where company = $1 and level = 0 and index = 1",
    values: [OTHER_HASH],
    code: "inconsistent",
  },
  {
    name: "a tile inside the tree was changed",
    table: "audit_tile",
    statement: "update audit_tile set hashes = $2 where company = $1 and level = 1 and index = 0",
    values: [OTHER_HASH],
    code: "inconsistent",
  },
  {
    name: "a place that waits holds another hash than its record",
    table: "audit_place",
    statement: "update audit_place set hashes = $2 where company = $1 and seq is null",
    values: [OTHER_HASH],
    code: "leaf-changed",
  },
  {
    name: "a record that waits was changed after it was appended",
    table: "audit_record",
    statement: "update audit_record set kept = $2 where company = $1 and key = $1 || '/300'",
    values: ["{}"],
    code: "leaf-changed",
  },
  {
    name: "the record of a place that waits is gone",
    table: "audit_record",
    statement: "delete from audit_record where company = $1 and key = $1 || $2",
    values: ["/300"],
    code: "leaf-changed",
  },
  {
    name: "the log's size was changed",
    table: "audit_log",
    statement: "update audit_log set size = $2 where company = $1",
    values: [SIGNED - 1],
    code: "size-changed",
  },
  {
    name: "the root beside the last checkpoint was changed",
    table: "audit_checkpoint",
    statement: "update audit_checkpoint set root = $2 where company = $1",
    values: [OTHER_HASH],
    code: "unsigned-head",
  },
  {
    name: "the last checkpoint is gone",
    table: "audit_checkpoint",
    statement: "delete from audit_checkpoint where company = $1 and size = $2",
    values: [SIGNED],
    code: "size-changed",
  },
] as const;

describe("nothing is signed when", () => {
  test.for(changes)("$name", async ({ table, statement, values, code }, { task }) => {
    const company = `co-${task.id.replaceAll("_", "-")}`;
    await appendRecords(database.pool, draftsFor(company, 0, SIGNED));
    await givenCheckpoint(database.pool, company);
    const before = await checkpointsOf(database.pool, company);
    await appendRecord(database.pool, draftFor(company, SIGNED));
    await tamper(database.pool, table, statement, [company, ...values]);
    await expect(givenCheckpoint(database.pool, company)).rejects.toMatchObject({ name: "LogError", code });
    const signed = (await checkpointsOf(database.pool, company)).map(({ note }) => note);
    expect(before.map(({ note }) => note)).toEqual(expect.arrayContaining(signed));
    const { rows } = await database.pool.query("select from audit_place where company = $1 and seq is null", [company]);
    expect(rows).toHaveLength(1);
  });

  test("the last checkpoint was replaced by one of somebody else's key", async () => {
    const company = "co-forged";
    await appendRecord(database.pool, draftFor(company, 0));
    const { origin, size } = await givenCheckpoint(database.pool, company);
    const forger = createSigner(origin, Buffer.alloc(32, 9));
    const note = signNote(formatCheckpoint({ origin, size, rootHash: OTHER_HASH }), [forger]);
    await tamper(
      database.pool,
      "audit_checkpoint",
      "update audit_checkpoint set root = $2, note = $3 where company = $1",
      [company, OTHER_HASH, note],
    );
    await appendRecord(database.pool, draftFor(company, 1));
    await expect(givenCheckpoint(database.pool, company)).rejects.toMatchObject({ code: "unsigned-head" });
  });

  test("the installation's secret is another one", async () => {
    const company = "co-secret";
    await appendRecord(database.pool, draftFor(company, 0));
    const { origin } = await givenCheckpoint(database.pool, company);
    await appendRecord(database.pool, draftFor(company, 1));
    const signer = logSigner(Buffer.alloc(32, 1), origin);
    const attempt = integrateLog(database.pool, { company, log: company, origin, signer, at: AT });
    await expect(attempt).rejects.toMatchObject({ code: "unsigned-head" });
    expect(origin).toBe(originOf(TEST_HOST, company));
    expect(logSigner(TEST_SECRET, origin).vkey).not.toBe(signer.vkey);
  });

  test("a place was given behind the integrator's back", async () => {
    const company = "co-behind";
    await appendRecords(database.pool, draftsFor(company, 0, 2));
    await givenCheckpoint(database.pool, company);
    await appendRecords(database.pool, draftsFor(company, 2, 2));
    await tamper(
      database.pool,
      "audit_place",
      "update audit_place set seq = $2 where company = $1 and $3 = any (keys)",
      [company, 2, `${company}/3`],
    );
    await expect(givenCheckpoint(database.pool, company)).rejects.toMatchObject({ code: "size-changed" });
    expect(await checkpointsOf(database.pool, company)).toHaveLength(1);
  });
});
