import { forksOf, keepFork } from "./fork-store.ts";
import { logNamed } from "./log-store.ts";
import type { Sql } from "../../audit/records.ts";
import { logSigner } from "./log-keys.ts";
import { newestOf } from "./publisher.ts";
import { forkOf } from "../sinks/fork.ts";
import { putBack, SinkError, type CheckpointSink } from "../sinks/sink.ts";

type Asked = {
  readonly sql: Sql;
  readonly company: string;
  readonly secret: Uint8Array;
  readonly sinks: readonly CheckpointSink[];
};

/** Sinks that this process has asked about a log, or could not reach, by when they may be asked (milliseconds). */
export type Confirmed = Map<string, number>;

/** How long one that did not answer is left alone. */
const ASK_AGAIN_MS = 30_000;

/**
 * Holds a log back that was signed further, or otherwise, than the database knows: whoever signs a second tree under the
 * same name can never take that back. Sinks that know without asking anybody are looked at each time; the others, such as
 * witnesses, are asked before this process signs first, and what they refused since is kept in the database. One that
 * cannot be read, or does not answer, holds back nothing. Throws `SinkError` (`SINK_FORKED`).
 */
export async function requireUnforked(asked: Asked, log: string, origin: string, confirmed: Confirmed): Promise<void> {
  const { sql, company, secret, sinks } = asked;
  const { vkey } = logSigner(secret, origin);
  for (const sink of sinks) {
    if (sink.head === undefined) await confirmOnce(asked, sink, log, confirmed);
    const held = headIn(sink, log, vkey);
    if (held === undefined) continue;
    const kept = await logNamed(sql, company, log);
    const fork = await forkOf(held, kept && (await newestOf(sql, company, secret, kept)));
    if (fork !== undefined) throw notGoneOn(origin, sink.name, fork);
  }
  const asking = sinks.filter((sink) => sink.head === undefined).map(({ name }) => name);
  const [first] = await forksOf(sql, company, log, asking);
  if (first !== undefined) throw notGoneOn(origin, first.sink, first.detail);
}

/** Keeps what a sink refuses, so that no process goes on with the log. */
async function confirmOnce(asked: Asked, sink: CheckpointSink, log: string, confirmed: Confirmed): Promise<void> {
  const name = `${sink.name} ${log}`;
  if (performance.now() < (confirmed.get(name) ?? 0)) return;
  const refusal = await refusalOf(asked, sink, log);
  if (refusal.kind === "fork")
    await keepFork(asked.sql, asked.company, { log, sink: sink.name, detail: refusal.detail });
  confirmed.set(name, refusal.kind === "silent" ? performance.now() + ASK_AGAIN_MS : Number.POSITIVE_INFINITY);
}

type Refusal = { readonly kind: "none" | "silent" } | { readonly kind: "fork"; readonly detail: string };

/** Asks a sink whether our newest checkpoint of a log may be the newest: `silent` when it does not answer. */
export async function refusalOf({ sql, company, secret }: Asked, sink: CheckpointSink, log: string): Promise<Refusal> {
  const kept = await logNamed(sql, company, log);
  const newest = kept && (await newestOf(sql, company, secret, kept));
  if (newest === undefined || sink.confirm === undefined) return { kind: "none" };
  try {
    await sink.confirm(newest);
    return { kind: "none" };
  } catch (error) {
    const known = error instanceof SinkError ? await putBack(error, () => logNamed(sql, company, log)) : undefined;
    return known === undefined
      ? { kind: error instanceof SinkError ? "none" : "silent" }
      : { kind: "fork", detail: known.message };
  }
}

function notGoneOn(origin: string, sink: string, fork: string): SinkError {
  return new SinkError("SINK_FORKED", `${origin} is not gone on with: by ${sink}, ${fork}`);
}

function headIn(sink: CheckpointSink, log: string, vkey: string) {
  try {
    return sink.head?.(log, vkey);
  } catch (error) {
    if (error instanceof SinkError) return undefined;
    throw error;
  }
}
