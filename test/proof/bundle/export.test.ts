import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBundle } from "../../../proof/bundle/bundle.ts";
import { DisclosureLine, readLine } from "../../../proof/bundle/lines.ts";
import { readManifest, type Selection } from "../../../proof/bundle/manifest.ts";
import { readDisclosure } from "../../../audit/disclosure.ts";
import { appendRecord } from "../../../audit/records.ts";
import {
  EXPORTED,
  exported,
  givenGovernedCases,
  givenHeads,
  JOINT_LOG,
  testKeys,
  type BundleFiles,
  type GovernedCases,
} from "../../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { summary, verified } from "../verify/verified.ts";

let database: TestDatabase;
let cases: GovernedCases;

beforeAll(async () => {
  database = await testDatabase();
  cases = await givenGovernedCases(database.pool);
  await givenHeads(database.pool);
});
afterAll(() => database.drop());

const manifestOf = (files: BundleFiles) => readManifest(files.get("manifest.json")?.toString() ?? "");
const toldIn = (files: BundleFiles) =>
  (files.get("disclosures.jsonl")?.toString() ?? "")
    .split("\n")
    .slice(0, -1)
    .map((line) => readLine(DisclosureLine, line));
const opened = (selection: Selection, reader = "acme") =>
  openBundle(database.pool, { company: "acme", reader, selection, exportedAt: EXPORTED, ...testKeys });
const at = "2026-11-30T09:00:00.000Z";
let more = 0;
const givenRecord = (caseId: string) => {
  more += 1;
  const key = `evt-${more}/event`;
  return appendRecord(database.pool, { company: "acme", caseId, kind: "event", key, at, body: { eventId: key } });
};

describe("what a bundle holds", () => {
  test("whole logs have every entry, tile and head of both logs, and say under what they were kept", async () => {
    const files = await exported(database.pool);
    const { logs, durability, attribution } = manifestOf(files);
    expect(logs.map(({ log, complete, waiting }) => ({ log, complete, waiting: waiting.count }))).toEqual([
      { log: JOINT_LOG, complete: true, waiting: 0 },
      { log: "acme", complete: true, waiting: 0 },
    ]);
    expect({ durability, attribution }).toEqual({
      durability: {
        fsync: expect.any(String),
        fullPageWrites: expect.any(String),
        synchronousCommit: expect.any(String),
      },
      attribution: { signingKeys: "platform" },
    });
    expect(summary(await verified(files))).toEqual({ outcome: "pass", checks: [] });
  });

  test("a case has its entries alone, each with its receipt", async () => {
    const files = await exported(database.pool, { kind: "case", case: cases.approved });
    const paths = [...files.keys()];
    expect(paths.filter((path) => path.includes("/tile/"))).toEqual([]);
    expect(paths.filter((path) => path.endsWith(".tlog-proof"))).toHaveLength(7);
    expect(manifestOf(files).logs).toMatchObject([{ log: "acme", complete: false, entries: 7 }]);
  });

  test("since a time, whole logs come with the bodies of what is dated then or later", async () => {
    const files = await exported(database.pool, { kind: "since", since: "2026-11-20T10:00:00.000Z" });
    const told = toldIn(files);
    expect(manifestOf(files).logs).toMatchObject([{ complete: true }, { complete: true }]);
    expect(told.length).toBeLessThan(toldIn(await exported(database.pool)).length);
    expect(summary(await verified(files))).toEqual({ outcome: "pass", checks: [] });
  });
});

describe("who is told what", () => {
  test("a partner has the log of both companies with what both hold to, and nothing of the private log", async () => {
    const files = await exported(database.pool, { kind: "company" }, "globex");
    const names = toldIn(files).flatMap(({ disclosures }) => disclosures.map((one) => readDisclosure(one).name));
    expect(manifestOf(files).logs.map(({ log }) => log)).toEqual([JOINT_LOG]);
    expect(names.toSorted()).toEqual(["args", "externalRef"]);
    expect([...files.keys()].filter((path) => path.startsWith("blobs/"))).toEqual([]);
    expect(Buffer.concat([...files.values()]).includes(cases.executed)).toBe(false);
    expect(summary(await verified(files))).toEqual({ outcome: "pass", checks: [] });
  });

  test("a partner's case is what both hold to of it", async () => {
    const files = await exported(database.pool, { kind: "case", case: cases.withBlob }, "globex");
    expect(manifestOf(files).logs).toMatchObject([{ log: JOINT_LOG, entries: 1 }]);
  });

  test("a company that no log is shared with is refused", async () => {
    expect(await opened({ kind: "company" }, "initech")).toEqual({
      kind: "refused",
      code: "not-theirs",
      detail: "no log of `acme` is shared with `initech`",
    });
  });

  test("a case that nothing is recorded of is refused", async () => {
    expect(await opened({ kind: "case", case: "acme:quoting:none" })).toMatchObject({ code: "not-found" });
    expect(await opened({ kind: "case", case: cases.executed }, "globex")).toMatchObject({ code: "not-found" });
  });
});

describe("one moment", () => {
  test("what is recorded while a bundle is read is not in it", async () => {
    const bundle = await opened({ kind: "company" });
    if (bundle.kind === "refused") throw new Error(bundle.detail);
    await givenRecord(cases.withBlob);
    await givenHeads(database.pool);
    const files: BundleFiles = new Map();
    for await (const { path, bytes } of bundle.pieces) {
      files.set(path, Buffer.concat([files.get(path) ?? Buffer.alloc(0), bytes]));
    }
    expect(summary(await verified(files))).toEqual({ outcome: "pass", checks: [] });
    expect(manifestOf(await exported(database.pool)).logs[1]?.size).toBe((manifestOf(files).logs[1]?.size ?? 0) + 1);
  });

  test("records that no checkpoint covers yet are named, and a case with one is waited for", async () => {
    await givenRecord(cases.withBlob);
    const { logs } = manifestOf(await exported(database.pool));
    expect(logs[1]?.waiting).toEqual({ count: 1, keys: [`evt-${more}/event`] });
    expect(await opened({ kind: "case", case: cases.withBlob })).toEqual({
      kind: "refused",
      code: "waiting",
      detail: `of case \`${cases.withBlob}\`, 1 record is not under a checkpoint yet`,
    });
    expect(
      summary(await verified(await exported(database.pool, { kind: "case", case: cases.executed }))),
    ).toMatchObject({
      outcome: "pass",
    });
    await givenHeads(database.pool);
  });

  test("a bundle that nobody reads gives its view of the database back", async () => {
    const bundle = await opened({ kind: "company" });
    if (bundle.kind === "refused") throw new Error(bundle.detail);
    await bundle.close();
    await bundle.close();
    const { rows } = await database.pool.query(
      "select 1 from pg_stat_activity where state like 'idle in tr%' and datname = current_database()",
    );
    expect(rows).toEqual([]);
  });
});
