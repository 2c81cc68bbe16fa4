import type { JsonObject } from "./json.ts";

/** Everything a dispute may ask for. One record per thing that happened, contiguous per case. */
export const recordKinds = [
  "event",
  "proposal",
  "review",
  "decision",
  "escalation",
  "approval",
  "intent",
  "receipt",
  "case_end",
  "policy",
] as const;
export type RecordKind = (typeof recordKinds)[number];

/** A record before it is appended. `key` is its idempotency key: same key and bytes append once, other bytes are refused. */
export type RecordDraft = {
  readonly company: string;
  readonly caseId: string;
  readonly kind: RecordKind;
  readonly key: string;
  /** ISO 8601, passed in by the caller and equal on every retry. */
  readonly at: string;
  readonly body: JsonObject;
};

/** A record as kept. `n` counts from 1 within its case without a gap; `digest` is SHA-256 (hex) of the canonical JSON. */
export type AuditRecord = RecordDraft & { readonly n: number; readonly digest: string };
