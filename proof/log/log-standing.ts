import { cosignaturesOf, type KeptCosignature } from "./cosignature-store.ts";
import { logsOf, newestCheckpoint } from "./log-store.ts";
import { waitingOf } from "./waiting.ts";
import type { Sql } from "../../audit/records.ts";
import { logSigner, originOf } from "./log-keys.ts";

/** A log as people look at it, plain JSON. `root`: base64; times ISO 8601; `cosignatures`: the newest of each witness. */
export type LogStanding = {
  readonly log: string;
  readonly origin: string;
  /** What the log's checkpoints are checked with; a witness is given it. */
  readonly vkey: string;
  readonly size: number;
  readonly checkpoint: {
    readonly size: number;
    readonly root: string;
    readonly signedAt: string;
    readonly note: string;
  } | null;
  readonly cosignatures: readonly KeptCosignature[];
  readonly waiting: { readonly records: number; readonly waitedMs: number };
};

/** Every log of a company, its own one also before its first record. */
export async function standingOf(
  sql: Sql,
  { company, auditHost }: { readonly company: string; readonly auditHost: string },
  secret: Uint8Array,
): Promise<LogStanding[]> {
  const [kept, waiting] = [await logsOf(sql, company), await waitingOf(sql, company)];
  const names = new Set([company, ...kept.map(({ log }) => log), ...waiting.map(({ log }) => log)]);
  const standings = [...names].map(async (log): Promise<LogStanding> => {
    const { origin, size } = kept.find((one) => one.log === log) ?? { origin: originOf(auditHost, log), size: 0 };
    const { records, waitedMs } = waiting.find((one) => one.log === log) ?? { records: 0, waitedMs: 0 };
    const newest = await newestCheckpoint(sql, company, log);
    return {
      log,
      origin,
      vkey: logSigner(secret, origin).vkey,
      size,
      checkpoint: newest === undefined ? null : { ...newest, root: newest.root.toString("base64") },
      cosignatures: await cosignaturesOf(sql, company, log),
      waiting: { records, waitedMs },
    };
  });
  return Promise.all(standings);
}
