import { isFor, type Audience, type Reader } from "../domain/audience.ts";
import type { RecordKind } from "../domain/audit-record.ts";
import type { KeptFinding, SourceRef } from "../domain/evidence.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/proposal.ts";
import { partnerArgs } from "../functions/governed-actions.ts";
import { sourcesFor } from "../functions/shared/reading-audience.ts";
import { publicFields } from "./public-fields.ts";

/** For whom the sealed fields of records are, where not for us alone. Each is sealed apart, so that each can be disclosed alone. */
export const fieldAudiences = {
  proposal: { shared: "both", theirs: "partner" },
  decision: { letter: "both" },
  receipt: { externalRef: "both" },
  commitment: { args: "both", externalRef: "both" },
} as const satisfies { readonly [K in RecordKind]?: { readonly [field: string]: Audience } };

/** Records of which a partner gets no envelope either: they name others, or tell of our own house. */
export const ownKinds: ReadonlySet<RecordKind> = new Set<RecordKind>([
  "agreement",
  "policy",
  "prompt",
  "erasure",
  "hold",
  "key",
  "batch",
  "plan",
  "quarantine",
  "people",
]);

/** Whether a reader may have a field of a record's body. What the envelope shows anyway is no secret of the body. */
export function maySeeField(reader: Reader, kind: RecordKind, field: string): boolean {
  if (reader !== "other" && publicFields[kind].includes(field)) return true;
  const fields: { readonly [name: string]: Audience } | undefined =
    kind in fieldAudiences ? fieldAudiences[kind as keyof typeof fieldAudiences] : undefined;
  const audience = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  return isFor(audience, reader);
}

export function bodyFor(reader: Reader, kind: RecordKind, body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([field]) => maySeeField(reader, kind, field)));
}

/** The reasoning as our own people read it: what is said to the partner alone is not among it. */
export function ownChain<Chain extends { readonly findings: readonly KeptFinding[] }>(chain: Chain): Chain {
  return { ...chain, findings: chain.findings.filter(({ audience }) => isFor(audience, "us")) };
}

type Proposed = { readonly findings: readonly KeptFinding[]; readonly sources: readonly SourceRef[] };

/**
 * What of a proposal is for both companies, `shared`, and what is for the partner alone, `theirs`: each a field of its record, absent
 * where there is nothing.
 */
export function toldParts({ tool, args }: Action, { findings, sources }: Proposed): { readonly [field: string]: Json } {
  const told = (one: KeptFinding) => ({ code: one.code, statement: one.statement, confidencePpm: one.confidencePpm });
  const both = findings.filter(({ audience }) => isFor(audience, "partner") && isFor(audience, "us")).map(told);
  const theirs = findings.filter(({ audience }) => isFor(audience, "partner") && !isFor(audience, "us")).map(told);
  const asked = partnerArgs(tool, args);
  const read = sourcesFor("partner", sources).map(({ source, ref, version, observedAt }) => ({
    source,
    ref,
    version,
    observedAt,
  }));
  return {
    ...(Object.keys(asked).length + both.length > 0 && { shared: { asked, findings: both, sources: read } }),
    ...(theirs.length > 0 && { theirs: { findings: theirs } }),
  };
}
