import type { KeptLog } from "../../proof/log/log-store.ts";
import { LogError } from "../../proof/log/log-error.ts";
import { lastHead } from "../../proof/log/signed-head.ts";
import { waitingOf, type Waiting } from "../../proof/log/waiting.ts";
import type { Sql } from "../../audit/records.ts";
import { logSigner, originOf } from "../../proof/log/log-keys.ts";
import { fail, type Finding, ok, type Recorder } from "./finding.ts";

const CHECK = "audit log";
/** A worker signs every five seconds; a record that waits this long waits for a worker. */
const WAIT_LIMIT_MS = 60_000;

/** Whether every log's head is signed as it stands, and records do not wait for their place. */
export async function checkLogs(
  recorder: Recorder,
  sql: Sql,
  secret: Uint8Array,
  logs: readonly KeptLog[],
): Promise<Finding> {
  for (const { log } of logs) {
    const fault = await faultOf(recorder, sql, secret, log);
    if (fault !== undefined) return fault;
  }
  const waiting = await waitingOf(sql, recorder.config.company);
  const late = waiting.find(({ waitedMs }) => waitedMs > WAIT_LIMIT_MS);
  return late === undefined ? ok(CHECK, told(logs, waiting)) : fail(CHECK, lateText(late), startWorker(recorder));
}

async function faultOf({ config }: Recorder, sql: Sql, secret: Uint8Array, log: string): Promise<Finding | undefined> {
  const origin = originOf(config.auditHost, log);
  try {
    await lastHead(sql, { company: config.company, log, origin, signer: logSigner(secret, origin) });
    return undefined;
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const began = error.beganAs?.slice(0, -`/${log}`.length);
    return fail(
      CHECK,
      error.message,
      began === undefined ? "npx mandate audit log" : `export MANDATE_AUDIT_HOST=${began}`,
    );
  }
}

/** Started by whoever starts workers here. */
export function startWorker({ config }: Recorder): string {
  return config.databaseUrl === undefined ? "npm start" : "npx mandate worker";
}

function lateText({ log, records, waitedMs }: Waiting): string {
  const count = records === 1 ? "1 record waits" : `${records} records wait`;
  return `${count} for a place in log ${log}, the oldest for ${Math.round(waitedMs / 1_000)} s: no worker signs it`;
}

function told(logs: readonly KeptLog[], waiting: readonly Waiting[]): string {
  const leaves = logs.reduce((sum, { size }) => sum + size, 0);
  const records = waiting.reduce((sum, one) => sum + one.records, 0);
  const signed = `${leaves} leaves of ${logs.length === 1 ? "1 log" : `${logs.length} logs`} under signed checkpoints`;
  return records === 0 ? signed : `${signed}, ${records} waiting for the next one`;
}
