import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { checkIntegrity } from "../../../proof/replay/integrity.ts";
import type { FiledCase, FiledRecord } from "../../../proof/filed-case.ts";
import { createSigner } from "../../../proof/log/note-keys.ts";
import { decideApi } from "../../fixtures/decide.ts";
import { filedCase } from "../../fixtures/filed.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let waiting: FiledCase;
let proved: FiledCase;
let checkpoint: Awaited<ReturnType<typeof givenCheckpoint>>;

beforeAll(async () => {
  database = await testDatabase();
  const api = await decideApi(database.pool);
  const facts = { hours: 49, worth: 120_00, isCleared: true };
  const { body: asked } = await api.ask({ policy: "shipping", facts, ref: "S-1" });
  await api.verdict(asked.escalationId, "approve");
  await api.regate(asked.decisionId);
  await api.report(asked.decisionId, { state: "done" });
  const { caseId } = await api.standing(asked.decisionId);
  waiting = await filedCase(database.pool, "acme", caseId);
  checkpoint = await givenCheckpoint(database.pool);
  proved = await filedCase(database.pool, "acme", caseId);
});
afterAll(() => database.drop());

const keys = () => checkpoint.vkey;

/** The proved file with one record changed. */
function changed(n: number, change: (record: FiledRecord) => Partial<FiledRecord>): FiledCase {
  const records = proved.records.map((record) => (record.n === n ? { ...record, ...change(record) } : record));
  return { ...proved, records };
}

const leftOut = (body: FiledRecord["body"], ...names: readonly string[]) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));

const fault = (file: FiledCase) => {
  const { outcome } = checkIntegrity(file, keys);
  return outcome.kind === "differs" ? outcome.what : outcome.kind;
};

describe("a case file is checked by its reader", () => {
  test("and holds when nothing was changed, under the newest checkpoint", () => {
    expect(checkIntegrity(proved, keys)).toEqual({
      outcome: { kind: "same" },
      under: { origin: checkpoint.origin, size: checkpoint.size, cosignedBy: [], signed: true },
      waiting: 0,
    });
  });

  test("as far as it can be without the log's key", () => {
    expect(checkIntegrity(proved)).toMatchObject({ outcome: { kind: "same" }, under: { signed: false } });
  });

  test("and cannot be proved yet while its records wait for a checkpoint", () => {
    const count = waiting.records.length;
    expect(checkIntegrity(waiting, keys)).toEqual({
      outcome: { kind: "cannot", why: `${count} of ${count} records wait for the next checkpoint` },
      under: null,
      waiting: count,
    });
  });

  test("what is withheld is no fault: its digest stays", () => {
    const withheld = changed(2, ({ body }) => ({ body: leftOut(body, "reason", "rules") }));
    const kept = proved.records[1]?.disclosures.filter(
      (one) => !/"(reason|rules)"/.test(atob(one.replaceAll("-", "+").replaceAll("_", "/"))),
    );
    const file = {
      ...withheld,
      records: withheld.records.map((record) => (record.n === 2 ? { ...record, disclosures: kept ?? [] } : record)),
    };
    expect(fault(file)).toBe("same");
  });
});

describe("is not what was recorded, and the record is named, when", () => {
  test.for([
    [
      "its verdict is another",
      () => changed(2, ({ body }) => ({ body: { ...body, verdict: "execute" } })),
      "record 2 (decision): `verdict` of its body",
    ],
    [
      "a field is added",
      () => changed(2, ({ body }) => ({ body: { ...body, extra: 1 } })),
      "record 2 (decision): `extra` of its body",
    ],
    [
      "a disclosed field is left out of the body",
      () => changed(2, ({ body }) => ({ body: leftOut(body, "reason") })),
      "record 2 (decision): `reason` of its body",
    ],
    [
      "a disclosure is another's",
      () => changed(2, () => ({ disclosures: proved.records[0]?.disclosures ?? [] })),
      "record 2 (decision): a field of its body is not one that its envelope commits to",
    ],
    [
      "its time is another",
      () => changed(3, () => ({ at: "2020-01-01T00:00:00.000Z" })),
      "record 3 (escalation): its `at` is not what its envelope says",
    ],
    [
      "its envelope is another",
      () =>
        changed(3, ({ envelope }) => ({
          envelope: { ...envelope, at: "2020-01-01T00:00:00.000Z" },
          at: "2020-01-01T00:00:00.000Z",
        })),
      "record 3 (escalation): its envelope does not hash to its leaf",
    ],
    [
      "its envelope is none",
      () => changed(3, ({ envelope }) => ({ envelope: { ...envelope, parents: ["x"] } })),
      "record 3 (escalation): its envelope is not one",
    ],
    ["its place is another", () => changed(4, () => ({ seq: 0 })), "record 4 (approval): its proof is of place"],
    [
      "its proof is another's",
      () => changed(4, () => ({ seq: proved.records[4]?.seq ?? null, proof: proved.records[4]?.proof ?? null })),
      "record 4 (approval): the leaf is not proved to be entry",
    ],
    [
      "its proof is none",
      () => changed(4, () => ({ proof: "c2sp.org/tlog-proof@v1" })),
      "record 4 (approval): not a log proof",
    ],
    [
      "it is left out",
      () => ({ ...proved, records: proved.records.filter(({ n }) => n !== 3) }),
      "record 3 is missing",
    ],
    ["it is of another case", () => ({ ...proved, caseId: "acme:other" }), "record 1 is another case's"],
    [
      "its policy is another",
      () => ({
        ...proved,
        policies: Object.fromEntries(Object.keys(proved.policies).map((name) => [name, '{"language":2}'])),
      }),
      "the document of policy `shipping",
    ],
    ["the gateway itself says so", () => ({ ...proved, intact: false }), "the gateway finds"],
  ] as const)("%s", ([, file, words]) => {
    expect(fault(file())).toContain(words);
  });

  test("any byte of a disclosure flips", () => {
    const [record] = proved.records.filter(({ disclosures }) => disclosures.length > 0);
    const n = record?.n ?? 0;
    const first = record?.disclosures[0] ?? "";
    fc.assert(
      fc.property(fc.nat(first.length - 1), (at) => {
        const flipped = `${first.slice(0, at)}${first[at] === "A" ? "B" : "A"}${first.slice(at + 1)}`;
        const file = changed(n, ({ disclosures }) => ({ disclosures: [flipped, ...disclosures.slice(1)] }));
        expect(checkIntegrity(file, keys).outcome.kind).toBe("differs");
      }),
    );
  });

  test("another key signed the checkpoint", () => {
    const { vkey } = createSigner(checkpoint.origin, Buffer.alloc(32, 7));
    expect(checkIntegrity(proved, () => vkey).outcome).toMatchObject({ kind: "differs" });
  });
});
