import type { Envelope } from "../../domain/audit-record.ts";
import type { Json } from "../../domain/json.ts";
import { disclose, readDisclosure, type Disclosure } from "../disclosure.ts";
import { blobDigest } from "../unseal.ts";
import type { Vault } from "../vault.ts";
import type { ExportRow, SealedPart } from "./rows.ts";

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
  const opened = row.sealed.map((part) => ({ part, disclosures: openPart(vault, company, row.key, part) }));
  const disclosures = opened.flatMap((one) => (maySee(one.part) ? one.disclosures : []));
  const under = [...new Set(row.sealed.flatMap(({ erasedUnder }) => erasedUnder ?? []))];
  const known = opened.reduce((sum, one) => sum + one.disclosures.length, 0);
  const blobs = disclosures.flatMap((disclosure) => blobDigest(readDisclosure(disclosure).value) ?? []);
  return { envelope, disclosures, under, erasedDigests: under.length === 0 ? 0 : envelope.sd.length - known, blobs };
}

function openPart(vault: Vault, company: string, key: string, part: SealedPart): readonly Disclosure[] {
  if (part.key === null) return [];
  try {
    const subject = vault.unwrap(company, part.subject, Buffer.from(part.key, "base64"));
    const fields = JSON.parse(subject.open(Buffer.from(part.sealed, "base64"), key)) as [string, string, Json][];
    return fields.map(([salt, name, value]) => disclose(salt, name, value));
  } catch {
    return [];
  }
}
