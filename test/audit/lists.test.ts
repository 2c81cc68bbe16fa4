import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listDocument, listFromDocument, treeOf, type ListContent } from "../../audit/lists/content.ts";
import { foundIn, readList, type ListReading } from "../../audit/lists/reading.ts";

const named = (names: readonly string[]): ListContent => ({ list: "approved", of: "partner", normal: ["trim"], names });
const name = fc.string({ minLength: 1, maxLength: 6 });
const some = fc.uniqueArray(name, { maxLength: 40 });

describe("a name's reading proves whether the list holds it", () => {
  test("whatever the names are, and whichever is asked", () => {
    fc.assert(
      fc.property(some, name, (names, asked) => {
        const reading = readList(treeOf(named(names)), "partner in approved", asked);
        expect(foundIn(reading, asked)).toBe(names.includes(asked));
        expect(JSON.parse(JSON.stringify(reading))).toEqual(reading);
      }),
      { numRuns: 500 },
    );
  });

  test("and of no other name than the one that was asked says what it is not", () => {
    fc.assert(
      fc.property(some, name, name, (names, asked, other) => {
        const found = foundIn(readList(treeOf(named(names)), "f", asked), other);
        expect([undefined, names.includes(other)]).toContain(found);
      }),
      { numRuns: 500 },
    );
  });

  test("and shows none of the others", () => {
    const names = Array.from({ length: 50 }, (_, at) => `partner-number-${at}`);
    const reading = JSON.stringify(readList(treeOf(named(names)), "partner in approved", "somebody"));
    expect(names.filter((one) => reading.includes(one))).toEqual([]);
  });
});

describe("a reading that was changed proves nothing", () => {
  const names = ["a", "b", "c", "d", "e"];
  const tree = treeOf(named(names));
  const [inside, outside] = ["c", "x"].map((one) => readList(tree, "f", one)) as [ListReading, ListReading];
  const elsewhere = readList(treeOf(named(["x", "y"])), "f", "x");

  test.for<[string, ListReading, string]>([
    ["with another version", { ...inside, version: elsewhere.version }, "c"],
    ["with another size", { ...inside, size: 6 }, "c"],
    ["with another spelling", { ...inside, normal: ["case"] }, "c"],
    ["of another list", { ...inside, list: "barred" }, "c"],
    ["with another list's proof", { ...outside, proof: elsewhere.proof }, "x"],
    ["with another name's proof", { ...outside, proof: inside.proof }, "x"],
  ])("%s", ([, reading, asked]) => {
    expect(foundIn(reading, asked)).toBeUndefined();
  });

  test("that leaves out a name between two neighbours, or takes leaves that are not next to each other", () => {
    const leaves = names
      .map((one) => readList(tree, "f", one).proof)
      .flatMap((proof) => (proof.kind === "in" ? [proof.at] : []));
    for (const below of [null, ...leaves]) {
      for (const above of [null, ...leaves]) {
        const forged: ListReading = { ...inside, proof: { kind: "out", below, above } };
        for (const one of names) expect(foundIn(forged, one)).not.toBe(false);
      }
    }
  });

  test("of an empty list every name is out, and of another one nothing says so", () => {
    const empty = readList(treeOf(named([])), "f", "a");
    expect(foundIn(empty, "a")).toBe(false);
    expect(foundIn({ ...inside, proof: { kind: "out", below: null, above: null } }, "c")).toBeUndefined();
  });
});

describe("a version", () => {
  test("is the same whatever the order of its names, and another with any other name", () => {
    expect(treeOf(named(["b", "a"])).version).toBe(treeOf(named(["a", "b"])).version);
    expect(treeOf(named(["a"])).version).not.toBe(treeOf(named(["a", "b"])).version);
  });

  test("comes back from what is kept, and from nothing else", () => {
    const document = listDocument(named(["b", "a"]));
    expect(listFromDocument(document).names).toEqual(["a", "b"]);
    expect(() => listFromDocument(document.replace('["a","b"]', '["b","a"]'))).toThrow("not written");
    expect(() => listFromDocument(document.replace('["a","b"]', '["a","a"]'))).toThrow("not written");
  });
});
