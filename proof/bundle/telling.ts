import type { Ledger } from "../../audit/vault.ts";
import { bundlePaths } from "./layout.ts";
import { writeLine } from "./lines.ts";
import { openRow, type OpenedRow } from "./open-row.ts";
import { textPiece, type Piece } from "./piece.ts";
import type { BundleAsk } from "./plan.ts";
import type { ExportRow } from "./rows.ts";
import { blobPiece, policyPiece } from "./values.ts";

/** What a bundle says of records beyond their envelopes, each value once. */
export type Telling = {
  /** The lines and values of one record, in the order of its log. */
  of(log: string, row: ExportRow): AsyncGenerator<Piece, OpenedRow | undefined>;
  /** The documents of the policies that the records told of were decided under. */
  policies(): AsyncGenerator<Piece, void>;
};

export function createTelling(ledger: Ledger, { company, reader, selection }: BundleAsk): Telling {
  const own = reader === company;
  const told = new Set<string>();
  const policies = new Map<string, { readonly id: string; readonly version: string }>();

  async function* blobs(digests: readonly string[]): AsyncGenerator<Piece, void> {
    for (const digest of digests) {
      if (told.has(digest)) continue;
      told.add(digest);
      const piece = await blobPiece(ledger, company, digest);
      if (piece !== undefined) yield piece;
    }
  }

  return {
    async *of(log, row) {
      // A partner sees what both hold to; what a person said of it is told by who keeps their key.
      const opened = openRow(ledger.vault, company, row, ({ personal }) => own || !personal);
      const { envelope, disclosures, under, erasedDigests, blobs: digests } = opened;
      if (selection.kind === "since" && envelope.at < selection.since) return undefined;
      const { seq } = row;
      if (disclosures.length > 0) yield textPiece(bundlePaths.disclosures, writeLine({ log, seq, disclosures }));
      if (erasedDigests > 0) {
        yield textPiece(bundlePaths.erased, writeLine({ log, seq, under, digests: erasedDigests }));
      }
      yield* blobs(digests);
      const policy = own && envelope.kind === "decision" ? policyOf(envelope.fields["policy"]) : undefined;
      if (policy !== undefined) policies.set(`${policy.id} ${policy.version}`, policy);
      return opened;
    },
    async *policies() {
      for (const policy of policies.values()) {
        const piece = await policyPiece(ledger, company, policy);
        if (piece === undefined || told.has(piece.path)) continue;
        told.add(piece.path);
        yield piece;
      }
    },
  };
}

function policyOf(value: unknown): { readonly id: string; readonly version: string } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { id, version } = value as { readonly id?: unknown; readonly version?: unknown };
  return typeof id === "string" && typeof version === "string" ? { id, version } : undefined;
}
