import { readBlob } from "../../audit/sealed-part.ts";
import { sha256Hex } from "../../audit/digest.ts";
import type { Ledger } from "../../audit/vault.ts";
import { bundleFileOf, bundlePaths, receiptPath, type LogFile } from "../bundle/layout.ts";
import { writeLine } from "../bundle/lines.ts";
import { writeManifest, type Manifest } from "../bundle/manifest.ts";
import { openRow } from "../bundle/open-row.ts";
import type { BundleAsk, LogPlan } from "../bundle/plan.ts";
import { receiptsOf } from "../bundle/proofs.ts";
import { rowsBetween, type ExportRow } from "../bundle/rows.ts";
import { encodeEntries } from "../log/entry-bundle.ts";
import { TILE_WIDTH } from "../log/tile-path.ts";
import { tileSourceOf } from "../log/tile-store.ts";
import type { FileSource } from "../verify/source.ts";

/**
 * The whole of a company's logs as the files of a bundle, read out of one view of the database as they are asked for: what
 * a stranger would check, and nothing of it stands on a disk in plain words. A page of 256 entries is in memory at a time.
 */
export function databaseSource(
  ledger: Ledger,
  ask: BundleAsk,
  manifest: Manifest,
  plans: readonly LogPlan[],
): FileSource {
  const { company, signerOf } = ask;
  const logs = new Map(plans.map((plan) => [plan.manifest.folder, servedLog(ledger, ask, plan)]));

  async function* tellings(line: (log: string, row: ExportRow) => string | undefined): AsyncGenerator<string, void> {
    for (const { manifest: told } of plans) {
      for await (const row of rowsOfLog(ledger, company, told.log, told.size)) {
        const text = line(told.log, row);
        if (text !== undefined) yield text;
      }
    }
  }
  const opened = (row: ExportRow) => openRow(ledger.vault, company, row, () => true);
  const lines: { readonly [path: string]: (log: string, row: ExportRow) => string | undefined } = {
    [bundlePaths.disclosures](log, row) {
      const { disclosures } = opened(row);
      return disclosures.length === 0 ? undefined : lineOf({ log, seq: row.seq, disclosures });
    },
    [bundlePaths.erased](log, row) {
      if (row.sealed.every(({ erasedUnder }) => erasedUnder === null)) return undefined;
      const { under, erasedDigests: digests } = opened(row);
      return digests === 0 ? undefined : lineOf({ log, seq: row.seq, under, digests });
    },
  };
  return {
    async read(path) {
      const file = bundleFileOf(path);
      if (file?.kind === "manifest") return Buffer.from(writeManifest(manifest), "utf8");
      if (file?.kind === "blob") return valueOf(ledger, company, file.digest);
      if (file?.kind !== "log") return undefined;
      return logs.get(file.folder)?.read(file.file, signerOf);
    },
    async *lines(path) {
      const line = lines[path];
      if (line !== undefined) yield* tellings(line);
    },
    // Nothing stands here that was not asked for.
    async *paths() {},
  };
}

function servedLog(ledger: Ledger, { company }: BundleAsk, { manifest, note, witnesses }: LogPlan) {
  const { log, folder, size, origin } = manifest;
  const tiles = tileSourceOf(ledger, company, log);
  const receiptAt = receiptsOf(size, note, tiles);
  /** Places of the page read last, by the digests of their receipts' keys: entries are checked as they are read. */
  let places = new Map<string, number>();
  return {
    async read(file: LogFile, signerOf: BundleAsk["signerOf"]): Promise<Buffer | undefined> {
      switch (file.kind) {
        case "checkpoint":
          return Buffer.from(note, "utf8");
        case "vkeys":
          return Buffer.from(`${signerOf(origin).vkey}\n`, "utf8");
        case "witness-vkeys":
          return Buffer.from(witnesses.map((vkey) => `${vkey}\n`).join(""), "utf8");
        case "tile":
          return tiles(file.tile).then((bytes) => Buffer.from(bytes), absent);
        case "entries": {
          const from = file.tile.index * TILE_WIDTH;
          const rows = await rowsBetween(ledger, { company, log, from, to: from + file.tile.width });
          places = new Map(rows.map(({ key, seq }) => [receiptPath(folder, key), seq]));
          return encodeEntries(rows.map(({ envelope }) => Buffer.from(envelope, "utf8")));
        }
        case "receipt": {
          const seq = places.get(`${folder}/receipts/${file.keyDigest}.tlog-proof`);
          return seq === undefined ? undefined : receiptAt(seq).then((text) => Buffer.from(text, "utf8"), absent);
        }
        default:
          return undefined;
      }
    },
  };
}

/** A tile that is not in the database is a file that is not there. */
function absent(error: unknown): undefined {
  if (!(error instanceof RangeError)) throw error;
}

async function* rowsOfLog(ledger: Ledger, company: string, log: string, size: number): AsyncGenerator<ExportRow, void> {
  for (let from = 0; from < size; from += TILE_WIDTH) {
    yield* await rowsBetween(ledger, { company, log, from, to: Math.min(size, from + TILE_WIDTH) });
  }
}

/** A value that is kept beside bodies, or a policy's document. */
async function valueOf(ledger: Ledger, company: string, digest: string): Promise<Buffer | undefined> {
  const text = await readBlob(ledger, company, digest).catch(() => undefined);
  if (text !== undefined) return Buffer.from(text, "utf8");
  const { rows } = await ledger.query<{ document: string }>({
    name: "policies-of-version",
    text: "select document from policy_version where company = $1 and version = $2",
    values: [company, digest],
  });
  const found = rows.find(({ document }) => sha256Hex(document) === digest);
  return found && Buffer.from(found.document, "utf8");
}

/** Without its newline, as a source gives lines. */
function lineOf(value: Parameters<typeof writeLine>[0]): string {
  return writeLine(value).slice(0, -1);
}
