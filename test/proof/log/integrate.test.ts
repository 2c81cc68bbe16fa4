import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logSigner, originOf } from "../../../proof/log/log-keys.ts";
import { parseCheckpoint } from "../../../proof/log/checkpoint.ts";
import { integrateLog, type Integration } from "../../../proof/log/integrate.ts";
import { hashReaderOf, logsOf, newestCheckpoint } from "../../../proof/log/log-store.ts";
import { verifierOf } from "../../../proof/log/note-keys.ts";
import { openNote } from "../../../proof/log/note.ts";
import { consistencyProof } from "../../../proof/log/proof.ts";
import { verifyConsistency } from "../../../audit/tree-proof.ts";
import { appendRecord, appendRecords } from "../../../audit/records.ts";
import { AT } from "../../fixtures/ledger.ts";
import { givenCheckpoint, TEST_HOST } from "../../fixtures/logged.ts";
import { TEST_SECRET, testDatabase, type TestDatabase } from "../../setup/database.ts";
import { checkpointsOf, draftsFor, draftFor, leavesOf } from "./kept-log.ts";
import { naiveRoot } from "./naive-tree.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

let companies = 0;
const freshCompany = () => `co-${(companies += 1)}`;

const integration = (company: string, more: Partial<Integration> = {}): Integration => {
  const origin = originOf(TEST_HOST, company);
  return { company, log: company, origin, signer: logSigner(TEST_SECRET, origin), at: AT, ...more };
};

describe("integrating a log", () => {
  test("gives what waits its places in the order of appending, and signs the root of exactly that", async () => {
    const company = freshCompany();
    await appendRecords(database.pool, draftsFor(company, 0, 3));
    const signed = await integrateLog(database.pool, integration(company));
    const leaves = await leavesOf(database.pool, company);
    expect(leaves.map(({ key }) => key)).toEqual([`${company}/0`, `${company}/1`, `${company}/2`]);
    expect(signed).toMatchObject({ size: 3, root: naiveRoot(leaves.map(({ hash }) => hash)), more: false });
    const { signer, origin } = integration(company);
    const opened = openNote(signed?.note ?? "", [verifierOf(signer.vkey)]);
    expect(parseCheckpoint(opened.text)).toEqual({ origin, size: 3, rootHash: signed?.root });
    expect(await newestCheckpoint(database.pool, company, company)).toEqual({
      size: 3,
      root: signed?.root,
      note: signed?.note,
      signedAt: AT,
    });
    expect(await logsOf(database.pool, company)).toEqual([{ log: company, origin, size: 3 }]);
  });

  test("signs nothing when nothing waits", async () => {
    const company = freshCompany();
    expect(await integrateLog(database.pool, integration(company))).toBeUndefined();
    expect(await logsOf(database.pool, company)).toEqual([]);
    await appendRecord(database.pool, draftFor(company, 0));
    await givenCheckpoint(database.pool, company);
    expect(await integrateLog(database.pool, integration(company))).toBeUndefined();
    expect(await checkpointsOf(database.pool, company)).toHaveLength(1);
  });

  test("takes at most so many at once, and says that more may wait", async () => {
    const company = freshCompany();
    for (let index = 0; index < 5; index += 1) await appendRecord(database.pool, draftFor(company, index));
    const sizes = [];
    for (;;) {
      const signed = await integrateLog(database.pool, integration(company, { most: 2 }));
      if (signed === undefined) break;
      sizes.push([signed.size, signed.more]);
    }
    expect(sizes).toEqual([
      [2, true],
      [4, true],
      [5, false],
    ]);
  });

  test("takes what one append wrote together, sixteen at a time, though it is more than so many", async () => {
    const company = freshCompany();
    await appendRecords(database.pool, draftsFor(company, 0, 20));
    const first = await integrateLog(database.pool, integration(company, { most: 2 }));
    const second = await integrateLog(database.pool, integration(company, { most: 2 }));
    expect([first, second]).toMatchObject([
      { size: 16, more: true },
      { size: 20, more: true },
    ]);
    expect((await leavesOf(database.pool, company)).map(({ key }) => key)).toEqual(
      draftsFor(company, 0, 20).map(({ key }) => key),
    );
  });

  test("makes the same tree however the records come in, and every head extends the one before", async () => {
    const steps = fc.array(
      fc.record({ added: fc.integer({ min: 1, max: 300 }), most: fc.integer({ min: 90, max: 300 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (growth) => {
        const company = freshCompany();
        let total = 0;
        for (const { added, most } of growth) {
          await appendRecords(database.pool, draftsFor(company, total, added));
          total += added;
          while ((await integrateLog(database.pool, integration(company, { most })))?.more === true);
        }
        const hashes = (await leavesOf(database.pool, company)).map(({ hash }) => hash);
        expect(hashes).toHaveLength(total);
        const heads = await checkpointsOf(database.pool, company);
        expect(heads.at(-1)).toMatchObject({ size: total });
        const read = hashReaderOf(database.pool, company, company);
        for (const { size, root } of heads) {
          expect(root.equals(naiveRoot(hashes.slice(0, size)))).toBe(true);
          const proof = await consistencyProof(size, total, read);
          const claim = { oldSize: size, oldRoot: root, size: total, root: naiveRoot(hashes), proof };
          expect(verifyConsistency(claim)).toBe(true);
        }
      }),
      { numRuns: 6 },
    );
  });

  test("keeps a log's origin for ever", async () => {
    const company = freshCompany();
    await appendRecord(database.pool, draftFor(company, 0));
    await givenCheckpoint(database.pool, company);
    await appendRecord(database.pool, draftFor(company, 1));
    const origin = originOf("elsewhere.example", company);
    await expect(integrateLog(database.pool, integration(company, { origin }))).rejects.toMatchObject({
      name: "LogError",
      code: "origin-changed",
      beganAs: originOf(TEST_HOST, company),
    });
    expect(await checkpointsOf(database.pool, company)).toHaveLength(1);
  });
});
