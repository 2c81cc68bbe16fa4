import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cosign, createCosigner } from "../../../proof/log/cosignature.ts";
import { parseNote } from "../../../proof/log/note.ts";
import { goTool } from "../../setup/go.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import { entriesOf, type LogFiles, logFiles, spoil, writeFiles } from "./log-folder.ts";

const go = await goTool();
const ORIGIN = "log.example/acme";
const logOf = (size: number) => logFiles(entriesOf(size), { origin: ORIGIN, seed: 1 });
let folder: string;

beforeEach(() => {
  folder = temporaryHome("go-log");
});
afterEach(() => removeHome(folder));

async function verified(files: LogFiles) {
  await writeFiles(folder, files);
  return go?.verifyLog(folder);
}

describe.skipIf(go === undefined)("Go's transparency log code (needs Go and its module)", () => {
  test.for([0, 1, 2, 255, 256, 257, 1_000, 66_000])("accepts our log of %i entries", async (size) => {
    const files = await logOf(size);
    const root = Buffer.from(files.get("checkpoint") ?? [])
      .toString()
      .split("\n")[2];
    expect(await verified(files)).toEqual({ ok: true, output: `ok ${size} ${root}` });
  });

  test.for([
    ["a changed entry", "tile/entries/001", /^error: root of the entries is /],
    ["a changed last entry", "tile/entries/002.p/88", /^error: root of the entries is /],
    ["a changed leaf tile", "tile/0/000", /^error: tile\/0\/000: not the hashes of the entries/],
    ["a changed tile above", "tile/1/000.p/2", /^error: tile\/1\/000\.p\/2: not the hashes/],
  ] as const)("refuses our log with %s", async ([, path, output]) => {
    await writeFiles(folder, await logOf(600));
    await spoil(join(folder, path));
    expect(await go?.verifyLog(folder)).toEqual({ ok: false, output: expect.stringMatching(output) });
  });

  test("refuses our log with a tile missing", async () => {
    await writeFiles(folder, await logOf(600));
    await rm(join(folder, "tile/0/002.p/88"));
    expect(await go?.verifyLog(folder)).toEqual({ ok: false, output: expect.stringContaining("tile/0/002.p/88") });
  });

  test("accepts a checkpoint that others cosigned, whose keys it does not know", async () => {
    const files = await logOf(3);
    const note = Buffer.from(files.get("checkpoint")!).toString();
    const cosigner = createCosigner("witness.example", Buffer.alloc(32, 3));
    files.set("checkpoint", Buffer.from(note + cosign(parseNote(note).text, cosigner, 1_790_000_000)));
    files.set("vkeys", Buffer.concat([files.get("vkeys")!, Buffer.from(`${cosigner.vkey}\n`)]));
    expect(await verified(files)).toMatchObject({ ok: true });
  });

  test("refuses a checkpoint that no given key signed", async () => {
    const [files, other] = [await logOf(3), await logFiles(entriesOf(3), { origin: ORIGIN, seed: 2 })];
    files.set("vkeys", other.get("vkeys")!);
    expect(await verified(files)).toEqual({
      ok: false,
      output: "error: checkpoint: note has no verifiable signatures",
    });
  });

  test("refuses a checkpoint whose text is not what was signed", async () => {
    const files = await logOf(3);
    const text = Buffer.from(files.get("checkpoint")!).toString().replace("\n3\n", "\n2\n");
    files.set("checkpoint", Buffer.from(text));
    expect(await verified(files)).toEqual({ ok: false, output: expect.stringContaining("invalid signature for key") });
  });

  test("refuses a checkpoint that only another name's key signed", async () => {
    const files = await logFiles(entriesOf(3), { origin: ORIGIN, seed: 1, keyName: "log.example/globex" });
    expect(await verified(files)).toEqual({ ok: false, output: `error: checkpoint: not signed by ${ORIGIN}` });
  });
});
