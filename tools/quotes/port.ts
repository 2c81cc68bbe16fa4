import type { Evidence } from "../../domain/evidence.ts";

/** Reads the quote desk. Its writes need no port: their schemas say it all. */
export type QuoteDeskReader = {
  /** The last approval under a quote's id, and whether it stands; `{ last: null }` where there never was one. */
  readApproval(company: string, quoteId: string): Promise<Evidence>;
};
