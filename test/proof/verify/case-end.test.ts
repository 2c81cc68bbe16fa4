import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCaseHead, writeCaseHead } from "../../../proof/bundle/case-head.ts";
import { EntryLine, readLine } from "../../../proof/bundle/lines.ts";
import { receiptPath } from "../../../proof/bundle/layout.ts";
import { verifierOf } from "../../../proof/log/note-keys.ts";
import { readManifest, writeManifest } from "../../../proof/bundle/manifest.ts";
import type { Envelope } from "../../../domain/audit-record.ts";
import {
  exported,
  givenBundle,
  JOINT_LOG,
  testKeys,
  vkeyOf,
  type BundleFiles,
  type GovernedCases,
} from "../../fixtures/governed-log.ts";
import type { TestDatabase } from "../../setup/database.ts";
import { changed, foundBy, summary, verified } from "./verified.ts";

const FOLDER = "logs/acme";
const HEAD = `${FOLDER}/case-head`;
let database: TestDatabase;
let cases: GovernedCases;
let files: BundleFiles;

beforeAll(async () => {
  ({ database, cases } = await givenBundle());
  files = await exported(database.pool, { kind: "case", case: cases.approved });
});
afterAll(() => database.drop());

/** The bundle without the last `count` records of its case: entries, receipts, disclosures, and the manifest made anew. */
function cut(count: number): BundleFiles {
  const lines = (files.get(`${FOLDER}/entries.jsonl`)?.toString() ?? "").trimEnd().split("\n");
  const gone = lines.slice(-count).map((line) => readLine(EntryLine, line));
  const copy = new Map(files);
  for (const { envelope } of gone) copy.delete(receiptPath(FOLDER, (JSON.parse(envelope) as Envelope).key));
  copy.set(`${FOLDER}/entries.jsonl`, Buffer.from(`${lines.slice(0, -count).join("\n")}\n`));
  const told = (files.get("disclosures.jsonl")?.toString() ?? "").trimEnd().split("\n");
  const kept = told.filter((line) => !gone.some(({ seq }) => line.endsWith(`"log":"acme","seq":${seq}}`)));
  copy.set("disclosures.jsonl", Buffer.from(`${kept.join("\n")}\n`));
  const manifest = readManifest(files.get("manifest.json")?.toString() ?? "");
  const logs = manifest.logs.map((log) => (log.log === "acme" ? { ...log, entries: log.entries - count } : log));
  copy.set("manifest.json", Buffer.from(writeManifest({ ...manifest, logs })));
  return copy;
}

const signer = testKeys.signerOf("mandate.local/acme");
const headOf = () => openCaseHead(files.get(HEAD)?.toString() ?? "", [verifierOf(signer.vkey)]);

describe("check 7 at the end of a case that was taken out of its log", () => {
  test("as it was exported it passes: the log's key says how many records there are", async () => {
    expect(summary(await verified(files))).toEqual({ outcome: "pass", checks: [] });
    expect(headOf()).toMatchObject({ origin: "mandate.local/acme", caseId: cases.approved });
  });

  test.for([1, 2, 3])("the last %i records left out, with everything about them, are missed", async (count) => {
    const { records } = headOf();
    const verification = await verified(cut(count));
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 7)).toMatchObject([
      {
        case: cases.approved,
        what: `the case had ${records} records under this checkpoint, and ${records - count} are here`,
      },
    ]);
  });

  test("without the log's word the end is not proved, and that is said", async () => {
    for (const bundle of [files, cut(1)]) {
      const verification = await verified(changed(bundle, { [HEAD]: () => undefined }));
      expect(verification.outcome).toBe("incomplete");
      expect(foundBy(verification, 7)).toMatchObject([
        { kind: "incomplete", what: expect.stringMatching(/^the end of the case is not proved: /) as string },
      ]);
    }
  });

  const forgeries = {
    "that another key signed": () =>
      writeCaseHead({ ...headOf(), records: headOf().records - 1 }, testKeys.signerOf("x/acme")),
    "of another checkpoint": () => writeCaseHead({ ...headOf(), size: headOf().size - 1 }, signer),
    "of another case": () => writeCaseHead({ ...headOf(), caseId: cases.blocked }, signer),
    "whose number was changed": () => (files.get(HEAD)?.toString() ?? "").replace(/"records":\d+/, '"records":1'),
    "that is the checkpoint itself": () => files.get(`${FOLDER}/checkpoint`)?.toString() ?? "",
  };
  test.for(Object.entries(forgeries))("a word %s counts for nothing", async ([, forge]) => {
    const verification = await verified(changed(cut(1), { [HEAD]: () => forge() }));
    expect(verification.outcome).toBe("tampered");
    expect(foundBy(verification, 7)).toHaveLength(1);
  });

  test("a whole log needs no such word, and may hold none", async () => {
    const whole = await exported(database.pool);
    const planted = new Map(whole).set(HEAD, files.get(HEAD) ?? Buffer.alloc(0));
    expect(summary(await verified(whole))).toEqual({ outcome: "pass", checks: [] });
    expect(summary(await verified(planted))).toEqual({ outcome: "tampered", checks: [0] });
  });
});

test("a key that the reader knows and whose log is not in the bundle is a finding", async () => {
  const verification = await verified(files, { vkeys: [vkeyOf("acme"), vkeyOf(JOINT_LOG)] });
  expect(verification.outcome).toBe("incomplete");
  expect(foundBy(verification, 1)).toMatchObject([{ what: expect.stringContaining(JOINT_LOG) as string }]);
  expect(summary(await verified(files, { vkeys: [vkeyOf("acme")] }))).toEqual({ outcome: "pass", checks: [] });
});
