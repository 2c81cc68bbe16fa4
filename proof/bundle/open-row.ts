import type { Envelope } from "../../domain/audit-record.ts";
import { readDisclosure, type Disclosure } from "../../audit/disclosure.ts";
import { openPart, type SealedPart } from "../../audit/sealed-part.ts";
import { blobDigest } from "../../audit/unseal.ts";
import type { Vault } from "../../audit/vault.ts";
import type { ExportRow } from "./rows.ts";

/** What a bundle tells of one record. `under`: the erasures after which `erasedDigests` of its digests stay closed. */
export type OpenedRow = {
  readonly envelope: Envelope;
  readonly disclosures: readonly Disclosure[];
  readonly under: readonly string[];
  readonly erasedDigests: number;
  /** SHA-256 (hex) of the values that stand beside the body. */
  readonly blobs: readonly string[];
};

/** Opens what the reader may see; a part that cannot be opened is left out, and shows as withheld. */
export function openRow(
  vault: Vault,
  company: string,
  row: ExportRow,
  maySee: (part: SealedPart) => boolean,
): OpenedRow {
  const envelope = JSON.parse(row.envelope) as Envelope;
  const opened = row.sealed.map((part) => ({ part, disclosures: openPart(vault, company, row.key, part) ?? [] }));
  const disclosures = opened.flatMap((one) => (maySee(one.part) ? one.disclosures : []));
  const under = [...new Set(row.sealed.flatMap(({ erasedUnder }) => erasedUnder ?? []))];
  const known = opened.reduce((sum, one) => sum + one.disclosures.length, 0);
  const blobs = disclosures.flatMap((disclosure) => blobDigest(readDisclosure(disclosure).value) ?? []);
  return { envelope, disclosures, under, erasedDigests: under.length === 0 ? 0 : envelope.sd.length - known, blobs };
}
