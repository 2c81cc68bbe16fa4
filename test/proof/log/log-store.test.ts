import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cosignaturesOf, cosignedSize, keepCosignature, unpublishedMs } from "../../../proof/log/cosignature-store.ts";
import { hashReaderOf, newestCheckpoint, placeOf, waitingLogs } from "../../../proof/log/log-store.ts";
import { inclusionProof, rootOf } from "../../../proof/log/proof.ts";
import { verifyInclusion } from "../../../audit/tree-proof.ts";
import { newestKey, waitingOf } from "../../../proof/log/waiting.ts";
import { appendRecord, appendRecords } from "../../../audit/records.ts";
import { AT } from "../../fixtures/ledger.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { draftFor, draftsFor, leavesOf } from "./kept-log.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

describe("the hashes of a log", () => {
  const company = "proofs";
  const SIZE = 300;
  beforeAll(async () => {
    await appendRecords(database.pool, draftsFor(company, 0, SIZE));
    await givenCheckpoint(database.pool, company);
  });

  test("prove each of its leaves against the newest checkpoint", async () => {
    const { size = 0, root = Buffer.alloc(0) } = (await newestCheckpoint(database.pool, company, company)) ?? {};
    const read = hashReaderOf(database.pool, company, company);
    for (const { seq, hash } of await leavesOf(database.pool, company)) {
      const proof = await inclusionProof(size, seq, read);
      expect(verifyInclusion({ index: seq, size, leafHash: hash, proof, root })).toBe(true);
    }
  });

  test("are had in one statement for all that is asked at once", async () => {
    const asked: unknown[] = [];
    const counting = new Proxy(database.pool, {
      get: (target, name) =>
        name === "query"
          ? (statement: { readonly name: string }) => {
              asked.push(statement.name);
              return target.query(statement as never);
            }
          : Reflect.get(target, name, target),
    });
    await inclusionProof(SIZE, 17, hashReaderOf(counting, company, company));
    expect(asked).toEqual(["read-log", "read-tiles"]);
  });

  test("beyond its size are refused, also of a log that does not exist", async () => {
    await expect(rootOf(SIZE + 1, hashReaderOf(database.pool, company, company))).rejects.toThrow(RangeError);
    await expect(rootOf(1, hashReaderOf(database.pool, "nobody", "nobody"))).rejects.toThrow(RangeError);
  });
});

describe("a record's place", () => {
  test("is in no tree before it is integrated, and has its number afterwards", async () => {
    const company = "places";
    await appendRecord(database.pool, draftFor(company, 0));
    await appendRecord(database.pool, draftFor(company, 1));
    const waits = await placeOf(database.pool, company, `${company}/1`);
    expect(waits).toMatchObject({ log: company, seq: null });
    await givenCheckpoint(database.pool, company);
    expect(await placeOf(database.pool, company, `${company}/1`)).toEqual({ ...waits, seq: 1 });
    expect(await placeOf(database.pool, company, "no such record")).toBeUndefined();
  });
});

describe("what waits", () => {
  test("is told per log, with what is urgent and since when the oldest waits", async () => {
    const company = "waiting";
    expect(await waitingLogs(database.pool, company)).toEqual([]);
    expect(await newestKey(database.pool, company)).toBeUndefined();
    await appendRecord(database.pool, draftFor(company, 0));
    await appendRecord(database.pool, draftFor(company, 1));
    await appendRecord(database.pool, draftFor(company, 2, { log: `${company}~globex`, urgent: true }));
    expect(await waitingLogs(database.pool, company)).toEqual([
      { log: company, urgent: false },
      { log: `${company}~globex`, urgent: true },
    ]);
    expect(await waitingOf(database.pool, company)).toEqual([
      { log: company, records: 2, waitedMs: expect.any(Number) as number },
      { log: `${company}~globex`, records: 1, waitedMs: expect.any(Number) as number },
    ]);
    expect(await newestKey(database.pool, company)).toBe(`${company}/1`);
    await givenCheckpoint(database.pool, company);
    expect(await waitingLogs(database.pool, company)).toEqual([{ log: `${company}~globex`, urgent: true }]);
    expect(await newestKey(database.pool, company)).toBe(`${company}/1`);
  });
});

describe("cosignatures", () => {
  test("stand under the checkpoint they are of, each witness's newest is told", async () => {
    const company = "cosigned";
    const sign = async (index: number) => {
      await appendRecord(database.pool, draftFor(company, index));
      return givenCheckpoint(database.pool, company);
    };
    const keep = (size: number, witness: string) =>
      keepCosignature(database.pool, { company, log: company, size, witness, line: `${witness} line\n`, signedAt: AT });
    await sign(0);
    await keep(1, "w1");
    const { note } = await sign(1);
    await keep(2, "w2");
    await keep(2, "w1");
    await keep(2, "w1");
    expect(await newestCheckpoint(database.pool, company, company)).toMatchObject({
      note: `${note}w1 line\nw2 line\n`,
    });
    expect(await cosignaturesOf(database.pool, company, company)).toEqual([
      { witness: "w1", size: 2, signedAt: AT },
      { witness: "w2", size: 2, signedAt: AT },
    ]);
    const sizes = ["w1", "w3"].map((witness) => cosignedSize(database.pool, { company, log: company, witness }));
    expect(await Promise.all(sizes)).toEqual([2, 0]);
    const since = [0, 1, 2].map((size) => unpublishedMs(database.pool, { company, log: company, size }));
    expect((await Promise.all(since)).map((waitedMs) => waitedMs > 0)).toEqual([true, true, false]);
  });
});
