import type { KeptLog } from "../../proof/log/log-store.ts";
import { cosignedSize, unpublishedMs } from "../../proof/log/cosignature-store.ts";
import { cosignatureVerifierOf } from "../../proof/log/cosignature.ts";
import type { Sql } from "../../audit/records.ts";
import { forksOf } from "../../proof/log/fork-store.ts";
import { logSigner, originOf } from "../../proof/log/log-keys.ts";
import { refusalOf } from "../../proof/log/unforked.ts";
import { newestOf } from "../../proof/log/publisher.ts";
import { checkpointFileOf, lastCheckpoint } from "../../proof/sinks/checkpoint-file.ts";
import { checkpointFolderOf } from "../../proof/sinks/file.ts";
import { forkOf } from "../../proof/sinks/fork.ts";
import { SinkError } from "../../proof/sinks/sink.ts";
import { witnessSink } from "../../proof/sinks/witness.ts";
import { startWorker } from "./audit-log.ts";
import { fail, type Finding, ok, type Recorder, warn } from "./finding.ts";

const CHECK = "audit checkpoints";
const WITNESS_TIMEOUT_MS = 3_000;

/** A sink as the doctor knows it: leaves of the largest head it holds, and the command that looks after it. */
type Held = { readonly sink: string; readonly size: number; readonly fix: string };

/** A log's sinks, and what is wrong with them. */
type Looked = { readonly held: readonly Held[]; readonly faults: readonly Finding[] };

/** Whether checkpoints reach the world outside the database, and what is there is where this log began. */
export async function checkSinks(
  recorder: Recorder,
  sql: Sql,
  secret: Uint8Array,
  logs: readonly KeptLog[],
): Promise<readonly Finding[]> {
  const looked = await Promise.all(withOwn(recorder, logs).map((kept) => look(recorder, sql, secret, kept)));
  const faults = looked.flatMap((one) => one.faults);
  if (faults.length > 0) return faults;
  return [
    ok(
      CHECK,
      logs.length === 0
        ? "none is signed yet"
        : told(
            logs,
            looked.flatMap(({ held }) => held),
          ),
    ),
  ];
}

/** The company's own log is looked at even when the database has lost it. */
function withOwn({ config: { company, auditHost } }: Recorder, logs: readonly KeptLog[]): readonly KeptLog[] {
  if (logs.some(({ log }) => log === company)) return logs;
  return [...logs, { log: company, origin: originOf(auditHost, company), size: 0 }];
}

async function look(recorder: Recorder, sql: Sql, secret: Uint8Array, kept: KeptLog): Promise<Looked> {
  const { home, company } = recorder.config;
  const path = checkpointFileOf(checkpointFolderOf(home), kept.log);
  const broken = (detail: string, fix: string): Looked => ({ held: [], faults: [fail(CHECK, detail, fix)] });
  try {
    // The file before the database: what comes out meanwhile is then in the database at least.
    const last = lastCheckpoint(path, logSigner(secret, kept.origin).vkey);
    const newest = await newestOf(sql, company, secret, kept);
    const fork = last && (await forkOf(last, newest));
    if (fork !== undefined) {
      const detail = `by ${path}, ${fork}: it was rewritten or put back to an older copy, and nothing more is signed`;
      return broken(detail, "npx mandate audit log");
    }
    if (newest === undefined) return { held: [], faults: [] };
    const refused = await refusedBy(recorder, sql, secret, kept.log);
    if (refused !== undefined) return broken(refused, "npx mandate audit log");
    const file = { sink: "the checkpoint file", size: last?.size ?? 0, fix: startWorker(recorder) };
    const held = [file, ...(await witnessesOf(recorder, sql, kept))];
    return { held, faults: await staleness(recorder, sql, kept, held) };
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    return broken(error.message, `mv '${path}' '${path}.damaged'`);
  }
}

/** Which witness holds the log further, or otherwise, than this database: found by a worker before, or told now. */
async function refusedBy({ config }: Recorder, sql: Sql, secret: Uint8Array, log: string): Promise<string | undefined> {
  const { company, witnesses } = config;
  const sinks = witnesses.map((witness) => witnessSink(sql, { ...witness, timeoutMs: WITNESS_TIMEOUT_MS }));
  const names = sinks.map(({ name }) => name);
  const [known] = await forksOf(sql, company, log, names);
  if (known !== undefined) return `${known.detail} (found ${known.foundAt}); nothing more is signed`;
  for (const sink of sinks) {
    const refusal = await refusalOf({ sql, company, secret, sinks }, sink, log);
    if (refusal.kind === "fork") return `${refusal.detail}; nothing more is signed once a worker runs`;
  }
  return undefined;
}

async function witnessesOf({ config }: Recorder, sql: Sql, { log }: KeptLog): Promise<Held[]> {
  const { company, witnesses } = config;
  return Promise.all(
    witnesses.map(async ({ vkey, url }) => {
      const witness = cosignatureVerifierOf(vkey).name;
      return {
        sink: `witness ${witness}`,
        size: await cosignedSize(sql, { company, log, witness }),
        fix: `curl -i ${url}`,
      };
    }),
  );
}

/** A log fails when no sink is up to date; with one that is, those that lag are for looking at. */
async function staleness(
  { config }: Recorder,
  sql: Sql,
  { log, size }: KeptLog,
  held: readonly Held[],
): Promise<Finding[]> {
  const { company, checkpointLimitSeconds } = config;
  const late: { readonly sink: Held; readonly seconds: number }[] = [];
  for (const sink of held) {
    const seconds = Math.round((await unpublishedMs(sql, { company, log, size: sink.size })) / 1_000);
    if (seconds > checkpointLimitSeconds) late.push({ sink, seconds });
  }
  const finding = late.length === held.length ? fail : warn;
  return late.map(({ sink, seconds }) => {
    const detail = `${sink.sink} holds ${sink.size} of ${size} leaves of log ${log}; the next checkpoint has waited ${seconds} s`;
    return finding(CHECK, `${detail}, the limit is ${checkpointLimitSeconds} s`, sink.fix);
  });
}

function told(logs: readonly KeptLog[], held: readonly Held[]): string {
  const leaves = logs.reduce((sum, { size }) => sum + size, 0);
  const sinks = [...new Set(held.map(({ sink }) => sink))].map((sink) => {
    const inIt = held.filter((one) => one.sink === sink).reduce((sum, { size }) => sum + size, 0);
    return `${inIt} of ${leaves} leaves in ${sink}`;
  });
  return sinks.join(", ");
}
