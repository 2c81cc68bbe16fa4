import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inclusionProof, rootOf } from "../../../proof/log/proof.ts";
import { verifyInclusion } from "../../../audit/tree-proof.ts";
import { tilePath } from "../../../proof/log/tile-path.ts";
import { growTiles, tileReader, tilesBetween } from "../../../proof/log/tiles.ts";
import { Frontier, leafHash } from "../../../audit/tree.ts";
import { entriesOf, growFiles, type LogFiles, tilesIn } from "./log-folder.ts";
import { leavesOf, naiveReader, naiveRoot } from "./naive-tree.ts";

const noTiles = async () => Promise.reject(new Error("asked for a tile"));
const aSize = fc.oneof(fc.nat({ max: 3_000 }), fc.constantFrom(255, 256, 257, 511, 512, 513));

describe("the tiles to write when a log grows", () => {
  test("to 70,000 are the specification's example", () => {
    const tiles = tilesBetween(0, 70_000);
    const fullAt = (wanted: number) => tiles.filter(({ level, width }) => level === wanted && width === 256).length;
    const partial = tiles.filter(({ width }) => width < 256).map(tilePath);
    expect({ full: [0, 1, 2].map(fullAt), partial }).toEqual({
      full: [273, 1, 0],
      partial: ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"],
    });
  });

  test.for([
    [0, 0, []],
    [5, 5, []],
    [0, 1, ["tile/0/000.p/1"]],
    [1, 3, ["tile/0/000.p/3"]],
    [255, 256, ["tile/0/000", "tile/1/000.p/1"]],
    [256, 257, ["tile/0/001.p/1"]],
    [200, 520, ["tile/0/000", "tile/0/001", "tile/0/002.p/8", "tile/1/000.p/2"]],
    [65_535, 65_536, ["tile/0/255", "tile/1/000", "tile/2/000.p/1"]],
  ] as const)("from %i to %i are %o", ([oldSize, newSize, paths]) => {
    expect(tilesBetween(oldSize, newSize).map(tilePath)).toEqual(paths);
  });

  test("are none to a smaller size", () => {
    expect(() => tilesBetween(6, 5)).toThrow(new RangeError("a log of `6` leaves does not grow to `5`"));
  });
});

describe("the bytes of tiles", () => {
  test("are the same however a log grew, and hold the hashes the specification names", async () => {
    const property = fc.asyncProperty(fc.array(aSize, { minLength: 1, maxLength: 4 }), async (stops) => {
      const sizes = stops.toSorted((one, other) => one - other);
      const entries = entriesOf(sizes.at(-1) ?? 0);
      const read = naiveReader(leavesOf(entries.length));
      const files: LogFiles = new Map();
      let before = 0;
      for (const size of sizes) {
        const written = await growFiles(files, before, entries.slice(0, size));
        expect(written).toEqual(tilesBetween(before, size));
        before = size;
      }
      for (const tile of tilesBetween(0, entries.length)) {
        const inTile = Array.from({ length: tile.width }, (_, place) => tile.index * 256 + place);
        const hashes = await read(inTile.map((index) => ({ level: tile.level * 8, index })));
        expect(Buffer.concat(hashes).equals(files.get(tilePath(tile))!)).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 15 });
  });

  test("of a new log need no tile, and of one that ended with full tiles none either", async () => {
    expect(await growTiles(0, leavesOf(300), noTiles)).toHaveLength(3);
    expect(await growTiles(65_536 * 256, leavesOf(255), noTiles)).toHaveLength(1);
  });

  test("are not made of what is no hash, or of a tile that is cut", async () => {
    await expect(growTiles(0, [Buffer.alloc(31)], noTiles)).rejects.toThrow("added[0] has `31` bytes");
    await expect(growTiles(2, leavesOf(1), async () => Buffer.alloc(63))).rejects.toThrow(
      new RangeError("tile/0/000.p/2 has `63` bytes, not 64"),
    );
  });
});

describe("hashes read from tiles", () => {
  test("make the roots and proofs of every size", async () => {
    const property = fc.asyncProperty(
      aSize.filter((size) => size > 0),
      fc.nat(),
      async (size, seed) => {
        const [files, leaves, index]: [LogFiles, Buffer[], number] = [new Map(), leavesOf(size), seed % size];
        await growFiles(files, 0, entriesOf(size));
        const read = tileReader(size, tilesIn(files));
        const [root, proof] = [await rootOf(size, read), await inclusionProof(size, index, read)];
        expect(root).toEqual(naiveRoot(leaves));
        expect(proof).toEqual(await inclusionProof(size, index, naiveReader(leaves)));
      },
    );
    await fc.assert(property, { numRuns: 15 });
  });

  test("come from three levels of tiles in a log of 66,000", async () => {
    const [size, index] = [66_000, 65_535];
    const leaves = entriesOf(size).map(leafHash);
    const files = new Map((await growTiles(0, leaves, noTiles)).map(({ tile, bytes }) => [tilePath(tile), bytes]));
    const tree = new Frontier();
    for (const leaf of leaves) tree.append(leaf);
    const asked: string[] = [];
    const read = tileReader(size, async (tile) => {
      asked.push(tilePath(tile));
      return tilesIn(files)(tile);
    });
    expect(await rootOf(size, read)).toEqual(tree.root());
    expect(asked).toEqual(["tile/2/000.p/1", "tile/1/001.p/1", "tile/0/257.p/208"]);
    const proof = await inclusionProof(size, index, read);
    expect(verifyInclusion({ index, size, leafHash: leaves[index]!, proof, root: tree.root() })).toBe(true);
  });

  test("ask for each tile once per call", async () => {
    let asked = 0;
    const read = tileReader(200, async ({ width }) => {
      asked += 1;
      return Buffer.alloc(width * 32);
    });
    await read([0, 1, 2, 3].map((index) => ({ level: 2, index })));
    expect(asked).toBe(1);
  });

  test.for([
    ["a subtree beyond the size", { level: 1, index: 2 }, "the subtree `2` at level `1` is not within 5 leaves"],
    ["a leaf before the first", { level: 0, index: -1 }, "index `-1` is not a safe integer"],
    ["a level that is not whole", { level: 0.5, index: 0 }, "level `0.5` is not a safe integer"],
    ["a tile of another length", { level: 0, index: 0 }, "tile/0/000.p/5 has `5` bytes, not 160"],
  ] as const)("are refused for %s", async ([, node, message]) => {
    await expect(tileReader(5, async () => Buffer.alloc(5))([node])).rejects.toThrow(message);
  });

  test("are refused when a tile is not there", async () => {
    await expect(rootOf(5, tileReader(5, tilesIn(new Map())))).rejects.toThrow("no tile/0/000.p/5");
  });
});
