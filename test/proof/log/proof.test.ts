import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { consistencyProof, inclusionProof, rootOf } from "../../../proof/log/proof.ts";
import { verifyConsistency, verifyInclusion } from "../../../audit/tree-proof.ts";
import { EMPTY_ROOT } from "../../../audit/tree.ts";
import { leavesOf, naiveReader, naiveRoot, turnsTo, uniformReader } from "./naive-tree.ts";

const leaves = leavesOf(5_000);
const read = naiveReader(leaves);
const roots = new Map<number, Buffer>();

function rootAt(size: number): Buffer {
  const root = roots.get(size) ?? naiveRoot(leaves.slice(0, size));
  roots.set(size, root);
  return root;
}

async function inclusionOf(size: number, index: number) {
  return { index, size, leafHash: leaves[index]!, proof: await inclusionProof(size, index, read), root: rootAt(size) };
}

async function consistencyOf(oldSize: number, size: number) {
  const proof = await consistencyProof(oldSize, size, read);
  return { oldSize, oldRoot: rootAt(oldSize), size, root: rootAt(size), proof };
}

/** A copy with one bit of byte `at` changed. */
function flipped(hash: Buffer, at: number): Buffer {
  const copy = Buffer.from(hash);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The proof with one of its hashes changed by `change`. */
const withChanged = (proof: readonly Buffer[], place: number, change: (hash: Buffer) => Buffer) =>
  proof.map((hash, at) => (at === place ? change(hash) : hash));

const twoSizes = fc
  .tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }))
  .map(([one, other]) => ({ less: Math.min(one, other), more: Math.max(one, other) }));
const aLeaf = twoSizes.map(({ less, more }) => ({ index: less - 1, size: more }));
const aByte = fc.nat({ max: 31 });

describe("a root", () => {
  test("read from subtrees is the one RFC 6962 defines", async () => {
    for (let size = 0; size <= 130; size += 1) expect(await rootOf(size, read)).toEqual(rootAt(size));
  });

  test("is not made of what is no hash", async () => {
    const message = "answer 0 of the reader has `31` bytes";
    await expect(rootOf(1, async () => [Buffer.alloc(31)])).rejects.toThrow(message);
  });

  test("is not made of fewer hashes than were asked for", async () => {
    await expect(rootOf(3, async () => [EMPTY_ROOT])).rejects.toThrow("the reader answered `1` hashes for 2 nodes");
  });
});

describe("an inclusion proof", () => {
  test("verifies for every leaf of every tree up to 70", async () => {
    for (let size = 1; size <= 70; size += 1) {
      for (let index = 0; index < size; index += 1) expect(verifyInclusion(await inclusionOf(size, index))).toBe(true);
    }
  });

  test("verifies, and with any byte changed does not", async () => {
    const property = fc.asyncProperty(aLeaf, aByte, async ({ size, index }, byte) => {
      const claim = await inclusionOf(size, index);
      expect(verifyInclusion(claim)).toBe(true);
      expect(verifyInclusion({ ...claim, leafHash: flipped(claim.leafHash, byte) })).toBe(false);
      expect(verifyInclusion({ ...claim, root: flipped(claim.root, byte) })).toBe(false);
      for (const place of claim.proof.keys()) {
        const proof = withChanged(claim.proof, place, (hash) => flipped(hash, byte));
        expect(verifyInclusion({ ...claim, proof })).toBe(false);
      }
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test("does not verify at any other index", async () => {
    const property = fc.asyncProperty(aLeaf, fc.nat({ max: 5_001 }), async ({ size, index }, other) => {
      const claim = await inclusionOf(size, index);
      expect(verifyInclusion({ ...claim, index: other })).toBe(other === index);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test("verifies at another size where the way to the leaf takes the same turns, and nowhere else", async () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let index = 0; index < size; index += 1) {
        const claim = await inclusionOf(size, index);
        const sizes = Array.from({ length: 70 - index }, (_, more) => index + 1 + more);
        const accepted = sizes.filter((other) => verifyInclusion({ ...claim, size: other }));
        expect(accepted).toEqual(sizes.filter((other) => turnsTo(other, index) === turnsTo(size, index)));
      }
    }
  });

  test("does not verify with a hash too many, too few, or out of order", async () => {
    const property = fc.asyncProperty(aLeaf, async ({ size, index }) => {
      const claim = await inclusionOf(size, index);
      const wrong = [
        [...claim.proof, EMPTY_ROOT],
        [EMPTY_ROOT, ...claim.proof],
        ...(claim.proof.length > 0 ? [claim.proof.slice(1), claim.proof.slice(0, -1)] : []),
        ...(claim.proof.length > 1 ? [claim.proof.toReversed()] : []),
      ];
      expect(wrong.filter((proof) => verifyInclusion({ ...claim, proof }))).toEqual([]);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test.for([
    ["an index that is the size", { index: 7 }],
    ["a negative index", { index: -1 }],
    ["an index that is not whole", { index: 2.5 }],
    ["an index that is no number", { index: Number.NaN }],
    ["no size", { size: 0 }],
    ["an endless size", { size: Number.POSITIVE_INFINITY }],
    ["a size that cannot be counted", { size: 2 ** 53 }],
    ["a short leaf hash", { leafHash: Buffer.alloc(31) }],
    ["a long root", { root: Buffer.alloc(33) }],
    ["a short hash in the proof", { proof: [Buffer.alloc(31), EMPTY_ROOT, EMPTY_ROOT] }],
  ] as const)("is false, not an error, with %s", async ([, change]) => {
    expect(verifyInclusion({ ...(await inclusionOf(7, 3)), ...change })).toBe(false);
  });

  test("verifies in trees far over 32 bits", async () => {
    const huge = uniformReader();
    const sizes = fc.bigInt({ min: 2n ** 31n, max: 2n ** 53n - 1n }).map(Number);
    const property = fc.asyncProperty(sizes, fc.double({ min: 0, max: 1, noNaN: true }), async (size, share) => {
      const index = Math.min(size - 1, Math.floor(share * size));
      const proof = await inclusionProof(size, index, huge);
      const root = await rootOf(size, huge);
      expect(verifyInclusion({ index, size, leafHash: leaves[0]!, proof, root })).toBe(true);
    });
    await fc.assert(property);
  });

  test.for([
    ["an index that is the size", 5, 5, "index `5` is not below the size `5`"],
    ["a negative index", 5, -1, "index `-1`"],
    ["an uncountable size", 2 ** 53, 0, "size `9007199254740992`"],
  ] as const)("is not made for %s", async ([, size, index, message]) => {
    await expect(inclusionProof(size, index, read)).rejects.toThrow(message);
  });
});

describe("a consistency proof", () => {
  test("verifies for every older size of every tree up to 70", async () => {
    for (let size = 0; size <= 70; size += 1) {
      for (let old = 0; old <= size; old += 1) expect(verifyConsistency(await consistencyOf(old, size))).toBe(true);
    }
  });

  test("verifies, and with any byte changed does not", async () => {
    const property = fc.asyncProperty(twoSizes, aByte, async ({ less, more }, byte) => {
      const claim = await consistencyOf(less, more);
      expect(verifyConsistency(claim)).toBe(true);
      expect(verifyConsistency({ ...claim, oldRoot: flipped(claim.oldRoot, byte) })).toBe(false);
      expect(verifyConsistency({ ...claim, root: flipped(claim.root, byte) })).toBe(false);
      for (const place of claim.proof.keys()) {
        const proof = withChanged(claim.proof, place, (hash) => flipped(hash, byte));
        expect(verifyConsistency({ ...claim, proof })).toBe(false);
      }
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test("does not verify with a hash too many or too few", async () => {
    for (let size = 1; size <= 40; size += 1) {
      for (let old = 0; old <= size; old += 1) {
        const claim = await consistencyOf(old, size);
        const longer = [
          [...claim.proof, EMPTY_ROOT],
          [EMPTY_ROOT, ...claim.proof],
        ];
        const shorter = claim.proof.length > 0 ? [claim.proof.slice(1), claim.proof.slice(0, -1)] : [];
        expect([...longer, ...shorter].filter((proof) => verifyConsistency({ ...claim, proof }))).toEqual([]);
      }
    }
  });

  test("does not verify for a history in which an old entry is another", async () => {
    const property = fc.asyncProperty(aLeaf, fc.nat({ max: 4_999 }), async ({ size, index }, place) => {
      const rewritten = leaves.slice(0, size);
      rewritten[place % (index + 1)] = EMPTY_ROOT;
      const [oldSize, root] = [index + 1, naiveRoot(rewritten)];
      const proof = await consistencyProof(oldSize, size, naiveReader(rewritten));
      expect(verifyConsistency({ oldSize, oldRoot: rootAt(oldSize), size, root, proof })).toBe(false);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test.for([
    ["an old size over the size", { oldSize: 8 }],
    ["a negative old size", { oldSize: -1 }],
    ["an old size that is not whole", { oldSize: 2.5 }],
    ["an uncountable size", { size: 2 ** 53 }],
    ["a size that is no number", { size: Number.NaN }],
    ["no proof", { proof: [] }],
    ["a short old root", { oldRoot: Buffer.alloc(31) }],
    ["a long root", { root: Buffer.alloc(33) }],
    ["a short hash in the proof", { proof: [Buffer.alloc(31), EMPTY_ROOT] }],
    ["another root than the empty one for the empty tree", { oldSize: 0, proof: [] }],
  ] as const)("is false, not an error, with %s", async ([, change]) => {
    expect(verifyConsistency({ ...(await consistencyOf(3, 7)), ...change })).toBe(false);
  });

  test("verifies in trees far over 32 bits", async () => {
    const huge = uniformReader();
    const sizes = fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }).map(Number);
    const property = fc.asyncProperty(sizes, sizes, async (one, other) => {
      const [oldSize, size] = [Math.min(one, other), Math.max(one, other)];
      const [oldRoot, root] = [await rootOf(oldSize, huge), await rootOf(size, huge)];
      const proof = await consistencyProof(oldSize, size, huge);
      expect(verifyConsistency({ oldSize, oldRoot, size, root, proof })).toBe(true);
    });
    await fc.assert(property);
  });

  test("is not made from a size to a smaller one", async () => {
    await expect(consistencyProof(6, 5, read)).rejects.toThrow("oldSize `6` is over the size `5`");
  });
});
