import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCheckpoint } from "../../../proof/log/checkpoint.ts";
import { parseNote, signNote } from "../../../proof/log/note.ts";
import { formatAddCheckpoint } from "../../../proof/witness/add-checkpoint.ts";
import { judge, readKnownLogs, readSubmission, type Head, type Submission } from "../../../proof/witness/judge.ts";
import { flipped } from "../log/flip.ts";
import { growingLog, signerOf } from "./growing-log.ts";

const log = growingLog();
const { origin } = log;
const known = readKnownLogs([{ origin, vkey: log.vkey }]);
const bodyOf = (oldSize: number, size: number, of = log, proof = of.consistency(oldSize, size)) =>
  formatAddCheckpoint({ oldSize, proof, checkpoint: of.checkpoint(size) });
const headAt = (size: number): Head => ({ size, rootHash: log.root(size) });

function submission(body: string): Submission {
  const read = readSubmission(Buffer.from(body), known);
  if (read.kind !== "read") throw new Error(`not read: ${JSON.stringify(read)}`);
  return read.submission;
}

describe("who submits", () => {
  test("a checkpoint that its log signed is read, with the log's own line", () => {
    const { lines, checkpoint } = submission(bodyOf(3, 5));
    expect(checkpoint).toEqual({ origin, size: 5, rootHash: log.root(5) });
    expect(lines).toEqual(parseNote(log.checkpoint(5)).signatures.map(({ line }) => line));
  });

  test("while a log rotates its key, either signature is enough, and both are kept", () => {
    const next = signerOf("audit.example/next");
    const both = readKnownLogs([
      { origin, vkey: log.vkey },
      { origin, vkey: next.vkey },
    ]);
    const { text } = parseNote(log.checkpoint(5));
    const checkpoints = [[next], [signerOf(origin), next]].map((signers) => signNote(text, signers));
    const read = checkpoints.map((checkpoint) =>
      readSubmission(Buffer.from(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint })), both),
    );
    expect(read).toMatchObject([
      { kind: "read", submission: { lines: { length: 1 } } },
      { kind: "read", submission: { lines: { length: 2 } } },
    ]);
  });

  const bad = log.checkpoint(5).replace(log.root(5).toString("base64"), log.root(4).toString("base64"));
  test.for<[string, string, string]>([
    ["an empty body", "", "malformed"],
    ["a text that is no checkpoint", `old 0\n\n${signNote("hello\n", [signerOf(origin)])}`, "malformed"],
    ["a checkpoint without a signature", `old 0\n\n${parseNote(log.checkpoint(5)).text}\n`, "malformed"],
    ["an old size over the checkpoint's", bodyOf(0, 5).replace("old 0", "old 6"), "malformed"],
    ["a log that is not known", bodyOf(0, 5, growingLog("other.example/log")), "unknown-origin"],
    ["an unknown key", bodyOf(0, 5, growingLog(origin, Infinity, signerOf("else.example"))), "untrusted"],
    ["a trusted key's bad signature", `old 0\n\n${bad}`, "untrusted"],
    [
      "a trusted key's bad signature beside its good one",
      `old 0\n\n${log.checkpoint(5)}${log.checkpoint(4).split("\n\n")[1]}`,
      "untrusted",
    ],
  ])("%s is refused", ([, body, kind]) => expect(readSubmission(Buffer.from(body), known)).toMatchObject({ kind }));
});

describe("what is cosigned", () => {
  test("every step of a growing log, from nothing on, the same size again too", () => {
    for (let oldSize = 0; oldSize <= 17; oldSize += 1) {
      for (let size = oldSize; size <= 17; size += 1) {
        const head = oldSize === 0 ? undefined : headAt(oldSize);
        expect(judge(submission(bodyOf(oldSize, size)), head)).toEqual({ kind: "cosign" });
      }
    }
  });

  test("the empty tree, also after it was cosigned", () => {
    expect(judge(submission(bodyOf(0, 0)), undefined)).toEqual({ kind: "cosign" });
    expect(judge(submission(bodyOf(0, 0)), headAt(0))).toEqual({ kind: "cosign" });
    expect(judge(submission(bodyOf(0, 4)), headAt(0))).toEqual({ kind: "cosign" });
  });
});

describe("what is not", () => {
  const fork = growingLog(origin, 6);
  const emptyWithRoot = signNote(formatCheckpoint({ origin, size: 0, rootHash: log.root(1) }), [signerOf(origin)]);

  test.for<[string, string, Head | undefined, object]>([
    ["an older start", bodyOf(3, 9), headAt(8), { kind: "conflict", size: 8 }],
    ["a later start", bodyOf(8, 9), headAt(3), { kind: "conflict", size: 3 }],
    ["a start from nothing after a head", bodyOf(0, 9), headAt(3), { kind: "conflict", size: 3 }],
    ["a start from a head that is not known", bodyOf(3, 9), undefined, { kind: "conflict", size: 0 }],
    ["a smaller tree", bodyOf(3, 3), headAt(8), { kind: "conflict", size: 8 }],
    ["another root at the same size", bodyOf(8, 8, fork), headAt(8), { kind: "inconsistent" }],
    ["a fork that grew", bodyOf(8, 12, fork), headAt(8), { kind: "inconsistent" }],
    [
      "a fork with the honest log's proof",
      bodyOf(8, 12, fork, log.consistency(8, 12)),
      headAt(8),
      { kind: "inconsistent" },
    ],
    ["no proof", bodyOf(8, 12, log, []), headAt(8), { kind: "inconsistent" }],
    ["a proof from nothing", bodyOf(0, 8, log, [log.leaf(0)]), undefined, { kind: "inconsistent" }],
    ["a proof of the same size", bodyOf(8, 8, log, [log.leaf(0)]), headAt(8), { kind: "inconsistent" }],
    ["an empty tree with a root", `old 0\n\n${emptyWithRoot}`, undefined, { kind: "inconsistent" }],
  ])("%s", ([, body, head, verdict]) => expect(judge(submission(body), head)).toMatchObject(verdict));

  test("a fork at the same size is told as one", () => {
    expect(judge(submission(bodyOf(8, 8, fork)), headAt(8))).toMatchObject({
      reason: "size 8 has another root than the one known here: the log has forked",
    });
  });

  test("a request with a flipped bit anywhere", () => {
    fc.assert(
      fc.property(flipped(bodyOf(7, 13)), ({ bytes }) => {
        const read = readSubmission(bytes, known);
        const verdict = read.kind === "read" ? judge(read.submission, headAt(7)) : read;
        expect(["malformed", "untrusted", "unknown-origin", "conflict", "inconsistent"]).toContain(verdict.kind);
      }),
      { numRuns: 3_000 },
    );
  });
});
