/** For whom something said of a case is: us alone, the partner whose request it is, or both. Nobody else ever gets any of it. */
export const audiences = ["us", "partner", "both"] as const;
export type Audience = (typeof audiences)[number];

/** Who reads. `other`: a partner whose request it is not, such as a rival on the same deal. */
export type Reader = "us" | "partner" | "other";

/** The one place that decides who gets what. What bears no audience is ours alone. */
export function isFor(audience: Audience | undefined, reader: Reader): boolean {
  if (audience === undefined) return reader === "us";
  return audience === "both" ? reader !== "other" : audience === reader;
}

/** What a company that asks to read is to a request; `partner`: whose request it is, undefined where that is not known. */
export function readerOf(
  reader: string,
  { company, partner }: { company: string; partner: string | undefined },
): Reader {
  if (reader === company) return "us";
  return partner !== undefined && reader === partner ? "partner" : "other";
}
