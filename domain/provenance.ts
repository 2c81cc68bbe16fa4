/**
 * Where a fact comes from: the system of record or our own ledgers, who asks, the partner, a model's words, or code that worked
 * it out of what it read. Schema-free.
 */
export const provenances = ["record", "requester", "partner", "model", "derived"] as const;
export type Provenance = (typeof provenances)[number];

/** Each in words, as what comes before names of facts. */
export const provenanceInWords: { readonly [from in Provenance]: string } = {
  record: "from the system of record",
  derived: "worked out by code",
  requester: "written by who asks",
  partner: "written by the partner",
  model: "in a model's words",
};

/**
 * Whether a fact is somebody's claim: a limit that rests on claims alone is kept by who makes them. Of a fact that does not say
 * where it comes from, nothing is held.
 */
export function isClaim(from: Provenance | undefined): boolean {
  return from === "requester" || from === "partner" || from === "model";
}

/** A decision as its facts' provenance hangs on it. `asked`: another system asked, and wrote whatever code did not derive. */
export type Decided = { readonly asked: boolean; readonly derived?: readonly string[] | undefined };

/** Where a decision's fact came from; `declared` is what its policy's facts say, where they do. */
export function provenanceOf(
  name: string,
  declared: Provenance | undefined,
  { asked, derived = [] }: Decided,
): Provenance | undefined {
  if (!asked) return declared;
  return derived.includes(name) ? "derived" : "requester";
}
