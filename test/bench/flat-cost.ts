import { Client, Connection } from "@temporalio/client";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "pg";
import { createPool } from "../../db/pool.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import { finishedCasesLike, forgetFinishedDecisions, type WriteFinished } from "../fixtures/finished-cases.ts";
import { givenQuote } from "../fixtures/programme.ts";
import { perCase, rowsVisited, withoutAutovacuum, type Visited } from "../fixtures/rows-visited.ts";
import { postBatch, quoteAsked } from "../setup/hubspot.ts";
import { COMPANY, SECRET, startStack, type Stack } from "../setup/stack.ts";
import type { Engines } from "../setup/start-engines.ts";
import { eventually } from "../setup/system.ts";
import { readCpuMs } from "./cost.ts";
import { givenPartners, partnerOf } from "./partners.ts";

type Cost = { readonly visited: Visited; readonly rows: number; readonly cpuMs: number };

/** What a quote costs the database on top of so many that are finished; `ofFirst` as a multiple of the first level's. */
export type FlatCost = {
  readonly name: string;
  readonly levels: readonly {
    readonly finished: number;
    readonly rows: number;
    readonly cpuMs: number;
    readonly ofFirst: { readonly rows: number; readonly cpu: number };
    /** Rows per case by table, where they are more than in the first level by one or more. */
    readonly grown: { readonly [table: string]: number };
  }[];
};

const LEVELS = [10, 1_000, 10_000, 100_000];
const LIVE = 200;
const WIDTH = 8;
/** The finished ones are like this one. */
const MODEL = 987_654_321;
/** Cases on a database that has nothing yet: sessions make the plans that they keep, and each partner gets its log. */
const FIRST = 64;
/** Cases that are written in one transaction. */
const PAGE = 5_000;
/** After so long without work a session has told what it went over. */
const TOLD_MS = 11_000;

/**
 * Executed quotes in the real processes, pollers, relay and integrator included, on one database that is never analysed
 * while it grows.
 */
export async function flatCost(engines: Pick<Engines, "cacheFolder" | "temporalBinary">): Promise<FlatCost> {
  const stack = await startStack(engines);
  const owner = createPool(stack.ownerUrl, { max: 2 });
  let temporal: Connection | undefined;
  try {
    await withoutAutovacuum(owner);
    await Promise.all([stack.start("temporal"), stack.start("gateway")]);
    await stack.start("worker");
    temporal = await Connection.connect({ address: stack.temporalAddress });
    const client = new Client({ connection: temporal });
    await givenPartners(stack.pool, COMPANY);
    await quotes(stack, client, MODEL, 1);
    await quotes(stack, client, 1_000_000, FIRST);
    const write = await finishedCasesLike(owner, { company: COMPANY, objectId: String(MODEL) });
    const costs: (Cost & { readonly finished: number })[] = [];
    for (const [at, finished] of LEVELS.entries()) {
      await grow(owner, write, { from: LEVELS[at - 1] ?? 0, to: finished });
      const work = () => quotes(stack, client, 2_000_000 + at * LIVE, LIVE);
      const cost = await costOf(owner, work);
      costs.push({ finished, ...cost });
    }
    await forgetFinishedDecisions(owner, COMPANY);
    return { name: "flat cost", levels: costs.map((cost) => levelOf(cost, costs[0])) };
  } finally {
    await temporal?.close();
    await owner.end();
    await stack.stop();
  }
}

function levelOf({ finished, visited, rows, cpuMs }: Cost & { finished: number }, first = { visited, rows, cpuMs }) {
  const more = [...visited].map(([table, count]) => [table, count - (first.visited.get(table) ?? 0)] as const);
  const ofFirst = { rows: rows / first.rows, cpu: cpuMs / first.cpuMs };
  return { finished, rows, cpuMs, ofFirst, grown: Object.fromEntries(more.filter(([, count]) => count >= 1)) };
}

/** From so many finished cases to so many. What is written is on disk before anything is measured. */
async function grow(owner: Pool, write: WriteFinished, { from, to }: { from: number; to: number }): Promise<void> {
  for (let written = from; written < to; written += PAGE) await write(written + 1, Math.min(to, written + PAGE));
  await owner.query("checkpoint");
}

async function costOf(owner: Pool, work: () => Promise<void>): Promise<Cost> {
  const before = await readCost(owner);
  await work();
  const after = await readCost(owner);
  const visited = perCase(before.visited, after.visited, LIVE);
  return {
    visited,
    rows: [...visited.values()].reduce((sum, each) => sum + each, 0),
    cpuMs: (after.cpuMs - before.cpuMs) / LIVE,
  };
}

async function readCost(owner: Pool) {
  const { rows } = await owner.query<{ pid: number }>(
    String.raw`select split_part(pg_read_file('postmaster.pid'), E'\n', 1)::int as pid`,
  );
  const { postgres: cpuMs = Number.NaN } = readCpuMs({ postgres: { pid: rows[0]?.pid ?? 0, children: true } });
  await sleep(TOLD_MS);
  return { cpuMs, visited: await rowsVisited(owner, [owner]) };
}

/** Asks for quotes by webhook, a few at a time, and waits for the end of each. */
async function quotes(stack: Stack, client: Client, first: number, count: number): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    for (let number = next++; number < first + count; number = next++) {
      const id = String(number);
      await givenQuote(stack.pool, COMPANY, id, 120_000, { partner_id: partnerOf(number) });
      const response = await postBatch(stack.gatewayUrl, SECRET, [quoteAsked({ objectId: id, eventId: number })]);
      if (response.status !== 202) throw new Error(`the gateway answered ${response.status}`);
      const handle = client.workflow.getHandle(caseIdOf(COMPANY, "quoting", objectRefOf("crm", "deal", id)));
      await eventually(async () => handle.describe().catch(() => undefined), 60_000);
      await handle.result();
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
}
