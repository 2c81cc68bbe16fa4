import { cpus } from "node:os";
import { quietRuntime } from "../setup/quiet-runtime.ts";
import { startEngines } from "../setup/start-engines.ts";
import { approvals, type Approved } from "./approvals.ts";
import { auditAppend, type Appends } from "./audit-append.ts";
import { auditRebuild, type Rebuilds } from "./audit-rebuild.ts";
import { auditShare } from "./audit-share.ts";
import { auditVerify, type Verified } from "./audit-verify.ts";
import { bulkBatch, type Bulk } from "./bulk-batch.ts";
import { coldStart, type ColdStart } from "./cold-start.ts";
import { decideService, type Answers } from "./decide-service.ts";
import { flatCost, type FlatCost } from "./flat-cost.ts";
import { governedQuote, type CaseCost, type GovernedQuote } from "./governed-quote.ts";
import { idleMemory, type IdleMemory } from "./idle-memory.ts";
import { partnerMatch, type Matched } from "./partner-match.ts";
import { policyAnalysis, type Analysed } from "./policy-analysis.ts";
import { largePolicy, type LargePolicy } from "./large-policy.ts";
import type { Comparison } from "./ratio.ts";
import { ruleScale, type RuleScale } from "./rule-scale.ts";
import { ruleTable } from "./rule-table.ts";
import { simulateHistory, type Replayed } from "./simulate.ts";
import { triggerToEffect, type Latency } from "./trigger-to-effect.ts";
import type { WalShare } from "./wal.ts";
import { webhookAcceptance } from "./webhook-acceptance.ts";

/**
 * `npm run bench`: everything in one run on this machine, ours and the bare peer in turn. Prints a table, or with
 * `--json` one object. Words on the command line choose cases by name.
 */

type Result =
  | Approved
  | IdleMemory
  | Matched
  | Analysed
  | LargePolicy
  | Bulk
  | Comparison
  | GovernedQuote
  | Latency
  | ColdStart
  | RuleScale
  | Replayed
  | Answers
  | Appends
  | Rebuilds
  | Verified
  | FlatCost;

/** Where a case's records are kept. */
const RECORD_TABLES = ["audit_record", "audit_place", "audit_subject", "case_head"];

const chosen = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const say = (line: string) => process.stderr.write(`${line}\n`);

quietRuntime();
const engines = await startEngines(say);
const cases: Record<string, () => Promise<Result>> = {
  "webhook acceptance": () => webhookAcceptance(engines),
  "governed quote": () => governedQuote(engines),
  "trigger to first effect": () => triggerToEffect(engines),
  approvals: () => approvals(engines),
  "start to first decision": () => coldStart(),
  "idle memory": () => idleMemory(engines),
  "decide service": () => decideService(engines),
  "rule scale": () => ruleScale(),
  "replayed history": () => simulateHistory(),
  "policy analysis": () => Promise.resolve(policyAnalysis()),
  "partner match": () => Promise.resolve(partnerMatch()),
  "large policy": () => largePolicy(engines),
  "bulk batch": () => bulkBatch(engines),
  "audit append": () => auditAppend(engines),
  "audit rebuild": () => auditRebuild(engines),
  "audit verify": () => auditVerify(),
  "audit share": () => auditShare(engines),
  "flat cost": () => flatCost(engines),
};
const results: Result[] = [];
try {
  for (const [name, run] of Object.entries(cases)) {
    if (chosen.length > 0 && !chosen.some((word) => name.includes(word.replaceAll("-", " ")))) continue;
    say(`measuring ${name}`);
    results.push(await run());
  }
} finally {
  await engines.stop();
}
const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? "unknown", node: process.version };
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify({ machine, results })}\n`);
else process.stdout.write(`${[`${machine.cpus} cores, Node ${machine.node}`, ...results.map(line)].join("\n")}\n`);
process.exit(0);

function line(result: Result): string {
  if ("ratio" in result) {
    const { name, ratio, lowest, highest, ours, bare, unit } = result;
    const best = (values: readonly number[]) => Math.max(...values).toFixed(0);
    const spread = `${lowest.toFixed(2)} to ${highest.toFixed(2)} over ${ours.length} rounds`;
    const rates = `${name}: ${ratio.toFixed(2)} of bare (${spread}); best ${best(ours)} against ${best(bare)} ${unit}`;
    return "costs" in result
      ? [rates, ...costTable(result.costs), commitTable(result), walTable(result.wal)].join("\n")
      : rates;
  }
  if ("queueAtEnd" in result) {
    const { name, approvals: count, approvalsPerSecond, p50Ms, p99Ms, firstP50Ms, lastP50Ms } = result;
    const times = `p50 ${p50Ms} ms, p99 ${p99Ms} ms to the effect (p50 ${firstP50Ms} ms in the first quarter, ${lastP50Ms} ms in the last)`;
    const queue = `${result.longestQueue} waited at most, ${result.queueAtEnd} at the end`;
    const cpu = `${result.cpuMs.toFixed(0)} ms of CPU each`;
    return `${name}: ${times}; ${queue}; ${cpu} (${count} at ${approvalsPerSecond}/s)`;
  }
  if ("pssMb" in result) {
    const sizes = Object.entries(result.pssMb).map(([process, mb]) => `${process} ${mb.toFixed(0)}`);
    return `${result.name}, MB of proportional set: ${sizes.join(", ")}`;
  }
  if ("p99Ms" in result) {
    const { name, events, perSecond, p50Ms, p99Ms, maxMs } = result;
    return `${name}: p50 ${p50Ms} ms, p99 ${p99Ms} ms, longest ${maxMs} ms (${events} events at ${perSecond}/s)`;
  }
  if ("idleP50Ms" in result) {
    const { name, idleP50Ms, idleP99Ms, alonePerSecond, togetherPerSecond } = result;
    const rates = `${alonePerSecond.toFixed(0)} decisions/s by one caller, ${togetherPerSecond.toFixed(0)} by 16`;
    const cpu = `${result.cpuMs.toFixed(1)} ms of the gateway's CPU`;
    return `${name}: p50 ${idleP50Ms.toFixed(1)} ms, p99 ${idleP99Ms.toFixed(1)} ms over HTTP when idle, ${cpu}; ${rates}`;
  }
  if ("storedPerSecond" in result) {
    const { name, batchRows, objects, storedPerSecond, foldedPerSecond, highestMb } = result;
    const rates = `${storedPerSecond.toFixed(0)} rows/s stored, ${foldedPerSecond.toFixed(0)} folded`;
    return `${name} of ${batchRows} rows about ${objects} objects: ${rates}, ${highestMb} MB resident at most`;
  }
  if ("ways" in result) {
    const rate = ({ way, perSecond, ofInteractive, ofOrdered }: Appends["ways"][number]) =>
      `${way} ${perSecond.toFixed(0)}/s (${ofOrdered.toFixed(1)}, ${ofInteractive.toFixed(1)})`;
    const bases = "times a transaction that takes the next place in the log, and one that numbers its case only";
    return `${result.name}, 64 callers (${bases}): ${result.ways.map(rate).join(", ")}`;
  }
  if ("logs" in result) {
    const log = ({ leaves, verifyS, hashS }: Verified["logs"][number]) =>
      `${leaves} leaves in ${verifyS.toFixed(1)} s, ${(verifyS / hashS).toFixed(1)} times hashing alone`;
    return `${result.name}: ${result.logs.map(log).join("; ")}`;
  }
  if ("sizes" in result) {
    const size = ({ records, decisionP50Ms, caseP50Ms, caseP99Ms }: Rebuilds["sizes"][number]) =>
      `${records}: decision ${decisionP50Ms.toFixed(2)} ms, case ${caseP50Ms.toFixed(2)} ms (p99 ${caseP99Ms.toFixed(2)})`;
    return `${result.name}, p50 among so many records: ${result.sizes.map(size).join("; ")}`;
  }
  if ("levels" in result) {
    const level = ({ finished, rows, cpuMs, ofFirst, grown }: FlatCost["levels"][number]) => {
      const times = `${ofFirst.rows.toFixed(2)} and ${ofFirst.cpu.toFixed(2)} times the first`;
      const more = Object.entries(grown).map(([table, count]) => `, ${count.toFixed(0)} more of ${table}`);
      return `${finished}: ${rows.toFixed(0)} rows, ${cpuMs.toFixed(1)} ms (${times}${more.join("")})`;
    };
    const what = "rows gone over and PostgreSQL's CPU per quote on top of so many finished ones, never analysed";
    return `${result.name}, ${what}: ${result.levels.map(level).join("; ")}`;
  }
  if ("elseMs" in result) return largeLine(result);
  if ("lintMs" in result) {
    const { name, rules, lintMs, proveMs, undecided } = result;
    const took = `lint ${lintMs.toFixed(0)} ms, prove ${proveMs.toFixed(0)} ms of CPU`;
    return `${name} of ${rules} rules: ${took}, ${undecided} pairs undecided`;
  }
  if ("heldMb" in result) {
    return `${result.name}: ${result.cpuMs} ms of CPU and ${result.heldMb} MB for ${result.pairs} pairs in three roles`;
  }
  if ("rows" in result) return ruleTable(result);
  if ("replayMs" in result) {
    const { name, decisions, rules, replayMs, engineMs, engineOverReplay, checked } = result;
    const engine = `json-rules-engine takes ${engineOverReplay.toFixed(0)} times as much (${engineMs.toFixed(0)} ms)`;
    const many = `${decisions} decisions under ${rules} rules`;
    return `${name}: ${replayMs.toFixed(0)} ms of CPU for ${many}; ${engine}, ${checked} of them compared`;
  }
  const { name, firstDecisionMs, wholeDayMs, runs } = result;
  return `${name}: ${firstDecisionMs} ms, day played and stopped after ${wholeDayMs} ms (median of ${runs})`;
}

function largeLine({
  name,
  rules,
  engineMs,
  elseMs,
  readRules,
  matching,
  analysedRules,
  seconds,
}: LargePolicy): string {
  const ratio = `${(engineMs / elseMs).toFixed(2)} times all else (${engineMs.toFixed(2)} against ${elseMs.toFixed(2)} ms of CPU)`;
  const read = `${readRules.toFixed(0)} rules read, ${matching.toFixed(0)} match`;
  const took = Object.entries(seconds).map(([question, s]) => `${question} ${s.toFixed(1)} s`);
  return `${name} of ${rules} rules: json-rules-engine takes ${ratio} of a live decision, ${read}; of ${analysedRules}: ${took.join(", ")} of CPU`;
}

/** What one case costs on each side, a line each. */
function costTable(costs: GovernedQuote["costs"]): string[] {
  const cost = ({ cpuMs, commits, rowWrites, walBytes }: CaseCost) => {
    const total = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
    const groups = Object.entries(cpuMs).map(([group, ms]) => `${group} ${ms.toFixed(1)}`);
    const written = `${commits.toFixed(1)} commits, ${rowWrites.toFixed(0)} row writes`;
    return `${total.toFixed(0)} ms of CPU (${groups.join(", ")}); ${written}, ${(walBytes / 1000).toFixed(1)} kB of WAL`;
  };
  return [`  a case of ours: ${cost(costs.ours)}`, `  a bare one: ${cost(costs.bare)}`];
}

/** Whose the commits of a case are. One that wrote leaves a record in the log, and waits for the disk; the others only read. */
function commitTable({ costs: { ours }, wal }: GovernedQuote): string {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const each = Object.entries(ours.alone).filter(([, count]) => count >= 0.05);
  const of = (isSandbox: boolean) => each.filter(([name]) => name.startsWith("sandbox-") === isSandbox);
  const named = (counts: typeof each) => counts.map(([name, count]) => `${name} ${count.toFixed(1)}`).join(", ");
  const total = (counts: typeof each) => sum(counts.map(([, count]) => count)).toFixed(1);
  const wrote = sum(wal.filter(({ what }) => what === "transaction commit").map(({ records }) => records));
  const transactions = (ours.commits - sum(Object.values(ours.alone))).toFixed(1);
  const parts = `the sandbox's ${total(of(true))} (${named(of(true))}); transactions ${transactions}; alone ${total(of(false))} (${named(of(false))})`;
  return `  its commits, of which ${wrote.toFixed(1)} write: ${parts}`;
}

/** What the write-ahead log of one case is made of. Full pages depend on when checkpoints come, upkeep on autovacuum. */
function walTable(wal: readonly WalShare[]): string {
  const kb = (shares: readonly WalShare[]) =>
    (shares.reduce((sum, { bytes, pageBytes }) => sum + bytes - pageBytes, 0) / 1000).toFixed(1);
  const isIndex = ({ table, relation }: WalShare) => table !== relation && !relation.startsWith("pg_toast");
  const groupOf = ({ what, table }: WalShare) => {
    if (table.startsWith("pg_") || /xlog|prune|visible/.test(what)) return "upkeep";
    if (table.startsWith("sandbox.")) return "sandbox";
    return RECORD_TABLES.includes(table) ? "records" : "ledgers";
  };
  const of = (group: ReturnType<typeof groupOf>) => wal.filter((share) => groupOf(share) === group);
  const split = (shares: readonly WalShare[]) =>
    `${kb(shares.filter((share) => !isIndex(share)))}, their indexes ${kb(shares.filter(isIndex))}`;
  const pages = (wal.reduce((sum, { pageBytes }) => sum + pageBytes, 0) / 1000).toFixed(1);
  const parts = `records ${split(of("records"))}; ledgers ${split(of("ledgers"))}; the sandbox's ${kb(of("sandbox"))}`;
  return `  its WAL in kB: ${parts}; full pages ${pages}; upkeep ${kb(of("upkeep"))}`;
}
