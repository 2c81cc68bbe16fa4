import { logSigner } from "../../../proof/log/log-keys.ts";
import type { Envelope } from "../../../domain/audit-record.ts";
import { receiptPath } from "../../../proof/bundle/layout.ts";
import { writeLine } from "../../../proof/bundle/lines.ts";
import { readManifest, writeManifest } from "../../../proof/bundle/manifest.ts";
import { receiptsOf } from "../../../proof/bundle/proofs.ts";
import { canonicalJson } from "../../../audit/canonical-json.ts";
import { formatCheckpoint } from "../../../proof/log/checkpoint.ts";
import { cosign, type Cosigner } from "../../../proof/log/cosignature.ts";
import { decodeEntries } from "../../../proof/log/entry-bundle.ts";
import type { Signer } from "../../../proof/log/note-keys.ts";
import { signNote } from "../../../proof/log/note.ts";
import { Frontier, leafHash } from "../../../audit/tree.ts";
import type { Json } from "../../../domain/json.ts";
import { ours, SEEN, theirs, type BundleFiles } from "../../fixtures/governed-log.ts";
import { TEST_HOST } from "../../fixtures/logged.ts";
import { TEST_SECRET } from "../../setup/database.ts";
import { growFiles, tilesIn, type LogFiles } from "../log/log-folder.ts";

const folderOf = (company: string) => `logs/${company}`;
const originOf = (company: string) => `${TEST_HOST}/${company}`;

type Forger = { readonly signer?: Signer; readonly cosigners?: readonly Cosigner[]; readonly company?: string };

/** The envelopes of a company's own log, in order; acme's unless said otherwise. */
export function envelopesOf(files: BundleFiles, company = "acme"): Envelope[] {
  const path = [...files.keys()].find((one) => one.startsWith(`${folderOf(company)}/tile/entries/000`)) ?? "";
  const { logs } = readManifest(files.get("manifest.json")?.toString() ?? "");
  const size = logs.find(({ log }) => log === company)?.size ?? 0;
  return decodeEntries(files.get(path) ?? Buffer.alloc(0), size).map((one) => JSON.parse(one.toString()) as Envelope);
}

/**
 * A company's log written anew with other envelopes by somebody who forgets nothing: parents, tiles, receipts, head, manifest
 * and the places of disclosures all fit. `company`: acme
 * unless said otherwise; `signer`: its own key.
 */
export async function rewritten(
  files: BundleFiles,
  change: (envelopes: Envelope[]) => readonly Envelope[],
  { company = "acme", signer = logSigner(TEST_SECRET, originOf(company)), cosigners = [ours, theirs] }: Forger = {},
): Promise<BundleFiles> {
  const folder = folderOf(company);
  const before = envelopesOf(files, company);
  const after = change(structuredClone(before));
  const entries = relinked(before, after).map((one) => Buffer.from(one));
  const copy: BundleFiles = new Map([...files].filter(([path]) => !path.startsWith(`${folder}/`)));
  const log: LogFiles = new Map();
  await growFiles(log, 0, entries);
  const tree = new Frontier();
  for (const entry of entries) tree.append(leafHash(entry));
  const text = formatCheckpoint({ origin: originOf(company), size: tree.size, rootHash: tree.root() });
  const note = signNote(text, [signer]) + cosigners.map((one) => cosign(text, one, SEEN)).join("");
  log.set("checkpoint", Buffer.from(note));
  log.set("vkeys", Buffer.from(`${signer.vkey}\n`));
  log.set("witness-vkeys", Buffer.from(cosigners.map(({ vkey }) => `${vkey}\n`).join("")));
  for (const [path, bytes] of log) copy.set(`${folder}/${path}`, Buffer.from(bytes));
  const receiptAt = receiptsOf(tree.size, note, tilesIn(log));
  for (const [seq, { kind, key }] of after.entries()) {
    if (kind === "decision") copy.set(receiptPath(folder, key), Buffer.from(await receiptAt(seq)));
  }
  retold(copy, company, before, after);
  return copy;
}

/** Envelopes as text, whose parents are the leaves that those parents have now. */
function relinked(before: readonly Envelope[], after: readonly Envelope[]): string[] {
  const leafOf = (text: string) => leafHash(Buffer.from(text)).toString("hex");
  const keyOfLeaf = new Map(before.map((one) => [leafOf(canonicalJson(one as unknown as Json)), one.key]));
  const leaves = new Map<string, string>();
  return after.map((envelope) => {
    const parents = envelope.parents.map((parent) => leaves.get(keyOfLeaf.get(parent) ?? "") ?? parent);
    const text = canonicalJson({ ...envelope, parents } as unknown as Json);
    leaves.set(envelope.key, leafOf(text));
    return text;
  });
}

/** Disclosures and erasures keep to their records; the manifest counts the entries there are. */
function retold(files: BundleFiles, company: string, before: readonly Envelope[], after: readonly Envelope[]): void {
  for (const path of ["disclosures.jsonl", "erased.jsonl"]) {
    const lines = (files.get(path)?.toString() ?? "").split("\n").slice(0, -1);
    const told = lines.map((line) => JSON.parse(line) as { log: string; seq: number });
    const joint = told.filter(({ log }) => log !== company);
    const own = told.filter(({ log }) => log === company);
    const moved = after.flatMap(({ key }, seq) => {
      const was = before.findIndex((one) => one.key === key);
      return own.filter((line) => line.seq === was).map((line) => ({ ...line, seq }));
    });
    files.set(path, Buffer.from([...joint, ...moved].map((line) => writeLine(line)).join("")));
  }
  const manifest = readManifest(files.get("manifest.json")?.toString() ?? "");
  const size = after.length;
  const logs = manifest.logs.map((log) => (log.log === company ? { ...log, size, entries: size } : log));
  files.set("manifest.json", Buffer.from(writeManifest({ ...manifest, logs })));
}
