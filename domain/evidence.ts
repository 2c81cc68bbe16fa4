import { z } from "zod";
import { audiences } from "./audience.ts";
import type { JsonObject } from "./json.ts";
import { provenances } from "./provenance.ts";

/** Where a value came from: the reading tool, what it read, at which version, when. */
export const SourceRef = z.strictObject({
  source: z.string().min(1),
  ref: z.string().min(1),
  version: z.string(),
  observedAt: z.iso.datetime(),
});
export type SourceRef = z.infer<typeof SourceRef>;

/** One reading by a read-only tool. `value` is what the source said, unparsed. */
export type Evidence = { readonly source: SourceRef; readonly value: JsonObject };

/** The versions of the readings that something rests on, as one text; one that is absent has none. */
export function versionOf(sources: readonly SourceRef[], restsOn: readonly string[]): string {
  const versions = restsOn.map((tool) => [tool, sources.find(({ source }) => source === tool)?.version ?? ""] as const);
  const [only, ...others] = versions;
  if (others.length === 0) return only?.[1] ?? "";
  return versions.map(([tool, version]) => `${tool}=${version}`).join(" ");
}

/** A reading that a decision needs: the tool's name and its arguments. */
export type Lookup = { readonly tool: string; readonly args: { readonly [name: string]: string } };

/** Something Intelligence noticed as it reports it, with the readings it rests on. A finding without a source does not exist. */
export const Finding = z.strictObject({
  code: z.string().regex(/^[a-z][a-z0-9-]*$/),
  statement: z.string().min(1).max(500),
  confidencePpm: z.int().min(0).max(1_000_000),
  sources: z.array(z.string().min(1)).min(1).describe("names of the readings this rests on, e.g. `crm.record`"),
});
export type Finding = z.infer<typeof Finding>;

/** A finding as it is kept: what was reported, and what code says of it. */
export const KeptFinding = Finding.extend({
  /** Whom it may be told to. */
  audience: z.enum(audiences),
  /** Whose word it is: the weakest of what it rests on, and the model's where a language model worded it. */
  provenance: z.enum(provenances),
  /** When the last of its readings was taken, ISO 8601. */
  observedAt: z.iso.datetime(),
});
export type KeptFinding = z.infer<typeof KeptFinding>;
