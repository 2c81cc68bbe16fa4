import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entriesPath, parseEntriesPath, parseTilePath, tilePath } from "../../../proof/log/tile-path.ts";

const aTile = fc.record({
  level: fc.nat({ max: 63 }),
  index: fc.oneof(fc.nat({ max: 2_000 }), fc.maxSafeNat()),
  width: fc.integer({ min: 1, max: 256 }),
});

describe("a path of c2sp.org/tlog-tiles", () => {
  test.for([
    [{ level: 0, index: 0, width: 256 }, "tile/0/000"],
    [{ level: 0, index: 999, width: 255 }, "tile/0/999.p/255"],
    [{ level: 1, index: 1_000, width: 1 }, "tile/1/x001/000.p/1"],
    [{ level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"],
    [{ level: 63, index: 2 ** 53 - 1, width: 17 }, "tile/63/x009/x007/x199/x254/x740/991.p/17"],
  ] as const)("of %o is %s", ([tile, path]) => {
    const entries = path.replace(/^tile\/\d+/, "tile/entries");
    expect([tilePath(tile), entriesPath(tile)]).toEqual([path, entries]);
  });

  test("is read back to what it was written from, and bundles have tiles of level 0", () => {
    fc.assert(
      fc.property(aTile, (tile) => {
        const read = [parseTilePath(tilePath(tile)), parseEntriesPath(entriesPath(tile))];
        expect(read).toEqual([tile, { ...tile, level: 0 }]);
      }),
    );
  });

  test.for([
    ["a leading zero of the level", "tile/00/000"],
    ["a level over 63", "tile/64/000"],
    ["a negative level", "tile/-1/000"],
    ["a height, as Go writes it", "tile/8/0/000"],
    ["no index", "tile/0/"],
    ["an index of one digit", "tile/0/1"],
    ["an index in one piece", "tile/0/1000"],
    ["a leading group of zeros", "tile/0/x000/001"],
    ["a group without its x", "tile/0/001/000"],
    ["an x before the last group", "tile/0/x001"],
    ["an index that cannot be counted", "tile/0/x009/x007/x199/x254/x740/992"],
    ["no width after .p", "tile/0/000.p/"],
    ["an empty tile", "tile/0/000.p/0"],
    ["a full tile as a partial one", "tile/0/000.p/256"],
    ["a leading zero of the width", "tile/0/000.p/01"],
    ["a slash before it", "/tile/0/000"],
    ["something after it", "tile/0/000\n"],
    ["a step out of the folder", "tile/0/../000"],
  ])("is not one with %s", ([, path = ""]) => {
    const entries = path.replace("tile/0/", "tile/entries/");
    expect([parseTilePath(path), parseEntriesPath(entries)]).toEqual([undefined, undefined]);
  });

  test("of a bundle is no path of a tile, nor the other way around", () => {
    expect([parseTilePath("tile/entries/000"), parseEntriesPath("tile/0/000")]).toEqual([undefined, undefined]);
  });

  test.for([
    ["level", { level: 64, index: 0, width: 1 }, "level `64` of a tile is not a whole number from 0 to 63"],
    ["index", { level: 0, index: -1, width: 1 }, "index `-1`"],
    ["index", { level: 0, index: 2 ** 53, width: 1 }, "index `9007199254740992`"],
    ["width", { level: 0, index: 0, width: 0 }, "width `0` of a tile is not a whole number from 1 to 256"],
    ["width", { level: 0, index: 0, width: 257 }, "width `257`"],
    ["width", { level: 0, index: 0, width: 1.5 }, "width `1.5`"],
  ] as const)("is not written with a %s out of range: %o", ([, tile, message]) => {
    expect(() => tilePath(tile)).toThrow(message);
  });
});
