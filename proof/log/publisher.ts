import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { keepFork } from "./fork-store.ts";
import { hashReaderOf, logNamed, logsOf, newestCheckpoint, type KeptLog } from "./log-store.ts";
import { consistencyProof } from "./proof.ts";
import type { Sql } from "../../audit/records.ts";
import { startPump, type Pump } from "../../db/pump.ts";
import { logSigner } from "./log-keys.ts";
import { putBack, SinkError, type CheckpointSink, type Outgoing } from "../sinks/sink.ts";

export type PublisherSettings = {
  readonly sql: Sql;
  readonly company: string;
  readonly secret: Uint8Array;
  readonly sinks: readonly CheckpointSink[];
  readonly log: Logger;
  /** How often to look by itself, in milliseconds. */
  readonly pollMs?: number;
  /** The first wait after a failure; it doubles up to a minute. */
  readonly retryMs?: number;
};

const POLL_MS = 1_000;
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** What the last round may take when the process is asked to stop. */
const LAST_ROUND_MS = 3_000;

/** What one sink is known to hold of a log, and when a failed one is tried again. */
type Standing = { readonly size: number; readonly waitMs: number; readonly notBeforeMs: number };
const UNKNOWN: Standing = { size: 0, waitMs: 0, notBeforeMs: 0 };

/**
 * Carries the newest checkpoint of every log to every sink, each at its own pace. What fails is logged (a fork as an
 * error) and tried again with growing waits; it never reaches those who decide.
 */
export function startPublisher(settings: PublisherSettings): Pump {
  const { log, pollMs = POLL_MS } = settings;
  const rounds = settings.sinks.map((sink) => createRound(settings, sink));
  const pumps = rounds.map((round) => startPump(round, log, pollMs));
  return {
    poke: () => pumps.forEach((pump) => pump.poke()),
    async stop() {
      const last = rounds.map(async (round, at) => {
        await pumps[at]?.stop();
        await round().catch((error: unknown) => log.warn({ err: error }, "checkpoints were not published"));
      });
      await Promise.race([Promise.all(last), sleep(LAST_ROUND_MS, undefined, { ref: false })]);
    },
  };
}

function createRound(settings: PublisherSettings, sink: CheckpointSink): () => Promise<void> {
  const { sql, company, log, retryMs = RETRY_MS } = settings;
  const standings = new Map<string, Standing>();
  return async () => {
    for (const kept of await logsOf(sql, company)) {
      const standing = standings.get(kept.log) ?? UNKNOWN;
      // A log that is smaller now than it was is told by the sink.
      if (kept.size === standing.size || performance.now() < standing.notBeforeMs) continue;
      try {
        const size = await carry(settings, sink, kept);
        standings.set(kept.log, { ...UNKNOWN, size });
      } catch (error) {
        const waitMs = Math.min(standing.waitMs * 2 || retryMs, LONGEST_RETRY_MS);
        standings.set(kept.log, { ...standing, waitMs, notBeforeMs: performance.now() + waitMs });
        tell(log, sink, kept, error);
        await keepRefusal(settings, sink, kept, error);
      }
    }
  };
}

/** What a sink refuses that nobody can look into stops the signing: every process finds it in the database. */
async function keepRefusal(
  { sql, company }: PublisherSettings,
  sink: CheckpointSink,
  { log }: KeptLog,
  error: unknown,
): Promise<void> {
  if (sink.head !== undefined || !(error instanceof SinkError) || error.code !== "SINK_FORKED") return;
  await keepFork(sql, company, { log, sink: sink.name, detail: error.message });
}

/** Publishes the newest checkpoint of a log, and answers its size. */
async function carry(
  { sql, company, secret }: PublisherSettings,
  sink: CheckpointSink,
  kept: KeptLog,
): Promise<number> {
  const outgoing = await newestOf(sql, company, secret, kept);
  if (outgoing === undefined) return 0;
  try {
    await sink.publish(outgoing);
    return outgoing.size;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    const fork = await putBack(error, () => logNamed(sql, company, kept.log));
    if (fork !== undefined) throw fork;
    if (error.code === "SINK_AHEAD" && error.heldSize !== undefined) return error.heldSize;
    throw error;
  }
}

/** The newest checkpoint of a log as sinks take it, or undefined before its first. */
export async function newestOf(
  sql: Sql,
  company: string,
  secret: Uint8Array,
  { log, origin }: KeptLog,
): Promise<Outgoing | undefined> {
  const checkpoint = await newestCheckpoint(sql, company, log);
  if (checkpoint === undefined) return undefined;
  const { size, root, note } = checkpoint;
  const read = hashReaderOf(sql, company, log);
  const { vkey } = logSigner(secret, origin);
  return {
    company,
    log,
    origin,
    vkey,
    size,
    root,
    note,
    proofFrom: (oldSize) => consistencyProof(oldSize, size, read),
  };
}

function tell(log: Logger, sink: CheckpointSink, { log: name }: KeptLog, error: unknown): void {
  const { message, code, retry } = error as Error & { readonly code?: string; readonly retry?: boolean };
  const fields = { sink: sink.name, log: name, code, error: message };
  if (code === "SINK_FORKED") log.error(fields, "the audit log has forked");
  else if (retry === false) log.error(fields, "checkpoint not published");
  else log.warn(fields, "checkpoint not published");
}
