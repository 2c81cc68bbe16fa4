import fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { HashSet } from "../../../proof/verify/hash-set.ts";
import { OpenCases } from "../../../proof/verify/open-cases.ts";
import { TileTower } from "../../../proof/verify/tile-tower.ts";
import { tilePath } from "../../../proof/log/tile-path.ts";
import { Frontier, leafHash } from "../../../audit/tree.ts";
import { growTiles } from "../../../proof/log/tiles.ts";
import type { AuditRecord, RecordKind } from "../../../domain/audit-record.ts";

const hashOf = (n: number) => createHash("sha256").update(String(n)).digest();

describe("a set of hashes", () => {
  test("holds what was added and nothing else, whatever the number", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(20_000), { maxLength: 3_000 }), (numbers) => {
        const set = new HashSet();
        const added = numbers.slice(0, Math.ceil(numbers.length / 2));
        expect(added.every((one) => set.add(hashOf(one)))).toBe(true);
        expect(added.some((one) => set.add(hashOf(one)))).toBe(false);
        expect(numbers.filter((one) => set.has(hashOf(one)))).toEqual(added);
        expect(set.size).toBe(added.length);
      }),
      { numRuns: 20 },
    );
  });

  test("holds the hash of zeroes once", () => {
    const set = new HashSet();
    expect([set.has(Buffer.alloc(32)), set.add(Buffer.alloc(32)), set.add(Buffer.alloc(32))]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("the tiles of a growing log", () => {
  test.for([0, 1, 255, 256, 257, 512, 65_537])(
    "of %i leaves are those of the log's own writer, and so is the root",
    async (size) => {
      const leaves = Array.from({ length: size }, (_, n) => leafHash(Buffer.from(String(n))));
      const [tower, tree] = [new TileTower(), new Frontier()];
      const built = new Map<string, Buffer>();
      for (const leaf of leaves) {
        for (const { tile, bytes } of tower.append(leaf)) built.set(tilePath(tile), bytes);
        tree.append(leaf);
      }
      for (const { tile, bytes } of tower.partial()) built.set(tilePath(tile), bytes);
      const grown = await growTiles(0, leaves, () => Promise.reject(new Error("nothing is there before")));
      expect(built).toEqual(new Map(grown.map(({ tile, bytes }) => [tilePath(tile), bytes])));
      expect(tower.root()).toEqual(tree.root());
    },
  );
});

describe("the cases that are held for a replay", () => {
  const record = (caseId: string, n: number, kind: RecordKind): AuditRecord => {
    const names = { company: "acme", log: "acme", caseId, n, kind, key: `${caseId}/${n}` };
    return { ...names, at: "2026-11-20T09:00:00.000Z", body: {}, parents: [], digest: "" };
  };

  test("grow with their records, end with them, and begin again", () => {
    const cases = new OpenCases();
    cases.add("acme", record("a", 1, "event"));
    cases.add("acme", record("a", 2, "proposal"));
    expect(cases.add("acme", record("a", 3, "decision")).map(({ n }) => n)).toEqual([2, 3]);
    expect(cases.add("acme", record("a", 4, "case_end"))).toEqual([]);
    expect(cases.add("acme", record("a", 5, "decision")).map(({ n }) => n)).toEqual([5]);
  });

  test("are let go, the longest untouched first, when there are too many", () => {
    const cases = new OpenCases(3);
    for (const caseId of ["a", "b", "c"]) cases.add("acme", record(caseId, 1, "proposal"));
    cases.add("acme", record("a", 2, "decision"));
    expect(cases.add("acme", record("b", 2, "decision")).map(({ n }) => n)).toEqual([2]);
    expect(cases.add("acme", record("a", 3, "approval")).map(({ n }) => n)).toEqual([1, 2, 3]);
  });
});
