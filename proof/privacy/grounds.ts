/**
 * Why somebody's data is erased: Art. 17(1)(a) to (e) GDPR, in words, and the end of the time it is kept for. Letter (f),
 * services offered to children, has no place between companies.
 */
export const erasureGrounds = [
  "no-longer-needed",
  "consent-withdrawn",
  "objection",
  "unlawful",
  "legal-obligation",
  "retention-ended",
] as const;
export type ErasureGround = (typeof erasureGrounds)[number];
