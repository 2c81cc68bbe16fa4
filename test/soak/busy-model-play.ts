import { setTimeout as sleep } from "node:timers/promises";
import { readRecords } from "../../audit/records.ts";
import type { JsonObject } from "../../domain/json.ts";
import { startBusySupplier } from "../fixtures/busy-model.ts";
import { givenPartner, givenQuote, quoteDeskSays } from "../fixtures/programme.ts";
import { startSystem } from "../setup/system.ts";

export type Play = {
  readonly engines: { readonly postgresUrl: string; readonly temporalAddress: string };
  /** How long the supplier answers 529 to everything, and events come. */
  readonly forMs: number;
  readonly eventsPerSecond: number;
  /** How long what is left may take after that. */
  readonly patienceMs: number;
};

/** What became of the requests. */
export type Waited = {
  readonly cases: number;
  /** Cases by how they came out. */
  readonly ends: { readonly [end: string]: number };
  readonly questions: number;
  /** Turns by who did them, as the record says. */
  readonly turns: { readonly [by: string]: number };
  /** The longest that one case's turns took together, waits included, and that a case took from begin to end. */
  readonly longestWaitMs: number;
  readonly longestCaseMs: number;
  /** Requests that reached the supplier. */
  readonly asked: number;
};

/** So small that what a partner may give away in a quarter holds thousands of them. */
const small = (id: string) => ({
  quote_list_price: "100.00",
  quote_net_price: "88.00",
  quote_floor_price: "60.00",
  customer_domain: `customer-${id}.example`,
});

/** Events that the rules execute come while the model's supplier answers 529 to everything. */
export async function playBusyModel({ engines, forMs, eventsPerSecond, patienceMs }: Play): Promise<Waited> {
  const supplier = await startBusySupplier();
  const system = await startSystem({ engines, model: supplier.model });
  const { pool, company, client } = system;
  try {
    supplier.fails("overloaded");
    await givenPartner(pool, company, { partnerId: "partner-7" });
    const caseIds: string[] = [];
    const begunMs = performance.now();
    for (let n = 0; performance.now() - begunMs < forMs; n += 1) {
      const id = `m${n}`;
      await givenQuote(pool, company, id, 0, small(id));
      caseIds.push(await system.arrive("quoting", id));
      await sleep(Math.max(0, begunMs + ((n + 1) * 1_000) / eventsPerSecond - performance.now()));
    }
    const ends: { [end: string]: number } = {};
    let longestCaseMs = 0;
    const result = async (caseId: string) => {
      const handle = client.workflow.getHandle(caseId);
      const late = sleep(patienceMs, "waits still", { ref: false });
      const end = await Promise.race([handle.result().then((value) => outcomeOf(value)), late]);
      ends[end] = (ends[end] ?? 0) + 1;
      const { startTime, closeTime } = await handle.describe();
      longestCaseMs = Math.max(longestCaseMs, (closeTime?.getTime() ?? Date.now()) - startTime.getTime());
    };
    for (let at = 0; at < caseIds.length; at += 50) await Promise.all(caseIds.slice(at, at + 50).map(result));
    const { rows } = await pool.query<{ questions: number }>(
      "select count(*)::int as questions from escalation where company = $1",
      [company],
    );
    const told = { turns: {} as { [by: string]: number }, longestWaitMs: 0 };
    for (const caseId of caseIds) {
      const { records } = await readRecords(pool, company, caseId);
      const turns = records.filter(({ kind }) => kind === "turn").map(({ body }) => body);
      for (const turn of turns) told.turns[byOf(turn)] = (told.turns[byOf(turn)] ?? 0) + 1;
      const waitedMs = turns.reduce((sum, { tookMs }) => sum + (typeof tookMs === "number" ? tookMs : 0), 0);
      told.longestWaitMs = Math.max(told.longestWaitMs, waitedMs);
    }
    const { approvals } = await quoteDeskSays(pool, company);
    if (approvals.length !== (ends["executed"] ?? 0)) ends["effects"] = approvals.length;
    const asked = supplier.requests();
    return { cases: caseIds.length, ends, questions: rows[0]?.questions ?? 0, ...told, longestCaseMs, asked };
  } finally {
    await system.stop();
    await supplier.stop();
  }
}

function outcomeOf(value: unknown): string {
  const { outcomes } = value as { readonly outcomes: readonly string[] };
  return outcomes.join(" ");
}

function byOf({ model, standIn }: JsonObject): string {
  const { for: replaced, fault } = (standIn ?? {}) as { readonly for?: string; readonly fault?: string };
  const by = typeof model === "string" ? model : "nobody";
  return replaced === undefined ? by : `${by} for ${replaced}: ${fault}`;
}
