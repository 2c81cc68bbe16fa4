import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCheckpoint } from "../../../proof/log/checkpoint.ts";
import { cosign, createCosigner } from "../../../proof/log/cosignature.ts";
import { formatLogProof, parseLogProof, verifyLogProof } from "../../../proof/log/log-proof.ts";
import { decodeNote, parseNote } from "../../../proof/log/note.ts";
import { growingLog, signerOf } from "../witness/growing-log.ts";
import { flipped } from "./flip.ts";

const log = growingLog();
const witnesses = ["witness.example/w1", "witness.example/w2", "witness.example/w3"].map((name, at) =>
  createCosigner(name, Buffer.alloc(32, at + 1)),
);
const policy = { log: log.vkey, witnesses: witnesses.map(({ vkey }) => vkey), quorum: 2 };
const [size, index] = [11, 6];

/** A proof of entry 6 of 11, cosigned by the first two witnesses at the seconds 1,001 and 1,002. */
function proofText(by = witnesses.slice(0, 2), checkpoint = log.checkpoint(size)): string {
  const { text } = parseNote(checkpoint);
  const lines = by.map((witness, at) => cosign(text, witness, 1_001 + at));
  return formatLogProof({ index, proof: log.inclusion(index, size), checkpoint: checkpoint + lines.join("") });
}

function faultOf(text: string, changed = {}, leaf = log.leaf(index)): string {
  const outcome = verifyLogProof(text, leaf, { ...policy, ...changed });
  return outcome.kind === "refused" ? `${outcome.fault}: ${outcome.reason}` : "proved";
}

describe("a log proof is c2sp.org/tlog-proof@v1", () => {
  test("header, index, hashes, a blank line, the checkpoint as it is", () => {
    const checkpoint = log.checkpoint(3);
    const [a, b] = log.inclusion(0, 3).map((hash) => hash.toString("base64"));
    expect(formatLogProof({ index: 0, proof: log.inclusion(0, 3), checkpoint })).toBe(
      `c2sp.org/tlog-proof@v1\nindex 0\n${a}\n${b}\n\n${checkpoint}`,
    );
  });

  test("extra data stands before the index", () => {
    const given = { index: 0, proof: [], checkpoint: log.checkpoint(1), extra: Buffer.from("extra information") };
    const text = formatLogProof(given);
    expect(text).toMatch(/^c2sp.org\/tlog-proof@v1\nextra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 0\n\naudit.example/);
    expect(parseLogProof(text)).toEqual(given);
  });

  test("every entry of every tree up to 20 is proved, and is read as it was written", () => {
    for (let of = 1; of <= 20; of += 1) {
      for (let at = 0; at < of; at += 1) {
        const given = { index: at, proof: log.inclusion(at, of), checkpoint: log.checkpoint(of) };
        const text = formatLogProof(given);
        expect(parseLogProof(text)).toEqual(given);
        expect(verifyLogProof(text, log.leaf(at), { log: log.vkey, witnesses: [], quorum: 0 })).toEqual({
          kind: "proved",
          index: at,
          checkpoint: parseCheckpoint(parseNote(given.checkpoint).text),
          witnesses: [],
        });
      }
    }
  });

  test("who cosigned and when is answered, in the policy's order", () => {
    expect(verifyLogProof(proofText([witnesses[2]!, witnesses[0]!]), log.leaf(index), policy)).toMatchObject({
      kind: "proved",
      index,
      witnesses: [
        { name: "witness.example/w1", vkey: witnesses[0]!.vkey, unixSeconds: 1_002 },
        { name: "witness.example/w3", vkey: witnesses[2]!.vkey, unixSeconds: 1_001 },
      ],
    });
  });
});

describe("what is not proved is refused, with the reason", () => {
  const good = proofText();
  const hash = Buffer.alloc(32).toString("base64");
  const stranger = growingLog("other.example/log");

  test.for<[string, string, string]>([
    ["nothing", "", "malformed: not a log proof: no blank line"],
    ["another header", good.replace("@v1", "@v2"), "malformed: not a log proof: line 1"],
    ["no index", good.replace(/index \d+\n/, ""), "malformed: not a log proof: `"],
    ["an index with a zero before it", good.replace("index 6", "index 06"), "malformed: not a log proof: `index 06`"],
    ["a negative index", good.replace("index 6", "index -6"), "malformed"],
    ["a hash that is none", good.replace(/(index 6\n).+/, "$1AAAA"), "malformed: not a log proof: `AAAA`"],
    [
      "64 hashes",
      good.replace("index 6\n", `index 6\n${`${hash}\n`.repeat(64)}`),
      "malformed: not a log proof: 68 hashes",
    ],
    [
      "extra data that is no base64",
      good.replace("index 6", "extra ?\nindex 6"),
      "malformed: not a log proof: the extra",
    ],
    ["no checkpoint", good.slice(0, good.indexOf("\n\n") + 2), "malformed: no blank line"],
    ["a checkpoint without a signature", good.slice(0, good.indexOf("—")), "malformed: no signature"],
    ["a lone surrogate", `${good}\ud800`, "malformed: a note is UTF-8"],
    ["another index", good.replace("index 6", "index 7"), "inclusion: the leaf is not proved to be entry 7 of 11"],
    ["an index beyond the tree", good.replace("index 6", "index 11"), "inclusion: the leaf is not proved"],
    ["one hash more", good.replace("\n\n", `\n${hash}\n\n`), "inclusion"],
    ["one hash less", good.replace(/(index 6\n).+\n/, "$1"), "inclusion"],
    ["one cosignature of two", proofText(witnesses.slice(0, 1)), "quorum: 1 known witnesses cosigned; 2 are needed"],
    [
      "one witness cosigning twice",
      proofText([witnesses[0]!, witnesses[0]!]),
      "quorum: 1 known witnesses cosigned; 2 are needed",
    ],
    ["another log's checkpoint", proofText(undefined, stranger.checkpoint(size)), "signature: the log's key"],
    [
      "another origin under the log's key",
      proofText(undefined, growingLog("other.example/log", Infinity, signerOf(log.origin)).checkpoint(size)),
      "origin: the checkpoint is of `other.example/log`, not `audit.example/log`",
    ],
    [
      "another root",
      good.replace(log.root(size).toString("base64"), hash),
      "signature: the signature of `audit.example/",
    ],
  ])("%s", ([, text, reason]) => expect(faultOf(text)).toContain(reason));

  test("another leaf, and bytes that are no hash", () => {
    expect(faultOf(good, {}, log.leaf(5))).toContain("inclusion");
    expect(faultOf(good, {}, Buffer.alloc(31))).toContain("inclusion");
  });

  test.for<[string, object, string]>([
    ["a log key of the wrong type", { log: witnesses[0]!.vkey }, "has signature type 0x04, not 0x01"],
    ["a witness key of the wrong type", { witnesses: [log.vkey] }, "has signature type 0x01, not 0x04"],
    ["a quorum that cannot be met", { quorum: 4 }, "a quorum of `4` cannot be met: 3 witnesses are known"],
    ["half a witness", { quorum: 0.5 }, "a quorum of `0.5`"],
    [
      "one key under two names",
      { witnesses: [witnesses[0]!.vkey, createCosigner("another.example", Buffer.alloc(32, 1)).vkey] },
      "witness `another.example` has a key that is there already",
    ],
  ])("a policy with %s proves nothing", ([, changed, reason]) => {
    expect(faultOf(good, changed)).toContain(`policy: `);
    expect(faultOf(good, changed)).toContain(reason);
  });

  test("a flipped bit anywhere", () => {
    fc.assert(
      fc.property(flipped(good), ({ bytes }) => {
        let text: string;
        try {
          text = decodeNote(bytes);
        } catch {
          return;
        }
        expect(faultOf(text)).toMatch(/^(malformed|signature|origin|quorum|inclusion): /);
      }),
      { numRuns: 3_000 },
    );
  });

  test("never by an exception, whatever is given", () => {
    const pieces = fc.constantFrom("c2sp.org/tlog-proof@v1", "extra AA==", "index 6", hash, "", ...good.split("\n"));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((lines) => lines.join("\n")),
        ),
        (text) => {
          expect(verifyLogProof(text, log.leaf(index), policy).kind).toBe("refused");
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
