import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cosign, cosignatureVerifierOf, cosignedAt, createCosigner } from "../../../proof/log/cosignature.ts";
import { NoteError } from "../../../proof/log/note-error.ts";
import { createSigner, verifierOf } from "../../../proof/log/note-keys.ts";
import { decodeNote, openNote, signNote } from "../../../proof/log/note.ts";
import { flipped } from "./flip.ts";

/** Made by Go: golang.org/x/mod/sumdb/note v0.36.0 and github.com/transparency-dev/formats/note v0.1.1, from these seeds. */
const go = {
  logSeed: Buffer.alloc(32, 9),
  witnessSeed: Buffer.alloc(32, 7),
  logVkey: "audit.example/log+ce2b552c+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY",
  witnessVkey: "witness.example/w1+aa4a09d1+BOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs",
  text: "audit.example/log\n123\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\n",
  logLine:
    "— audit.example/log zitVLJf6R0+jOBTBOu5/6uSnv6Q24CEqrvJBMPkFSuB3/B90xWFav2PMSfHH9tThBB3/87yMpP0tJ8orF0XiczFRhgs=\n",
  witnessLine:
    "— witness.example/w1 qkoJ0QAAAABrAZxrVodh5XjcLnz2x7wCl5OYL4gtODiFsduCw0s7dHjRIKqob0uNN4r333aOeuXutKUB+W3MYfhPN7yQ8SGzP42pBw==\n",
  unixSeconds: 0x6b019c6b,
};
const witness = createCosigner("witness.example/w1", go.witnessSeed);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof NoteError) return error.code;
    throw error;
  }
  return "no fault";
}

describe("a cosignature is C2SP's cosignature/v1, byte for byte", () => {
  test("the verifier key and the line are what Go gives for the same seed and time", () => {
    expect(witness.vkey).toBe(go.witnessVkey);
    expect(cosign(go.text, witness, go.unixSeconds)).toBe(go.witnessLine);
  });

  test("the log's own line beside it is Go's too", () => {
    const log = createSigner("audit.example/log", go.logSeed);
    expect(signNote(go.text, [log])).toBe(`${go.text}\n${go.logLine}`);
  });

  test("a note opens with the keys of log and witness, and the time is read from the cosignature", () => {
    const verifiers = [verifierOf(go.logVkey), cosignatureVerifierOf(go.witnessVkey)];
    const { signatures } = openNote(`${go.text}\n${go.logLine}${go.witnessLine}`, verifiers);
    expect(signatures.map(({ name, signature }) => [name, cosignedAt(signature)])).toEqual([
      ["audit.example/log", undefined],
      ["witness.example/w1", go.unixSeconds],
    ]);
  });

  test("keys and times of real witnesses are read", () => {
    const vkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
    expect(cosignatureVerifierOf(vkey)).toMatchObject({ name: "remora.n621.de", keyId: "da77ade7" });
    const line =
      "ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==";
    expect(cosignedAt(Buffer.from(line, "base64").subarray(4))).toBe(1_727_964_367);
  });

  test("any time after 1970 is kept", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (unixSeconds) => {
        const note = `${go.text}\n${cosign(go.text, witness, unixSeconds)}`;
        const [signature] = openNote(note, [cosignatureVerifierOf(witness.vkey)]).signatures;
        expect(cosignedAt(signature!.signature)).toBe(unixSeconds);
      }),
    );
  });

  test("extension lines of a checkpoint are cosigned with it", () => {
    const line = cosign(`${go.text}extension\n`, witness, 1);
    const known = [cosignatureVerifierOf(witness.vkey)];
    expect(openNote(`${go.text}extension\n\n${line}`, known).signatures).toHaveLength(1);
    expect(codeOf(() => openNote(`${go.text}extensiom\n\n${line}`, known))).toBe("bad-signature");
    expect(codeOf(() => openNote(`${go.text}\n${line}`, known))).toBe("bad-signature");
  });
});

describe("what is no cosignature is refused", () => {
  const note = `${go.text}\n${go.witnessLine}`;
  const known = [cosignatureVerifierOf(go.witnessVkey)];

  test("a flipped bit anywhere, the time included", () => {
    fc.assert(
      fc.property(flipped(note), ({ bytes }) => {
        expect(["malformed", "bad-signature", "unsigned"]).toContain(codeOf(() => openNote(decodeNote(bytes), known)));
      }),
      { numRuns: 2_000 },
    );
  });

  test("a log's key does not verify what its owner cosigned, nor the other way round", () => {
    const asLog = createSigner("witness.example/w1", go.witnessSeed);
    expect(codeOf(() => openNote(note, [verifierOf(asLog.vkey)]))).toBe("unsigned");
    expect(codeOf(() => openNote(signNote(go.text, [asLog]), known))).toBe("unsigned");
    expect(codeOf(() => cosignatureVerifierOf(asLog.vkey))).toBe("bad-key");
  });

  test.for<[string, string, number, string]>([
    ["a text that is no checkpoint", "hello\n", 1, "not-a-checkpoint"],
    ["the time zero", go.text, 0, "malformed"],
    ["half a second", go.text, 1.5, "malformed"],
    ["milliseconds beyond 2^53", go.text, 2 ** 53, "malformed"],
  ])("%s is not cosigned", ([, text, unixSeconds, code]) => {
    expect(codeOf(() => cosign(text, witness, unixSeconds))).toBe(code);
  });

  test("a signature over a text that is no checkpoint does not count", () => {
    const { name, keyId } = witness;
    const forged = Buffer.concat([Buffer.from(keyId, "hex"), witness.signAt("hello\n", 1)]).toString("base64");
    expect(codeOf(() => openNote(`hello\n\n— ${name} ${forged}\n`, known))).toBe("bad-signature");
  });

  test("a time that no number holds is none", () => {
    expect(cosignedAt(Buffer.alloc(72, 0xff))).toBeUndefined();
    expect(cosignedAt(Buffer.alloc(64))).toBeUndefined();
  });
});
