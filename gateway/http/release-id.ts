import { z } from "@hono/zod-openapi";

/** What names a release: SHA-256 of its document, hex. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits");

export const ReleaseId = z.object({ release: Hash });

/** The largest release: some ten thousand rules. */
export const MAX_RELEASE_BYTES = 8_388_608;
