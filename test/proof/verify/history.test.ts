import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendRecord } from "../../../audit/records.ts";
import { readManifest, writeManifest, type Manifest } from "../../../proof/bundle/manifest.ts";
import type { Envelope } from "../../../domain/audit-record.ts";
import {
  exported,
  givenGovernedCases,
  givenHeads,
  type BundleFiles,
  type GovernedCases,
} from "../../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { envelopesOf, rewritten } from "./rewritten.ts";
import { changed, foundBy, lines, summary, verified } from "./verified.ts";

let database: TestDatabase;
let cases: GovernedCases;
let kept: string;
let oldSize: number;
let files: BundleFiles;
let caseFiles: BundleFiles;

beforeAll(async () => {
  database = await testDatabase();
  const { pool } = database;
  cases = await givenGovernedCases(pool);
  await givenHeads(pool);
  const before = await exported(pool);
  kept = before.get("logs/acme/checkpoint")?.toString() ?? "";
  oldSize = envelopesOf(before).length;
  const at = "2026-11-30T09:00:00.000Z";
  const later = { company: "acme", caseId: cases.withBlob, kind: "event", key: "evt-78/event", at } as const;
  await appendRecord(pool, { ...later, body: { eventId: "evt-78" } });
  await givenHeads(pool);
  files = await exported(pool);
  caseFiles = await exported(pool, { kind: "case", case: cases.approved });
});
afterAll(() => database.drop());

const pathLike = (start: string) => [...files.keys()].find((path) => path.startsWith(start)) ?? "";
const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

describe("check 3, entries, tiles, root and inclusion proofs", () => {
  test("a flipped byte of an entry names the entry and its case", async () => {
    const path = pathLike("logs/acme/tile/entries/");
    const at = files.get(path)?.indexOf('"verdict":"block"') ?? 0;
    const verification = await verified(changed(files, { [path]: flip(at + 12) }));
    const place = envelopesOf(files).findIndex(({ fields }) => fields["verdict"] === "block");
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 3)[0]).toMatchObject({
      log: "acme",
      seq: place,
      case: cases.blocked,
      n: 2,
      what: expect.stringMatching(/^entry \d+ is not the one whose hash stands in logs\/acme\/tile\/0\/000\.p\/\d+$/),
    });
  });

  test.for(["logs/acme/tile/0/", "logs/acme/tile/entries/"])(
    "a byte more and a byte less in %s are found",
    async (path) => {
      for (const change of [
        (bytes: Buffer) => bytes.subarray(1),
        (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)]),
      ]) {
        expect((await verified(changed(files, { [pathLike(path)]: change }))).outcome).toBe("tampered");
      }
      const gone = await verified(changed(files, { [pathLike(path)]: () => undefined }));
      expect(foundBy(gone, 3)[0]?.what).toContain("is not there");
    },
  );

  test("a receipt of another record, and none, are found by the record's name", async () => {
    const [first = "", second = ""] = [...files.keys()].filter((path) => path.startsWith("logs/acme/receipts/"));
    const exchanged = changed(files, { [first]: () => files.get(second), [second]: () => files.get(first) });
    expect(foundBy(await verified(exchanged), 3).map(({ case: caseId }) => caseId)).toHaveLength(2);
    const gone = foundBy(await verified(changed(files, { [second]: () => undefined })), 3);
    expect(gone).toMatchObject([{ case: cases.approved, n: 2, what: expect.stringContaining("is not there") }]);
  });

  test("a case's entry that was changed is not what its receipt proves", async () => {
    const forged = changed(caseFiles, {
      "logs/acme/entries.jsonl": (bytes) =>
        bytes.toString().replace(String.raw`\"verdict\":\"approve\"`, String.raw`\"verdict\":\"reject\"`),
    });
    const verification = await verified(forged);
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 3)).toMatchObject([{ case: cases.approved, n: 4 }]);
  });

  test.for([
    ["leaving out the last", (all: string[]) => all.slice(0, -1)],
    ["leaving out one", (all: string[]) => all.toSpliced(3, 1)],
    ["swapping two", (all: string[]) => [...all.slice(0, 2), all[3] ?? "", all[2] ?? "", ...all.slice(4)]],
    ["repeating one", (all: string[]) => [...all, all.at(-1) ?? ""]],
  ] as const)("%s of a case's entries is found", async ([, change]) => {
    const verification = await verified(changed(caseFiles, { "logs/acme/entries.jsonl": lines(change) }));
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 3)).not.toEqual([]);
  });
});

describe("check 4, consistency with the checkpoint you kept", () => {
  test("a log that grew is the same log", async () => {
    expect(summary(await verified(files, { kept }))).toEqual({ outcome: "pass", checks: [] });
  });

  test("history that was rewritten and signed with the right key is found", async () => {
    const forged = await rewritten(files, (all) =>
      all.map((one) =>
        one.fields["verdict"] === "reject" ? { ...one, fields: { ...one.fields, role: "lab-head" } } : one,
      ),
    );
    expect(summary(await verified(forged))).toEqual({ outcome: "pass", checks: [] });
    const verification = await verified(forged, { kept });
    expect(summary(verification)).toEqual({ outcome: "tampered", checks: [4] });
    expect(foundBy(verification, 4)[0]?.what).toContain("history was rewritten");
  });

  test("a fork of the same size is found", async () => {
    const fork = await rewritten(files, (all) =>
      all.slice(0, oldSize).map((one) => ({ ...one, at: "2026-11-21T00:00:00.000Z" })),
    );
    expect(foundBy(await verified(fork, { kept }), 4)[0]?.what).toContain("forked or rewritten");
  });

  test("a log that became shorter is found", async () => {
    const shorter = await rewritten(files, (all) => all.slice(0, oldSize - 1));
    expect(foundBy(await verified(shorter, { kept }), 4)[0]?.what).toContain("entries were taken away");
  });

  test("no change of what stood then passes, however well it is made", async () => {
    const changes: readonly ((all: Envelope[], at: number) => readonly Envelope[])[] = [
      (all, at) => all.toSpliced(at, 1),
      (all, at) => all.toSpliced(at, 0, { ...all[at]!, key: "put in" }),
      (all, at) => all.with(at, { ...all[at]!, at: "2026-11-01T00:00:00.000Z" }),
      (all, at) => all.with(at, { ...all[at]!, sd: all[at]!.sd.slice(1) }),
      (all, at) => all.with(at, all[(at + 1) % oldSize]!).with((at + 1) % oldSize, all[at]!),
    ];
    const place = fc.tuple(fc.constantFrom(...changes), fc.nat(oldSize - 1));
    await fc.assert(
      fc.asyncProperty(place, async ([change, at]) => {
        const before = envelopesOf(files);
        fc.pre(JSON.stringify(change(before, at)) !== JSON.stringify(before));
        const verification = await verified(await rewritten(files, (all) => change(all, at)), { kept });
        expect(verification.outcome).toBe("tampered");
        expect(foundBy(verification, 4)).toMatchObject([{ log: "acme" }]);
      }),
      { numRuns: 40 },
    );
  });

  test("a record that is dated back behind the kept checkpoint is found", async () => {
    const backdated = await rewritten(files, (all) =>
      all.map((one) => (one.key === "evt-78/event" ? { ...one, at: "2026-11-02T09:00:00.000Z" } : one)),
    );
    expect(foundBy(await verified(backdated, { kept }), 4)).toMatchObject([
      { case: cases.withBlob, n: 2, what: expect.stringContaining("it was written later") },
    ]);
  });

  test("a checkpoint that another key signed says so", async () => {
    const stranger = kept.replace(/^— mandate\.local\/acme .*$/m, "— mandate.local/acme AAAAAGhlbGxv");
    expect(foundBy(await verified(files, { kept: stranger }), 4)[0]?.what).toContain("signed by another key");
  });

  test("a case alone cannot show it, nor can a bundle without that log", async () => {
    const alone = await verified(caseFiles, { kept });
    expect(summary(alone)).toEqual({ outcome: "incomplete", checks: [4] });
    const joint = await exported(database.pool, { kind: "company" }, "globex");
    expect(summary(await verified(joint, { kept }))).toEqual({ outcome: "incomplete", checks: [4] });
  });
});

describe("what stands around the checks", () => {
  test("a bundle without a manifest is none", async () => {
    const { outcome, findings } = await verified(changed(files, { "manifest.json": () => undefined }));
    expect({ outcome, findings }).toMatchObject({ outcome: "tampered", findings: [{ check: 0 }] });
  });

  test.for(["notes.txt", "logs/acme/entries.jsonl", `blobs/sha256/${"0".repeat(64)}`, "logs/other/checkpoint"])(
    "a file that no check reads is named: %s",
    async (path) => {
      const more = new Map([...files, [path, Buffer.from("{}\n")]]);
      expect(foundBy(await verified(more), 0)).toMatchObject([{ what: `${path} is no part of this bundle` }]);
    },
  );

  const claiming = (change: (manifest: Manifest) => Manifest) =>
    changed(files, { "manifest.json": (bytes) => writeManifest(change(readManifest(bytes.toString()))) });
  const logs =
    (change: object) =>
    (manifest: Manifest): Manifest => ({ ...manifest, logs: manifest.logs.map((log) => ({ ...log, ...change })) });

  test.for([
    ["names no log", (manifest: Manifest) => ({ ...manifest, logs: [] }), "it names no log"],
    ["names a folder outside", logs({ folder: "../../etc" }), "is not `../../etc`"],
    ["hides entries of whole logs", logs({ complete: false }), "not as whole as what was asked for"],
    ["is of another company", (manifest: Manifest) => ({ ...manifest, company: "initech" }), "is no log of `initech`"],
    [
      "is for somebody who may not see the log",
      (manifest: Manifest) => ({ ...manifest, reader: "globex" }),
      "may not see `acme`",
    ],
  ] as const)("a manifest that %s is found", async ([, change, what]) => {
    const { outcome, findings } = await verified(claiming(change));
    expect(outcome).toBe("tampered");
    expect(findings.find(({ check }) => check === 0)?.what).toContain(what);
  });

  test("a manifest that counts other entries than the head is found", async () => {
    const counted = changed(files, {
      "manifest.json": (bytes) => {
        const manifest = readManifest(bytes.toString());
        return writeManifest({ ...manifest, logs: manifest.logs.map((log) => ({ ...log, size: log.size + 1 })) });
      },
    });
    expect(foundBy(await verified(counted), 1)[0]?.what).toMatch(/the manifest counts \d+ entries, the checkpoint \d+/);
  });
});
