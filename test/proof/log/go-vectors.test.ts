import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSigner } from "../../../proof/log/note-keys.ts";
import { signNote } from "../../../proof/log/note.ts";
import { consistencyProof, inclusionProof, rootOf } from "../../../proof/log/proof.ts";
import { verifyConsistency, verifyInclusion } from "../../../audit/tree-proof.ts";
import { tileReader } from "../../../proof/log/tiles.ts";
import { Frontier, leafHash } from "../../../audit/tree.ts";
import { goTool } from "../../setup/go.ts";
import vectors from "./go-vectors.json" with { type: "json" };
import { entriesOf, growFiles, type LogFiles, tilesIn } from "./log-folder.ts";

const go = await goTool();
const bytes = (base64: string) => Buffer.from(base64, "base64");
const text = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString("base64"));

describe.for(vectors.trees)("the tree of $size entries that Go makes", ({ size, root, ...made }) => {
  const entries = entriesOf(size);
  const files: LogFiles = new Map();
  const read = tileReader(size, tilesIn(files));

  test("has the same tiles and bundles", async () => {
    await growFiles(files, 0, entries);
    const ours = [...files].map(([path, data]) => ({ path, sha256: createHash("sha256").update(data).digest("hex") }));
    expect(ours).toEqual(made.files);
  });

  test("has the same root", async () => {
    const tree = new Frontier();
    for (const entry of entries) tree.append(leafHash(entry));
    expect(text([tree.root(), await rootOf(size, read)])).toEqual([root, root]);
  });

  test("has the same inclusion proofs, which verify", async () => {
    for (const { index, proof, leafHash: leaf } of made.inclusion) {
      expect(text(await inclusionProof(size, index, read))).toEqual(proof);
      const claim = { index, size, leafHash: bytes(leaf), proof: proof.map(bytes), root: bytes(root) };
      expect(verifyInclusion(claim)).toBe(true);
    }
  });

  test("has the same consistency proofs, which verify", async () => {
    for (const { oldSize, oldRoot, proof } of made.consistency) {
      expect(text(await consistencyProof(oldSize, size, read))).toEqual(proof);
      const claim = { oldSize, oldRoot: bytes(oldRoot), size, root: bytes(root), proof: proof.map(bytes) };
      expect(verifyConsistency(claim)).toBe(true);
    }
  });
});

test("the note that Go signs with a seed is the note we sign with it", () => {
  const { name, seedHex, vkey, signed } = vectors.note;
  const signer = createSigner(name, Buffer.from(seedHex, "hex"));
  expect({ vkey: signer.vkey, signed: signNote(vectors.note.text, [signer]) }).toEqual({ vkey, signed });
});

test.skipIf(go === undefined)("the vectors are what Go makes of them today (needs Go and its module)", async () => {
  expect(JSON.parse((await go?.vectors()) ?? "")).toEqual(vectors);
});
