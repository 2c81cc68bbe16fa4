import { Client, Connection } from "@temporalio/client";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readRecords } from "../../audit/records.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { AT_ONCE } from "../../temporal.config.ts";
import { keepWorker } from "../faults/kept-worker.ts";
import { givenPartner, givenQuote, quoteDeskSays, crmSays } from "../fixtures/programme.ts";
import { givenRequesters } from "../fixtures/people.ts";
import { buildForTest } from "../setup/build.ts";
import { createDatabase } from "../setup/database.ts";
import { arrive } from "../setup/system.ts";

export type Play = {
  readonly engines: { readonly postgresUrl: string; readonly temporalAddress: string };
  readonly cases: number;
  /** How often the worker is killed, and how long after it was there each time. */
  readonly kills: number;
  readonly everyMs: number;
  /** How long what is left may take once the kills are over. */
  readonly patienceMs: number;
};

/** What became of the backlog. */
export type Drained = {
  /** Cases by how they came out: `executed`, `asked` of people and waiting, or what is wrong with it. */
  readonly ends: { readonly [end: string]: number };
  readonly deaths: number;
  /** Workflow tasks that a worker took and did not finish, of all histories. */
  readonly lostTasks: number;
  /** Activities that ran again although nothing of the case asked for it, by name. */
  readonly twice: { readonly [activity: string]: number };
  /** From the last kill to the last case. */
  readonly drainedMs: number;
};

/** So small that what a partner may give away in a quarter holds hundreds of them. */
const small = (id: string, net: string) => ({
  quote_list_price: "1000.00",
  quote_net_price: net,
  quote_floor_price: "600.00",
  customer_domain: `customer-${id}.example`,
});

/** What one case runs of each activity when nothing goes wrong; every third asks people. */
const runs = {
  // The write-back is called along with the act; where that was cut, by an act of its own.
  executed: { proposeByAgents: 1, decide: 1, act: 1 },
  // What would pass is told to who asked, by a note.
  asked: { proposeByAgents: 1, decide: 1, openEscalation: 1, decideFollowUp: 1, act: 1 },
} as const;

/** What kills may cost at most: what one worker can have under way, each time. */
export function mostLost({ kills }: Pick<Play, "kills">) {
  return {
    tasks: kills * AT_ONCE.workflowTasks,
    activities: kills * (AT_ONCE.ledgerActivities + AT_ONCE.toolActivities + AT_ONCE.agentTurns),
  };
}

/** Cases wait for a worker that is killed again and again; then it is left in peace, and all of them come out. */
export async function playBacklog({ engines, cases, kills, everyMs, patienceMs }: Play): Promise<Drained> {
  const [database, entry] = await Promise.all([
    createDatabase(engines.postgresUrl),
    buildForTest("test/faults/faulty-worker.ts"),
  ]);
  const folder = mkdtempSync(join(tmpdir(), "mandate-backlog-"));
  const company = "backlog";
  const queuePrefix = `backlog-${process.pid}-${Date.now()}`;
  const pool = await database.poolOf(company);
  const connection = await Connection.connect({ address: engines.temporalAddress });
  const client = new Client({ connection });
  const tally = join(folder, "tally");
  try {
    await givenRequesters(pool, company);
    await givenPartner(pool, company, { partnerId: "partner-7" });
    const wanted = Array.from(
      { length: cases },
      (_, n) => ({ id: `b${n}`, end: n % 3 === 2 ? "asked" : "executed" }) as const,
    );
    const caseIds: string[] = [];
    for (const { id, end } of wanted) {
      await givenQuote(pool, company, id, 0, small(id, end === "asked" ? "820.00" : "880.00"));
      caseIds.push(await arrive(client, { company, queuePrefix, functionId: "quoting", objectId: id, event: {} }));
    }
    const { temporalAddress } = engines;
    const databaseUrl = await database.urlOf(company);
    const worker = keepWorker(entry, { databaseUrl, temporalAddress, queuePrefix, tally });
    try {
      for (let n = 0; n < kills; n += 1) {
        await worker.ready();
        await sleep(everyMs);
        worker.kill();
        await worker.died(n + 1);
      }
      const killedMs = performance.now();
      const isOver = async () => {
        const { rows } = await pool.query<{ ended: number; asked: number }>(
          `select (select count(*)::int from audit_record where company = $1 and key like '%/end') as ended,
                  (select count(*)::int from effect where company = $1 and tool = 'crm.add-note' and state = 'done') as asked`,
          [company],
        );
        return (rows[0]?.ended ?? 0) + (rows[0]?.asked ?? 0) >= cases;
      };
      while (!(await isOver()) && performance.now() - killedMs < patienceMs) await sleep(200);
      const drainedMs = Math.round(performance.now() - killedMs);
      // What is kept of the last ones is told to the engine in a moment.
      await sleep(2_000);
      const ends = await endsOf(pool, company, wanted, caseIds);
      const lostTasks = await lostTasksOf(client, caseIds);
      return { ends, deaths: worker.deaths(), lostTasks, twice: twiceIn(tally, wanted), drainedMs };
    } finally {
      await worker.stop();
    }
  } finally {
    await connection.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Wanted = readonly { readonly id: string; readonly end: "asked" | "executed" }[];

/** Whether each case is whole: its one effect on both systems, its records in order, or its one question. */
async function endsOf(pool: LedgerPool, company: string, wanted: Wanted, caseIds: readonly string[]) {
  const [{ approvals, calls }, said] = await Promise.all([quoteDeskSays(pool, company), crmSays(pool, company)]);
  const counted = (names: readonly unknown[]) => {
    const counts = new Map<unknown, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  const approved = counted(approvals.map(({ quote_id }) => quote_id));
  const called = counted(calls.filter(({ replayed }) => !replayed).map(({ quote_id }) => quote_id));
  const told = counted(said.map(([id]) => id));
  const { rows } = await pool.query<{ case_id: string; questions: number }>(
    "select case_id, count(*)::int as questions from escalation where company = $1 group by case_id",
    [company],
  );
  const questions = new Map(rows.map(({ case_id, questions: count }) => [case_id, count]));
  const ends: { [end: string]: number } = {};
  for (const [n, { id, end }] of wanted.entries()) {
    const caseId = caseIds[n] ?? "";
    const { records, intact } = await readRecords(pool, company, caseId);
    const kinds = records.map(({ kind }) => kind).join(" ");
    const found = [approved, called].map((counts) => counts.get(`Q-${id}`) ?? 0);
    const seen = [...found, told.get(id) ?? 0, questions.get(caseId) ?? 0].join("/");
    const isRight = intact && seen === (end === "executed" ? "1/1/1/0" : "0/0/0/1") && kinds === kindsOf[end];
    const name = isRight ? end : `${end}: ${seen} ${intact ? "" : "broken "}${kinds}`;
    ends[name] = (ends[name] ?? 0) + 1;
  }
  return ends;
}

const kindsOf = {
  executed: "turn turn proposal turn review decision intent receipt proposal decision intent receipt case_end",
  asked: "turn turn proposal turn review decision escalation proposal decision intent receipt",
} as const;

/** How often a task was given to a worker beyond the time that finished it: the engine counts its attempts. */
async function lostTasksOf(client: Client, caseIds: readonly string[]): Promise<number> {
  let lost = 0;
  for (const caseId of caseIds) {
    const { events } = await client.workflow.getHandle(caseId).fetchHistory();
    for (const { workflowTaskScheduledEventAttributes: scheduled } of events ?? []) {
      lost += Math.max(0, (scheduled?.attempt ?? 1) - 1);
    }
  }
  return lost;
}

/** What ran beyond what the cases need, by activity. */
function twiceIn(tally: string, wanted: Wanted): { readonly [activity: string]: number } {
  const ran: { [activity: string]: number } = {};
  for (const line of readFileSync(tally, "utf8").split("\n").filter(Boolean)) ran[line] = (ran[line] ?? 0) + 1;
  for (const { end } of wanted) {
    for (const [activity, times] of Object.entries(runs[end])) ran[activity] = (ran[activity] ?? 0) - times;
  }
  return Object.fromEntries(Object.entries(ran).filter(([, times]) => times !== 0));
}
