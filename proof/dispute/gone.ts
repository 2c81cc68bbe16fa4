import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";
import { blobDigest } from "../../audit/unseal.ts";

/** What a record of each kind says under seal. A field that cannot be read was erased, or withheld from the reader. */
const sealedFields: { readonly [K in RecordKind]?: readonly string[] } = {
  turn: ["calls"],
  proposal: ["action", "chain"],
  review: ["review", "turn"],
  decision: ["reason", "rules", "missing", "facts", "sources", "details", "actionDigest", "requestedBy"],
  escalation: ["reason"],
  approval: ["actionDigest", "personId", "reason"],
  intent: ["actionDigest"],
  receipt: ["externalRef", "detail"],
  policy: ["person", "reason"],
  erasure: ["person", "reason"],
  hold: ["person", "reason"],
};

/** What of a record cannot be read any more or was never given, and why. */
export type Gone = {
  readonly n: number;
  readonly kind: RecordKind;
  readonly fields: readonly string[];
  readonly why: string;
};

/** Undefined for a record that can be read whole. */
export function goneFrom(record: AuditRecord, records: readonly AuditRecord[]): Gone | undefined {
  const { n, kind, body } = record;
  const fields = (sealedFields[kind] ?? []).filter((name) => isGone(record, name));
  const beside = Object.keys(body).filter((name) => blobDigest(body[name] ?? null) !== undefined);
  const all = [...new Set([...fields, ...beside])];
  return all.length === 0 ? undefined : { n, kind, fields: all, why: whyGone(record, records) };
}

/** Whether a sealed field cannot be read. */
export function isGone({ body }: AuditRecord, name: string): boolean {
  const value = body[name];
  return value === undefined || blobDigest(value) !== undefined;
}

/** What became of what cannot be read of a record, in one word. */
export function goneWord({ erased }: AuditRecord): "erased" | "withheld" {
  return erased === undefined ? "withheld" : "erased";
}

/** `erased, as record 12 tells`, or that it is withheld from this file. */
function whyGone({ erased }: AuditRecord, records: readonly AuditRecord[]): string {
  if (erased === undefined) return "withheld: it is sealed, and not in this file";
  const erasure = records.find(({ key }) => key === erased);
  return erasure === undefined ? `erased under record ${erased}` : `erased, as record ${erasure.n} tells`;
}
