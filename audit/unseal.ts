import { Envelope, type AuditRecord } from "../domain/audit-record.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { sha256Hex } from "./digest.ts";
import { disclosureDigest, readDisclosure, type Disclosure } from "./disclosure.ts";
import { leafHash } from "./tree.ts";
import { openPart, readBlob, type SealedPart } from "./sealed-part.ts";
import type { Ledger } from "./vault.ts";

/** A record as the database keeps it, with the wrapped keys of its subjects; null for one that was erased. */
export type SealedRow = {
  readonly log: string;
  readonly n: number;
  readonly envelope: string;
  readonly leaf_hash: Uint8Array;
  readonly sealed: readonly SealedPart[];
};

export type Unsealed = {
  readonly record: AuditRecord;
  readonly envelope: Envelope;
  readonly disclosures: readonly Disclosure[];
  /** The envelope hashes to its leaf and commits to every disclosure. */
  readonly intact: boolean;
};

/** Opens a record. Parts of somebody erased are left out and named by their erasure. */
export async function unsealRecord(ledger: Ledger, company: string, row: SealedRow): Promise<Unsealed> {
  const envelope = JSON.parse(row.envelope) as Envelope;
  const { key, kind, at, fields, log, parents } = envelope;
  const parts = row.sealed.map((part) => openPart(ledger.vault, company, key, part));
  const opened = parts.flatMap((part) => part ?? []);
  const digest = leafHash(Buffer.from(row.envelope, "utf8")).toString("hex");
  const committed = new Set(envelope.sd);
  const intact =
    Envelope.safeParse(envelope).success &&
    !parts.includes(undefined) &&
    digest === Buffer.from(row.leaf_hash).toString("hex") &&
    envelope.case.n === Number(row.n) &&
    opened.every((disclosure) => committed.has(disclosureDigest(disclosure)));
  const body: { [name: string]: Json } = { ...(fields as JsonObject) };
  for (const { name, value } of opened.map(readDisclosure)) body[name] = await resolve(ledger, company, value);
  const erased = row.sealed.find(({ erasedUnder }) => erasedUnder !== null)?.erasedUnder ?? undefined;
  const names = { company, caseId: envelope.case.id, kind, key, at, log, parents };
  const record = { ...names, n: Number(row.n), digest, body, ...(erased !== undefined && { erased }) };
  return { record, envelope, disclosures: opened, intact };
}

/** A value kept beside its body is read from there. */
async function resolve(ledger: Ledger, company: string, value: Json): Promise<Json> {
  const digest = blobDigest(value);
  const text = digest === undefined ? undefined : await readBlob(ledger, company, digest);
  return text !== undefined && sha256Hex(text) === digest ? (JSON.parse(text) as Json) : value;
}

/** The digest of the value that a reference stands for, or undefined for a plain value. */
export function blobDigest(value: Json): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const names = Object.keys(value);
  const blob = names.length === 1 ? Reflect.get(value, "blob") : undefined;
  if (typeof blob !== "object" || blob === null) return undefined;
  const digest: unknown = Reflect.get(blob, "sha256");
  return typeof digest === "string" && Object.keys(blob).length === 1 ? digest : undefined;
}
