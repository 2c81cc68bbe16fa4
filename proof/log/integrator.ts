import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { integrateLog } from "./integrate.ts";
import { urgentLogs, waitingLogs } from "./log-store.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { startPump } from "../../db/pump.ts";
import { logSigner, originOf } from "./log-keys.ts";
import { startPublisher } from "./publisher.ts";
import type { CheckpointSink } from "../sinks/sink.ts";
import { requireUnforked, type Confirmed } from "./unforked.ts";

export type IntegratorSettings = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly secret: Uint8Array;
  /** The first part of a log's origin: MANDATE_AUDIT_HOST. */
  readonly host: string;
  readonly sinks: readonly CheckpointSink[];
  readonly log: Logger;
  /** How often to look for what is urgent, in milliseconds. */
  readonly pollMs?: number;
  /** The least time from one checkpoint to the next when nothing is urgent, in milliseconds. */
  readonly everyMs?: number;
};

/** Where `stop` gives up: what still waits then is taken up by the next worker that runs. */
const STOP_MS = 4_000;
const STOP_LOOK_MS = 20;
/** How often to look for what is not urgent, at the least. */
const LOOK_AT_ALL_MS = 1_000;
/** Stands for the database among the names of logs. */
const DATABASE = "";

/**
 * Puts a company's records under signed checkpoints: at once what is urgent, the rest every five seconds. Any number may
 * run: one at a time extends a log. A log that a sink knows otherwise is held back. A failure is logged and tried again. `stop` leaves nothing waiting.
 */
export function startIntegrator(settings: IntegratorSettings): { stop(): Promise<void> } {
  const { pool, company, sinks, pollMs = 200, everyMs = 5_000 } = settings;
  const log = settings.log.child({ component: "integrator" });
  const publisher = startPublisher({ sql: pool, company, secret: settings.secret, sinks, log });
  const rests = createRests(everyMs);
  const confirmed: Confirmed = new Map();
  let allAtMs = 0;
  const look = async (): Promise<void> => {
    if (rests.holds(DATABASE, false)) return;
    const isForAll = performance.now() >= allAtMs;
    const waiting = await (isForAll ? waitingLogs : urgentLogs)(pool, company).catch((error: unknown) => {
      rests.failed(DATABASE);
      throw error;
    });
    if (isForAll) allAtMs = performance.now() + Math.min(everyMs, LOOK_AT_ALL_MS);
    for (const one of waiting) {
      if (rests.holds(one.log, one.urgent)) continue;
      if (await attempt(one.log)) rests.done(one.log);
      else rests.failed(one.log);
    }
  };
  const attempt = async (name: string): Promise<boolean> => {
    try {
      if (await extend(settings, name, confirmed)) publisher.poke();
      return true;
    } catch (error) {
      const { message, code } = error as Error & { readonly code?: string };
      log.error({ log: name, code, error: message }, "no checkpoint was signed");
      return false;
    }
  };
  const pump = startPump(look, log, pollMs);
  return {
    async stop() {
      await pump.stop();
      await finish(settings, attempt).catch((error: unknown) => log.warn({ err: error }, "the last round failed"));
      await publisher.stop();
    },
  };
}

/** When a log may be looked at again: after a failure even what is urgent waits. */
function createRests(everyMs: number) {
  const rests = new Map<string, { readonly untilMs: number; readonly failed: boolean }>();
  const rest = (name: string, failed: boolean) =>
    void rests.set(name, { untilMs: performance.now() + everyMs, failed });
  return {
    done: (name: string) => rest(name, false),
    failed: (name: string) => rest(name, true),
    holds(name: string, urgent: boolean): boolean {
      const found = rests.get(name);
      return found !== undefined && performance.now() < found.untilMs && (found.failed || !urgent);
    },
  };
}

/** Integrates until less than a full batch was waiting. Answers whether anything was signed. */
async function extend(settings: IntegratorSettings, log: string, confirmed: Confirmed): Promise<boolean> {
  const { pool, company, secret, host } = settings;
  const origin = originOf(host, log);
  const signer = logSigner(secret, origin);
  await requireUnforked({ ...settings, sql: pool }, log, origin, confirmed);
  let signed = false;
  for (;;) {
    const at = new Date().toISOString();
    const integrated = await integrateLog(pool, { company, log, origin, signer, at });
    signed ||= integrated !== undefined;
    if (integrated?.more !== true) return signed;
  }
}

/** The last round: also waits for another process that is at it. A log that fails is left out. */
async function finish(
  { pool, company }: IntegratorSettings,
  attempt: (log: string) => Promise<boolean>,
): Promise<void> {
  const failed = new Set<string>();
  const endMs = performance.now() + STOP_MS;
  for (;;) {
    const waiting = (await waitingLogs(pool, company)).filter(({ log }) => !failed.has(log));
    if (waiting.length === 0 || performance.now() > endMs) return;
    for (const { log } of waiting) if (!(await attempt(log))) failed.add(log);
    await sleep(STOP_LOOK_MS);
  }
}
