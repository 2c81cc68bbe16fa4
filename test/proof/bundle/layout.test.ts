import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobPath, bundleFileOf, logFolder, receiptPath } from "../../../proof/bundle/layout.ts";
import { DisclosureLine, readLine, writeLine } from "../../../proof/bundle/lines.ts";
import { BUNDLE_FORMAT, readManifest, writeManifest, type Manifest } from "../../../proof/bundle/manifest.ts";
import { entriesPath, tilePath } from "../../../proof/log/tile-path.ts";

const manifest: Manifest = {
  format: BUNDLE_FORMAT,
  company: "acme",
  reader: "acme",
  selection: { kind: "company" },
  exportedAt: "2026-12-01T09:00:00.000Z",
  durability: { fsync: "on", fullPageWrites: "on", synchronousCommit: "on" },
  attribution: { signingKeys: "platform" },
  logs: [],
};

describe("where a bundle's files stand", () => {
  test("every file of a bundle is known by its path", () => {
    const folder = logFolder("acme~globex");
    const tile = { level: 1, index: 1_234_067, width: 17 };
    expect(folder).toBe("logs/acme~globex");
    expect(bundleFileOf("manifest.json")).toEqual({ kind: "manifest" });
    expect(bundleFileOf(blobPath("0a".repeat(32)))).toEqual({ kind: "blob", digest: "0a".repeat(32) });
    expect(bundleFileOf(`${folder}/checkpoint`)).toEqual({ kind: "log", folder, file: { kind: "checkpoint" } });
    expect(bundleFileOf(`${folder}/${tilePath(tile)}`)).toEqual({ kind: "log", folder, file: { kind: "tile", tile } });
    expect(bundleFileOf(`${folder}/${entriesPath({ index: 3, width: 256 })}`)).toMatchObject({
      file: { kind: "entries" },
    });
    expect(bundleFileOf(receiptPath(folder, "dec_1/decision"))).toMatchObject({ file: { kind: "receipt" } });
  });

  test.for([
    "../evil",
    "/etc/passwd",
    "logs/../x/checkpoint",
    "logs/./checkpoint",
    "logs/a/b/checkpoint",
    "blobs/sha256/xyz",
    "",
  ])("`%s` is no part of a bundle", (path) => expect(bundleFileOf(path)).toBeUndefined());

  test("the folder of any log stays within the bundle", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (log) => {
        fc.pre(log.isWellFormed());
        const path = `${logFolder(log)}/checkpoint`;
        expect(path.split("/")).toHaveLength(3);
        expect(bundleFileOf(path)).toMatchObject({ kind: "log", folder: logFolder(log) });
      }),
    );
  });
});

describe("a bundle's manifest", () => {
  test("is read as it was written", () => expect(readManifest(writeManifest(manifest))).toEqual(manifest));

  test.for([
    ["another word", (text: string) => text.replace("acme", "acne"), "its digest is not that of its words"],
    ["a space", (text: string) => text.replace(":", ": "), "it is not canonical JSON"],
    ["a field that it does not have", (text: string) => text.replace("{", '{"a":1,'), /Unrecognized key/],
    ["another format", (text: string) => text.replace("bundle/1", "bundle/2"), /`format`/],
  ] as const)("with %s is refused", ([, change, why]) => {
    expect(() => readManifest(change(writeManifest(manifest)))).toThrow(why);
  });
});

describe("a line of a bundle", () => {
  const line = { log: "acme", seq: 3, disclosures: ["x"] };

  test("is read as it was written", () => {
    expect(readLine(DisclosureLine, writeLine(line).trimEnd())).toEqual(line);
  });

  test.for([`{"seq":3,"log":"acme","disclosures":["x"]}`, `{"disclosures":[],"log":"acme","seq":3}`, "{", ""])(
    "is refused in any other form: %s",
    (text) => expect(() => readLine(DisclosureLine, text)).toThrow(SyntaxError),
  );
});
