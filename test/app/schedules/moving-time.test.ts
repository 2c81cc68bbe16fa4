import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schedulesOf } from "../../../app/schedules/company-schedules.ts";
import { startCompanyClock, type CompanyClock } from "../../../db/company-clock.ts";
import type { FunctionTable } from "../../../functions/definition.ts";
import { startRelay } from "../../../gateway/inbox/relay.ts";
import { temporalEngine } from "../../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../../temporal.config.ts";
import type { Pump } from "../../../db/pump.ts";
import { DAY_MS, daysAfter, givenWarranties, warranties } from "../../fixtures/dated.ts";
import { openEscalationOf } from "../../fixtures/escalations.ts";
import { keptLog } from "../../fixtures/log.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { movedClient, moveTime, type Moved } from "../../../app/engine/move-time.ts";
import { startSystem, type System } from "../../setup/system.ts";

/** What is swept. The worker knows no such function: here it only matters that and when its cases begin. */
const functions: FunctionTable = { warranties };
const { log } = keptLog();

let system: System;
let moved: Moved;
let clock: CompanyClock;
let relay: Pump;
beforeAll(async () => {
  system = await startSystem({ functions });
  const { client, company, pool, queuePrefix, database } = system;
  clock = await startCompanyClock({ sql: pool, company, log, movable: true });
  moved = {
    client,
    owner: database.pool,
    company,
    queuePrefix,
    schedules: schedulesOf(company, functions),
    clocks: [clock],
  };
  const ahead = movedClient(client, pool, company);
  const starter = temporalEngine(() => Promise.resolve(ahead), taskQueue(queuePrefix, "orchestration"));
  relay = startRelay({ pool, starter, log, functions, pollMs: 20 });
  await givenPartner(pool, company, { partnerId: "partner-7" });
});
afterAll(async () => {
  await relay.stop();
  await clock.stop();
  await system.stop();
});

/** When a case began by its own clock. */
async function beginningOf(caseId: string): Promise<number> {
  const { events } = await system.client.workflow.getHandle(caseId).fetchHistory();
  const first = events?.find(({ workflowTaskStartedEventAttributes: started }) => started);
  return Number(first?.eventTime?.seconds) * 1_000;
}

describe("moving a company's time", { timeout: 240_000 }, () => {
  test("skips its open cases to the instant: what waits for people is asked of the next", async () => {
    const { pool, company } = system;
    await givenQuote(pool, company, "d1", 180_000);
    const caseId = await system.arrive("quoting", "d1");
    const asked = await openEscalationOf(system, caseId);
    const to = daysAfter(new Date().toISOString(), 5 / 24);
    await moveTime({ ...moved, schedules: [] }, to);
    expect(Math.abs(Date.parse(clock.now()) - Date.parse(to))).toBeLessThan(5_000);
    const { rows } = await pool.query<{ level: number }>(
      "select level from escalation where company = $1 and case_id = $2 and state = 'open'",
      [company, caseId],
    );
    expect([asked.level, rows.map(({ level }) => level)]).toEqual([0, [1]]);
  });

  test("fires what fell due on the way, in order and each at its moment; what that opens begins there", async () => {
    const { company, pool, client } = system;
    const from = clock.now();
    const soon = daysAfter(from, 30 + 7 + 2.5);
    await givenWarranties(pool, company, { w1: soon, w2: daysAfter(soon, 3), w3: daysAfter(soon, 40) });
    const fired = await moveTime(moved, daysAfter(from, 8));
    const sweeps = fired.filter(({ schedule }) => schedule === `${company}:warranties:sweep`);
    // Of each day a sweep and a retention, and of each hour a look at what acts came to.
    expect(fired.length).toBe(8 * (1 + 1 + 24));
    expect(fired.map(({ at }) => at)).toEqual(fired.map(({ at }) => at).toSorted());
    expect(sweeps.map(({ at }) => at.slice(11))).toEqual(Array(8).fill("02:00:00.000Z"));
    const openedAt = sweeps.filter(({ counts }) => counts["opened"] === 1).map(({ at }) => Date.parse(at));
    expect(openedAt).toEqual([nextSweep(Date.parse(soon) - 37 * DAY_MS), nextSweep(Date.parse(soon) - 34 * DAY_MS)]);
    const opened = [];
    for await (const { workflowId } of client.workflow.list({
      query: `WorkflowId STARTS_WITH '${company}:warranties:crm'`,
    })) {
      opened.push(workflowId);
    }
    expect(opened.toSorted()).toEqual([
      `${company}:warranties:crm-warranty-w1`,
      `${company}:warranties:crm-warranty-w2`,
    ]);
    const began = await beginningOf(`${company}:warranties:crm-warranty-w1`);
    expect(Math.abs(began - (openedAt[0] ?? 0))).toBeLessThan(10_000);
  });

  test("does not go back", async () => {
    const now = clock.now();
    expect(await moveTime(moved, daysAfter(now, -3))).toEqual([]);
    expect(Date.parse(clock.now())).toBeGreaterThanOrEqual(Date.parse(now));
  });
});

/** The first two o'clock that is not before an instant. */
function nextSweep(ms: number): number {
  const two = 2 * 3_600_000;
  return Math.ceil((ms - two) / DAY_MS) * DAY_MS + two;
}
