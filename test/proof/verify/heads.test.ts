import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cosign, createCosigner } from "../../../proof/log/cosignature.ts";
import { createSigner } from "../../../proof/log/note-keys.ts";
import { parseNote, signatureLine } from "../../../proof/log/note.ts";
import {
  exported,
  givenGovernedCases,
  givenHeads,
  ours,
  SEEN,
  theirs,
  vkeyOf,
  JOINT_LOG,
  type BundleFiles,
} from "../../fixtures/governed-log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { rewritten } from "./rewritten.ts";
import { changed, foundBy, lines, summary, verified } from "./verified.ts";

const CHECKPOINT = "logs/acme/checkpoint";
const WITNESSES = "logs/acme/witness-vkeys";
let database: TestDatabase;
let files: BundleFiles;

beforeAll(async () => {
  database = await testDatabase();
  await givenGovernedCases(database.pool);
  await givenHeads(database.pool);
  files = await exported(database.pool);
});
afterAll(() => database.drop());

const swapLine = (bytes: Buffer, by: string, line: string) =>
  bytes
    .toString()
    .split("\n")
    .map((one) => (one.startsWith(`— ${by} `) ? line.trimEnd() : one))
    .join("\n");
const textOf = (bytes: Buffer) => parseNote(bytes.toString()).text;

describe("a bundle as it was exported", () => {
  test("passes every check, and says that its keys are its own", async () => {
    const verification = await verified(files);
    expect(verification.findings).toEqual([]);
    expect(summary(verification)).toEqual({ outcome: "pass", checks: [] });
    expect(verification.anchored).toBe(false);
  });

  test("is anchored by the keys that the reader has from elsewhere", async () => {
    const verification = await verified(files, { vkeys: [vkeyOf("acme"), vkeyOf(JOINT_LOG)] });
    expect(verification).toMatchObject({ outcome: "pass", anchored: true });
  });
});

describe("check 1, note signatures", () => {
  test("a head that another key signed is refused once the reader knows the key", async () => {
    const mallory = createSigner("mandate.local/acme", Buffer.alloc(32, 66));
    const forged = await rewritten(files, (all) => all, { signer: mallory });
    expect(summary(await verified(forged))).toEqual({ outcome: "pass", checks: [] });
    const verification = await verified(forged, { vkeys: [vkeyOf("acme"), vkeyOf(JOINT_LOG)] });
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 1)).toMatchObject([
      { log: "acme", what: "logs/acme/checkpoint: no key that you gave signed it" },
    ]);
  });

  test("a head that is signed by a key of another name is refused", async () => {
    const other = createSigner("mandate.local/other", Buffer.alloc(32, 66));
    const verification = await verified(await rewritten(files, (all) => all, { signer: other }));
    expect(foundBy(verification, 1)).toMatchObject([{ what: "logs/acme/checkpoint: no key of the log signed it" }]);
  });

  test.for([
    ["the head's size", CHECKPOINT, (bytes: Buffer) => bytes.toString().replace(/\n\d+\n/, "\n7\n")],
    ["the log's key", "logs/acme/vkeys", (bytes: Buffer) => bytes.toString().replace("+", "+0")],
    ["an empty list of keys", "logs/acme/vkeys", () => ""],
    ["no list of keys", "logs/acme/vkeys", () => undefined],
    ["no head", CHECKPOINT, () => undefined],
    ["the other log's head", CHECKPOINT, () => files.get(`logs/${JOINT_LOG}/checkpoint`)?.toString()],
  ] as const)("%s is found", async ([, path, change]) => {
    const verification = await verified(changed(files, { [path]: change }));
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 1)[0]).toMatchObject({ kind: "tampered", log: "acme" });
  });

  test("a cosignature at a time beyond all dates is told, and breaks nothing", async () => {
    const never = createCosigner("never.example", Buffer.alloc(32, 10));
    const late = changed(files, {
      [CHECKPOINT]: (bytes) => bytes.toString() + cosign(textOf(bytes), never, Number.MAX_SAFE_INTEGER),
      [WITNESSES]: (bytes) => `${bytes.toString()}${never.vkey}\n`,
    });
    const { logs } = await verified(late);
    expect(logs[1]?.cosigned.at(-1)?.at).toBe("+275760-09-13T00:00:00.000Z");
  });
});

describe("check 2, cosignature quorum", () => {
  test.for([
    ["log-only", 0],
    ["any", 1],
    ["both", 2],
  ] as const)("policy %s asks for %i of the two companies on their joint log", async ([policy, least]) => {
    const cosigners = [[], [ours], [ours, theirs]];
    const path = `logs/${JOINT_LOG}/checkpoint`;
    for (const [count, by] of cosigners.entries()) {
      const kept = changed(files, {
        [path]: (bytes) => {
          const [, ...signed] = parseNote(bytes.toString()).signatures;
          const dropped = signed.filter(({ name }) => !by.some((one) => one.name === name));
          return lines((all) => all.filter((line) => !dropped.some((one) => one.line === line)))(bytes);
        },
      });
      const found = foundBy(await verified(kept, { policy }), 2);
      expect(found.length, `${count} cosigned`).toBe(count < least ? 1 : 0);
    }
  });

  test("a forged cosignature is named", async () => {
    const forged = changed(files, {
      [CHECKPOINT]: (bytes) =>
        swapLine(bytes, theirs.name, signatureLine(theirs.name, theirs.keyId, Buffer.alloc(72, 1))),
    });
    const verification = await verified(forged);
    expect(summary(verification)).toMatchObject({ outcome: "tampered" });
    expect(foundBy(verification, 2)[0]?.what).toContain("`globex.example/w1`");
  });

  test("a cosignature whose time was set back is named", async () => {
    const backdated = changed(files, {
      [CHECKPOINT]: (bytes) => {
        const honest = cosign(textOf(bytes), theirs, SEEN).split(" ")[2] ?? "";
        const raw = Buffer.from(honest, "base64").subarray(4);
        raw.writeBigUInt64BE(BigInt(SEEN - 86_400));
        return swapLine(bytes, theirs.name, signatureLine(theirs.name, theirs.keyId, raw));
      },
    });
    expect(foundBy(await verified(backdated), 2)[0]?.what).toContain("does not verify");
  });

  test("a cosigner that nobody listed is named, and a witness that the reader pins counts alone", async () => {
    const stranger = createCosigner("stranger.example", Buffer.alloc(32, 9));
    const more = changed(files, { [CHECKPOINT]: (bytes) => bytes.toString() + cosign(textOf(bytes), stranger, SEEN) });
    expect(foundBy(await verified(more), 2)[0]?.what).toContain("a key that is not listed");
    const pinned = await verified(files, { vkeys: [stranger.vkey], policy: "any" });
    expect(foundBy(pinned, 2).map(({ log }) => log)).toEqual([JOINT_LOG, "acme"]);
  });

  test("one key under two names does not count twice", async () => {
    const twin = createCosigner("twin.example", Buffer.alloc(32, 7));
    const doubled = changed(files, {
      [CHECKPOINT]: (bytes) => bytes.toString() + cosign(textOf(bytes), twin, SEEN),
      [WITNESSES]: (bytes) => `${bytes.toString()}${twin.vkey}\n`,
    });
    expect(foundBy(await verified(doubled), 2)[0]?.what).toContain("has a key that is there already");
  });
});
