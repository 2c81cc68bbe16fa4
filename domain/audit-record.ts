import { z } from "zod";
import type { JsonObject } from "./json.ts";

/** Everything a dispute may ask for. One record per thing that happened, contiguous per case. */
export const recordKinds = [
  "event",
  "turn",
  "proposal",
  "review",
  "decision",
  "escalation",
  "approval",
  "intent",
  "receipt",
  "case_end",
  "policy",
  "prompt",
  "commitment",
  "erasure",
  "hold",
  "key",
  "batch",
  "plan",
  "reply",
  "agreement",
  "repeat",
  "refusal",
  "quarantine",
  "people",
] as const;
export type RecordKind = (typeof recordKinds)[number];

/** A record before it is appended. `key` is its idempotency key: same key and words append once, others are refused. */
export type RecordDraft = {
  readonly company: string;
  readonly caseId: string;
  readonly kind: RecordKind;
  readonly key: string;
  /** ISO 8601, passed in by the caller and equal on every retry. */
  readonly at: string;
  readonly body: JsonObject;
  /** Keys of the records this one rests on; one that was never made is left out. */
  readonly parents?: readonly string[];
  /** The person whose doing it is; what the body says of them is sealed under their own key. */
  readonly person?: string;
  /** SHA-256 (hex) of the action it is about. Envelopes of one case name it by a keyed digest, so that nobody can guess amounts. */
  readonly actionDigest?: string;
  /** The log it goes to: the company's own when absent, `<company>~<partner>` for what both hold to. */
  readonly log?: string;
  /** A checkpoint follows at once. */
  readonly urgent?: boolean;
};

/**
 * A record as kept. `n` counts from 1 within its case and log without a gap; `digest` is the hash of its leaf (RFC 6962,
 * hex). `erased` names the record of the erasure after which parts of the body can no longer be read.
 */
export type AuditRecord = Omit<RecordDraft, "parents" | "log"> & {
  readonly n: number;
  readonly digest: string;
  readonly log: string;
  /** Hashes of the leaves it rests on, hex. */
  readonly parents: readonly string[];
  readonly erased?: string;
};

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A leaf of the log: what stays for ever. No personal data and no amounts; the body is committed to by `sd`. */
export const Envelope = z.strictObject({
  /** A keyed digest of the action, equal on all records of a case that are about it. */
  action: z.string().optional(),
  /** Whose doing it is; a person by the random name they have in this company's records. */
  actor: z.strictObject({ type: z.enum(["person", "system"]), ref: z.string() }),
  at: z.iso.datetime(),
  case: z.strictObject({ id: z.string(), n: z.int().positive() }),
  /** What of the body may be public for ever: ids, verdicts, versions. */
  fields: z.record(z.string(), z.json()),
  key: z.string(),
  kind: z.enum(recordKinds),
  log: z.string(),
  parents: z.array(hash),
  /** Digests of the rest of the body, one per field (RFC 9901), sorted. */
  sd: z.array(z.string()),
  typ: z.literal("audit/v1"),
});
export type Envelope = z.infer<typeof Envelope>;
