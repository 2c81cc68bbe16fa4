import { z } from "zod";
import { modes } from "../../domain/decision-details.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { SourceRef } from "../../domain/evidence.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { blobDigest } from "../../audit/unseal.ts";

const Value = z.custom<Json>((value) => value !== undefined);
const Facts = z.custom<JsonObject>((value) => typeof value === "object" && value !== null && !Array.isArray(value));

const Reading = z.looseObject({
  id: z.string(),
  account: z.string(),
  window: z.strictObject({ from: z.string(), until: z.string(), days: z.int().exactOptional() }).nullable(),
  used: z.int(),
  reserved: z.int(),
  asked: z.int(),
  cap: z.int(),
});

const BesideRecord = z.object({
  title: z.string(),
  reasons: z.array(z.string()),
  rows: z.array(z.object({ name: z.string(), asked: z.string(), other: z.string() })),
});

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Leaf = z.strictObject({ index: z.int(), leaf: Hash, path: z.array(Hash) });
const ListRead = z.strictObject({
  fact: z.string(),
  list: z.string(),
  of: z.string(),
  normal: z.array(z.string()),
  size: z.int(),
  root: Hash,
  version: Hash,
  proof: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("in"), at: Leaf }),
    z.strictObject({ kind: z.literal("out"), below: Leaf.nullable(), above: Leaf.nullable() }),
  ]),
});

const Details = z.looseObject({
  mode: z.enum(modes),
  release: z.string(),
  canary: z.strictObject({ side: z.enum(["new", "old"]), other: z.string() }).nullable(),
  limits: z.array(Reading),
  unknown: z.record(z.string(), z.string()).optional(),
  remarks: z.array(z.string()).optional(),
  derived: z.array(z.string()).exactOptional(),
  notWhole: z.literal(true).optional(),
  notAsItStands: z.literal(true).optional(),
  terms: Facts.optional(),
  beside: z.array(BesideRecord).optional(),
  lists: z.array(ListRead).optional(),
  rates: z.array(ListRead.extend({ line: z.string() })).optional(),
  requester: z.literal("unresolved").optional(),
  offers: z.array(z.strictObject({ argument: z.string(), minor: z.int(), text: z.string() })).optional(),
});

/** What a replay needs of a decision's record; what people may have withheld or erased is optional. */
const RecordedDecision = z.object({
  decisionId: z.string(),
  stepKey: z.string(),
  gate: z.int().positive(),
  proposalId: z.string(),
  approvalId: z.string().nullable(),
  verdict: z.enum(["execute", "escalate", "block"]),
  reason: z.string(),
  rules: z.array(Value),
  missing: z.array(z.string()),
  facts: Facts,
  sources: z.array(SourceRef),
  policy: z.strictObject({ id: z.string(), version: z.string() }),
  details: Details,
  actionDigest: z.string(),
  requestedBy: z.string().optional(),
});
export type RecordedDecision = z.infer<typeof RecordedDecision>;

/** Why something cannot be replayed: nothing is said about whether it would come out the same. */
export type Cannot = { readonly kind: "cannot"; readonly why: string };

/** A decision's record as far as a replay needs it; `cannot` when a part of it may not be read. */
export function recordedDecision({ kind, body, erased }: AuditRecord): RecordedDecision | Cannot {
  if (kind !== "decision") return { kind: "cannot", why: `it is a record of kind \`${kind}\`, not of a decision` };
  const read = RecordedDecision.safeParse(body);
  const away = Object.entries(body).find(([, value]) => blobDigest(value) !== undefined)?.[0];
  if (read.success && away === undefined) return read.data;
  const name = away ?? String(read.error?.issues[0]?.path[0] ?? "body");
  if (erased !== undefined) return { kind: "cannot", why: `\`${name}\` was erased under record ${erased}` };
  return { kind: "cannot", why: `\`${name}\` is withheld or cannot be read` };
}

export function isCannot(value: object): value is Cannot {
  return "kind" in value && value.kind === "cannot";
}
