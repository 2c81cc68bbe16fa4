import { logNamed } from "./log-store.ts";
import type { Sql } from "../../audit/records.ts";
import { logSigner } from "./log-keys.ts";
import { newestOf } from "./publisher.ts";
import { forkOf } from "../sinks/fork.ts";
import { SinkError, type CheckpointSink } from "../sinks/sink.ts";

type Asked = {
  readonly sql: Sql;
  readonly company: string;
  readonly secret: Uint8Array;
  readonly sinks: readonly CheckpointSink[];
};

/**
 * Holds a log back that was signed further, or otherwise, than the database knows: whoever signs a second tree under the
 * same name can never take that back. Only sinks that know without asking anybody are looked at, and one that cannot be
 * read holds back nothing. Throws `SinkError` (`SINK_FORKED`).
 */
export async function requireUnforked(
  { sql, company, secret, sinks }: Asked,
  log: string,
  origin: string,
): Promise<void> {
  const { vkey } = logSigner(secret, origin);
  for (const sink of sinks) {
    const held = headIn(sink, log, vkey);
    if (held === undefined) continue;
    const kept = await logNamed(sql, company, log);
    const fork = await forkOf(held, kept && (await newestOf(sql, company, secret, kept)));
    if (fork !== undefined)
      throw new SinkError("SINK_FORKED", `${origin} is not gone on with: by ${sink.name}, ${fork}`);
  }
}

function headIn(sink: CheckpointSink, log: string, vkey: string) {
  try {
    return sink.head?.(log, vkey);
  } catch (error) {
    if (error instanceof SinkError) return undefined;
    throw error;
  }
}
