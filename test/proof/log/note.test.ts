import { createPublicKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NoteError } from "../../../proof/log/note-error.ts";
import { createSigner, formatVkey, signatureTypes, verifierOf } from "../../../proof/log/note-keys.ts";
import { decodeNote, openNote, parseNote, signNote } from "../../../proof/log/note.ts";
import { flipped } from "./flip.ts";

/** Example keys and notes of Go's package golang.org/x/mod/sumdb/note, and of c2sp.org/signed-note. */
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const peter = {
  vkey: "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
  line: "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
};
const enoch = {
  vkey: "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop",
  line: "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n",
};
const goSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const note = `${text}\n${peter.line}`;

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof NoteError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no fault";
}

describe("notes and keys are Go's and C2SP's, byte for byte", () => {
  const seed = Buffer.from(goSecret.split("+").slice(4).join("+"), "base64").subarray(1);

  test("a seed gives the key id, the verifier key and the signed note that Go gives", () => {
    const signer = createSigner("PeterNeumann", seed);
    expect({ keyId: signer.keyId, vkey: signer.vkey, note: signNote(text, [signer]) }).toEqual({
      keyId: "c74f20a3",
      vkey: peter.vkey,
      note,
    });
  });

  test("a PKCS 8 PEM of the same key signs the same", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const [fromSeed, fromPem] = [raw, pem].map((key) => createSigner("a", key));
    expect(fromPem?.vkey).toBe(fromSeed?.vkey);
    expect(fromPem?.sign(text)).toEqual(fromSeed?.sign(text));
    expect(formatVkey("a", signatureTypes.ed25519, createPublicKey(pem))).toBe(fromPem?.vkey);
  });

  test("the example of c2sp.org/signed-note opens", () => {
    const example =
      "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    expect(openNote(example, [verifierOf(vkey)]).text).toBe("This is an example message.\n");
  });

  test("of two signers both are verified when both are known, in the order of the note", () => {
    const opened = openNote(note + enoch.line, [verifierOf(enoch.vkey), verifierOf(peter.vkey)]);
    expect(opened.signatures.map(({ name, keyId }) => [name, keyId])).toEqual([
      ["PeterNeumann", "c74f20a3"],
      ["EnochRoot", "af0cfe78"],
    ]);
  });

  test("a signature of an unknown key is left aside", () => {
    const { signatures, unverified } = openNote(note + enoch.line, [verifierOf(enoch.vkey)]);
    expect(signatures.map(({ vkey }) => vkey)).toEqual([enoch.vkey]);
    expect(unverified.map(({ line }) => `${line}\n`)).toEqual([peter.line]);
  });
});

describe("a note that may not be relied on is refused, with the reason", () => {
  const known = [verifierOf(peter.vkey)];

  test.for<[string, string, string]>([
    ["a text alone", text, "malformed: no blank line"],
    ["no signature", `${text}\n`, "malformed: no signature follows"],
    ["a last line without its newline", note.slice(0, -1), "malformed: the last signature line does not end"],
    ["a control character", `\x01${note}`, "malformed: character 1 is a control character"],
    ["a carriage return", note.replace("\n", "\r\n"), "malformed: character 57 is a control character"],
    ["a lone surrogate", `\ud800${note}`, "malformed: a note is UTF-8"],
    ["a name with a space", `${text}\n${peter.line.replace("Peter", "Peter ")}`, "malformed: signature line 1 is not"],
    [
      "a name with a plus",
      `${text}\n${peter.line.replace("Peter", "Peter+")}`,
      "malformed: signature line 1 has no key",
    ],
    ["an empty name", `${text}\n—  AAAAAAA=\n`, "malformed: signature line 1 has no key"],
    ["a line that is no signature", `${note}Unexpected line.\n`, "malformed: signature line 2 does not start"],
    [
      "a hyphen for the em dash",
      `${text}\n${peter.line.replace("—", "-")}`,
      "malformed: signature line 1 does not start",
    ],
    [
      "a signature that is no base64",
      `${text}\n— a !!!\n`,
      "malformed: signature line 1 holds a signature that is not",
    ],
    ["base64 with stray bits", `${text}\n— a AAAAAAB=\n`, "malformed: signature line 1 holds a signature that is not"],
    ["a key id alone", `${text}\n— a AAAAAA==\n`, "malformed: signature line 1 holds 4 bytes"],
    ["101 signatures", `${text}\n${peter.line.repeat(101)}`, "too-many-signatures: 101 signatures; at most 100"],
    ["another text", note.replace("don't", "do"), "bad-signature: the signature of `PeterNeumann` (key c74f20a3)"],
    ["no known key's signature", `${text}\n${enoch.line}`, "unsigned: no known key signed this note"],
    ["a known name with another id", `${text}\n${enoch.line.replace("EnochRoot", "PeterNeumann")}`, "unsigned"],
    ["a bad signature after a good one", note + peter.line.replace("x08go/ZJ", "x08go/ZK"), "bad-signature"],
  ])("%s", ([, given, reason]) => expect(faultOf(() => openNote(given, known))).toContain(reason));

  test("100 signatures are read", () => {
    expect(openNote(`${text}\n${peter.line.repeat(100)}`, known).signatures).toHaveLength(100);
  });

  test("bytes that are no UTF-8 are no note", () => {
    expect(faultOf(() => decodeNote(Buffer.from([0xff, 0x0a])))).toContain("malformed: a note is UTF-8");
    expect(decodeNote(Buffer.from(`\ufeff${text}`))).toBe(`\ufeff${text}`);
  });

  test("a flipped bit anywhere is refused", () => {
    fc.assert(
      fc.property(flipped(note), ({ bytes }) => {
        expect(faultOf(() => openNote(decodeNote(bytes), known))).toMatch(/^(malformed|bad-signature|unsigned): /);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("what is signed can be opened", () => {
  const names = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
    .filter((name) => !/[\p{White_Space}+\p{Cc}]/u.test(name) && name.isWellFormed());
  const lines = fc.array(fc.string({ unit: "grapheme", maxLength: 40 }).filter((line) => !/\p{Cc}/u.test(line)));

  test("any text of lines, empty ones too, under any allowed names", () => {
    fc.assert(
      fc.property(fc.uniqueArray(names, { minLength: 1, maxLength: 5 }), lines, (given, body) => {
        const whole = [...body, ""].join("\n") || "\n";
        const signers = given.map((name, at) => createSigner(name, Buffer.alloc(32, at + 1)));
        const opened = openNote(
          signNote(whole, signers),
          signers.map(({ vkey }) => verifierOf(vkey)),
        );
        expect(opened.text).toBe(whole);
        expect(opened.signatures.map(({ name }) => name)).toEqual(given);
      }),
    );
  });

  test.for<[string, string, string]>([
    ["without its last newline", "text", "malformed: a note's text ends with a newline"],
    ["empty", "", "malformed: a note's text ends with a newline"],
    ["with a tab", "a\tb\n", "malformed: character 2 is a control character"],
  ])("a text %s is not signed", ([, given, reason]) => {
    expect(faultOf(() => signNote(given, [createSigner("a", Buffer.alloc(32, 1))]))).toContain(reason);
  });

  test("a note without a blank line of its own parses into what it was made of", () => {
    expect(parseNote(note)).toMatchObject({ text, signatures: [{ name: "PeterNeumann", keyId: "c74f20a3" }] });
  });
});

describe("a key that cannot be used is refused, with the reason", () => {
  const [name, id, key] = ["PeterNeumann", "c74f20a3", peter.vkey.split("+").slice(2).join("+")];
  test.for<[string, string, string]>([
    ["nothing", "", "is not `<name>+<8 hex digits>+<base64>`"],
    ["two parts", `${name}+${id}`, "is not `<name>+"],
    ["an id in capitals", `${name}+C74F20A3+${key}`, "is not `<name>+"],
    ["another id", `${name}+00000000+${key}`, "has the id `c74f20a3`, not `00000000`"],
    ["another name", `Peter+${id}+${key}`, "has the id"],
    ["a name with a space", `Peter Neumann+${id}+${key}`, "without spaces"],
    ["no base64", `${name}+${id}+?`, "not base64"],
    ["a short key", `${name}+${id}+AQEB`, "holds 2 bytes of a key, not 32"],
    ["a cosigner's key", "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", "type 0x04, not 0x01"],
  ])("%s", ([, vkey, reason]) => {
    const told = faultOf(() => verifierOf(vkey));
    expect(told).toContain("bad-key: ");
    expect(told).toContain(reason);
  });

  test.for<[string, string, string | Buffer, string]>([
    ["an empty name", "", Buffer.alloc(32, 1), "key name"],
    ["a name with a plus", "a+b", Buffer.alloc(32, 1), "key name `a+b`"],
    ["a name with a newline", "a\nb", Buffer.alloc(32, 1), "key name"],
    ["a short seed", "a", Buffer.alloc(31, 1), "a seed has 32 bytes, not 31"],
    ["no PEM", "a", "secret words", "the private key is not a PKCS 8 PEM"],
    [
      "a key of another kind",
      "a",
      generateKeyPairSync("x25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      "not Ed25519",
    ],
  ])("%s makes no signer, and no secret is repeated", ([, given, secret, reason]) => {
    const told = faultOf(() => createSigner(given, secret));
    expect(told).toContain(reason);
    expect(told).not.toContain("secret words");
  });
});
