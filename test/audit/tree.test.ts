import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../proof/log/proof.ts";
import { EMPTY_ROOT, Frontier, leafHash, nodeHash } from "../../audit/tree.ts";
import { leavesOf, naiveRoot, uniformReader } from "../proof/log/naive-tree.ts";

/** The entries and roots that Certificate Transparency implementations test themselves with. */
const entriesHex = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const rootsHex = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

function grown(leaves: readonly Buffer[], from = new Frontier()): Frontier {
  for (const leaf of leaves) from.append(leaf);
  return from;
}

describe("hashing is RFC 6962", () => {
  test.for(rootsHex.map((root, size) => ({ root, size })))("known root of $size entries", ({ root, size }) => {
    const leaves = entriesHex.slice(0, size).map((hex) => leafHash(Buffer.from(hex, "hex")));
    expect(grown(leaves).root().toString("hex")).toBe(root);
  });

  test("the root of no entries is the hash of nothing", () => {
    expect(EMPTY_ROOT.toString("hex")).toBe(rootsHex[0]);
  });

  test("a leaf that looks like a node has another hash than the node", () => {
    const [left, right] = [leafHash(Buffer.of(1)), leafHash(Buffer.of(2))];
    expect(leafHash(Buffer.concat([left, right])).equals(nodeHash(left, right))).toBe(false);
  });

  test("what is not 32 bytes is no hash", () => {
    expect(() => nodeHash(Buffer.alloc(31), EMPTY_ROOT)).toThrow("left has `31` bytes");
    expect(() => nodeHash(EMPTY_ROOT, Buffer.alloc(33))).toThrow("right has `33` bytes");
    expect(() => new Frontier().append(Buffer.alloc(0))).toThrow("leaf has `0` bytes");
  });
});

describe("a frontier", () => {
  test("has the root that RFC 6962 defines, at every size up to 300", () => {
    const leaves = leavesOf(300);
    const frontier = new Frontier();
    for (const [before, leaf] of leaves.entries()) {
      frontier.append(leaf);
      expect(frontier.root()).toEqual(naiveRoot(leaves.slice(0, before + 1)));
    }
    expect(frontier.size).toBe(300);
  });

  test("goes on from its stored size and edge as if it had never stopped", () => {
    const leaves = leavesOf(2_000);
    fc.assert(
      fc.property(fc.nat({ max: 2_000 }), fc.nat({ max: 2_000 }), (one, other) => {
        const [stop, size] = [Math.min(one, other), Math.max(one, other)];
        const stored = grown(leaves.slice(0, stop));
        const resumed = grown(leaves.slice(stop, size), new Frontier(stored.size, stored.edge));
        expect({ size: resumed.size, root: resumed.root() }).toEqual({ size, root: naiveRoot(leaves.slice(0, size)) });
      }),
      { numRuns: 30 },
    );
  });

  test("grows past sizes of 32 bits", async () => {
    const read = uniformReader();
    const size = 2 ** 40 + 2 ** 31 + 1;
    const edge = await read([40, 31, 0].map((level) => ({ level, index: 0 })));
    const frontier = grown(leavesOf(1), new Frontier(size, edge));
    expect(frontier.root()).toEqual(await rootOf(size + 1, read));
  });

  test("does not change when what was handed in or out does", () => {
    const [leaf] = leavesOf(1) as [Buffer];
    const frontier = grown([leaf]);
    leaf.fill(0);
    frontier.root().fill(0);
    new Frontier().root().fill(0);
    expect([frontier.root(), new Frontier().root()]).toEqual([...leavesOf(1), Buffer.from(rootsHex[0]!, "hex")]);
  });

  test.for([
    ["too few edge hashes", 3, [EMPTY_ROOT], "a tree of `3` leaves has 2 edge hashes, not `1`"],
    ["too many edge hashes", 4, [EMPTY_ROOT, EMPTY_ROOT], "a tree of `4` leaves has 1 edge hashes, not `2`"],
    ["an edge of an empty tree", 0, [EMPTY_ROOT], "a tree of `0` leaves has 0 edge hashes, not `1`"],
    ["a short edge hash", 1, [Buffer.alloc(31)], "edge[0] has `31` bytes"],
    ["a negative size", -1, [], "size `-1`"],
    ["a size that is not whole", 1.5, [], "size `1.5`"],
    ["a size that cannot be counted", 2 ** 53, [], "size `9007199254740992`"],
  ] as const)("is not made from %s", ([, size, edge, message]) => {
    expect(() => new Frontier(size, edge)).toThrow(message);
  });
});
