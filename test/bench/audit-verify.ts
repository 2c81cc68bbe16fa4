import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { folderSource } from "../../proof/export/folder-source.ts";
import { BUNDLE_FORMAT, writeManifest } from "../../proof/bundle/manifest.ts";
import { bundlePaths, logFolder } from "../../proof/bundle/layout.ts";
import { writeLine } from "../../proof/bundle/lines.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { disclose, disclosureDigest } from "../../audit/disclosure.ts";
import { formatCheckpoint } from "../../proof/log/checkpoint.ts";
import { decodeEntries, encodeEntries } from "../../proof/log/entry-bundle.ts";
import { createSigner, verifierOf } from "../../proof/log/note-keys.ts";
import { signNote } from "../../proof/log/note.ts";
import { entriesPath, TILE_WIDTH, tilePath } from "../../proof/log/tile-path.ts";
import { growTiles, tilesBetween } from "../../proof/log/tiles.ts";
import { Frontier, leafHash } from "../../audit/tree.ts";
import { verifyBundle } from "../../proof/verify/verify.ts";

/** Seconds to verify a bundle of so many leaves with a disclosure each, and to hash its entries alone. */
export type Verified = {
  readonly name: string;
  readonly logs: readonly { readonly leaves: number; readonly verifyS: number; readonly hashS: number }[];
};

const SIZES = [100_000, 1_000_000] as const;
const RECORDS_PER_CASE = 12;
const LOG = "acme";
const ORIGIN = `mandate.local/${LOG}`;
const signer = createSigner(ORIGIN, Buffer.alloc(32, 7));
const at = "2026-01-05T09:00:00.000Z";

/** The record number `index` of a log of cases of twelve records each, and its one disclosure. */
function recordOf(index: number, parent: Buffer | undefined) {
  const [caseNumber, nth] = [Math.floor(index / RECORDS_PER_CASE), index % RECORDS_PER_CASE];
  const disclosure = disclose(`salt-of-${index}-22-chars`, "note", `what is said of record ${index}`);
  const envelope = canonicalJson({
    actor: { type: "system", ref: "mandate" },
    at,
    case: { id: `acme:quoting:crm-deal-${caseNumber}`, n: nth + 1 },
    fields: { eventId: `evt_${index}`, functionId: "quoting", object: `crm-deal-${caseNumber}`, state: "accepted" },
    key: `evt_${index}/event`,
    kind: "event",
    log: LOG,
    parents: nth === 0 || parent === undefined ? [] : [parent.toString("hex")],
    sd: [disclosureDigest(disclosure)],
    typ: "audit/v1",
  });
  return { entry: Buffer.from(envelope, "utf8"), disclosure };
}

/** Writes a complete log of generated records as a bundle, as an export does. */
async function writeBundle(folder: string, leaves: number): Promise<void> {
  const logAt = join(folder, logFolder(LOG));
  await mkdir(logAt, { recursive: true });
  const disclosures = createWriteStream(join(folder, bundlePaths.disclosures));
  const tree = new Frontier();
  const tiles = new Map<string, Uint8Array>();
  const put = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(logAt, path)), { recursive: true });
    await writeFile(join(logAt, path), bytes);
  };
  let parent: Buffer | undefined;
  for (let start = 0; start < leaves; start += TILE_WIDTH) {
    const entries: Buffer[] = [];
    for (let index = start; index < Math.min(start + TILE_WIDTH, leaves); index += 1) {
      const { entry, disclosure } = recordOf(index, parent);
      parent = leafHash(entry);
      tree.append(parent);
      entries.push(entry);
      const line = writeLine({ log: LOG, seq: index, disclosures: [disclosure] });
      if (!disclosures.write(line)) await once(disclosures, "drain");
    }
    const grown = await growTiles(start, entries.map(leafHash), async (tile) => {
      const bytes = tiles.get(tilePath(tile));
      if (bytes === undefined) throw new Error(`no ${tilePath(tile)}`);
      return bytes;
    });
    for (const { tile, bytes } of grown) {
      tiles.set(tilePath(tile), bytes);
    }
    await put(entriesPath({ index: start / TILE_WIDTH, width: entries.length }), encodeEntries(entries));
  }
  for (const tile of tilesBetween(0, leaves)) await put(tilePath(tile), tiles.get(tilePath(tile)) ?? Buffer.alloc(0));
  disclosures.end();
  await once(disclosures, "finish");
  const text = formatCheckpoint({ origin: ORIGIN, size: leaves, rootHash: tree.root() });
  await put("checkpoint", Buffer.from(signNote(text, [signer])));
  await put("vkeys", Buffer.from(`${signer.vkey}\n`));
  await put("witness-vkeys", Buffer.from(""));
  await writeFile(join(folder, bundlePaths.erased), "");
  await writeFile(join(folder, bundlePaths.manifest), manifestOf(leaves));
}

function manifestOf(leaves: number): string {
  const counted = { size: leaves, entries: leaves, complete: true, waiting: { count: 0, keys: [] } };
  return writeManifest({
    format: BUNDLE_FORMAT,
    company: LOG,
    reader: LOG,
    selection: { kind: "company" },
    exportedAt: at,
    durability: { fsync: "on", fullPageWrites: "on", synchronousCommit: "on" },
    attribution: { signingKeys: "platform" },
    logs: [{ log: LOG, origin: ORIGIN, folder: logFolder(LOG), ...counted }],
  });
}

/** The floor: every entry read, hashed and folded into the root, and nothing else looked at. */
async function hashOnly(folder: string, leaves: number): Promise<string> {
  const tree = new Frontier();
  for (let start = 0; start < leaves; start += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, leaves - start);
    const path = entriesPath({ index: start / TILE_WIDTH, width });
    const bytes = await readFile(join(folder, logFolder(LOG), path));
    for (const entry of decodeEntries(bytes, width)) tree.append(leafHash(entry));
  }
  return tree.root().toString("base64");
}

async function seconds<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly s: number }> {
  const from = performance.now();
  const answer = await work();
  return { answer, s: (performance.now() - from) / 1_000 };
}

/** All twelve checks over generated logs, against hashing their entries alone. */
export async function auditVerify(): Promise<Verified> {
  const logs = [];
  for (const leaves of SIZES) {
    const folder = await mkdtemp(join(tmpdir(), "mandate-bench-"));
    try {
      await writeBundle(folder, leaves);
      const hashed = await seconds(() => hashOnly(folder, leaves));
      const verified = await seconds(() =>
        verifyBundle(folderSource(folder), {
          pins: { logs: [verifierOf(signer.vkey)], witnesses: [] },
          policy: "log-only",
        }),
      );
      const { outcome, logs: seen, found, findings } = verified.answer;
      if (outcome !== "pass" || seen[0]?.root !== hashed.answer) {
        throw new Error(`${outcome} with ${found} findings: ${JSON.stringify(findings[0])}`);
      }
      logs.push({ leaves, verifyS: verified.s, hashS: hashed.s });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { name: "audit verify", logs };
}
