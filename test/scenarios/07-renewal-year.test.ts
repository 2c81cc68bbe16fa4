import { afterAll, beforeAll, expect, test } from "vitest";
import { schedulesOf } from "../../app/schedules/company-schedules.ts";
import { readRecords } from "../../audit/records.ts";
import { startCompanyClock, type CompanyClock } from "../../db/company-clock.ts";
import type { Pump } from "../../db/pump.ts";
import { startRelay } from "../../gateway/inbox/relay.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { taskQueue } from "../../temporal.config.ts";
import { DAY_MS, daysAfter } from "../fixtures/dated.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenPartner } from "../fixtures/programme.ts";
import { dayFromNow, doneForContract, givenContract } from "../fixtures/renewals.ts";
import { movedClient, moveTime, type Moved } from "../../app/engine/move-time.ts";
import { startSystem, type System } from "../setup/system.ts";

/** Days from now to the last day on which the contract can be decided about; it ends 90 days later. */
const DECIDE_IN = 200;
const { log } = keptLog();

let system: System;
let moved: Moved;
let clock: CompanyClock;
let relay: Pump;
beforeAll(async () => {
  system = await startSystem();
  const { client, company, pool, queuePrefix, database } = system;
  clock = await startCompanyClock({ sql: pool, company, log, movable: true });
  const schedules = schedulesOf(company).filter(({ work }) => work === "sweep");
  moved = { client, owner: database.pool, company, queuePrefix, schedules, clocks: [clock] };
  const ahead = movedClient(client, pool, company);
  const starter = temporalEngine(() => Promise.resolve(ahead), taskQueue(queuePrefix, "orchestration"));
  relay = startRelay({ pool, starter, log, pollMs: 20 });
  await givenPartner(pool, company, { partnerId: "partner-7" });
});
afterAll(async () => {
  await relay.stop();
  await clock.stop();
  await system.stop();
});

/** `record` of `<case>/<event>/record~2`. */
function stepOf(stepKey: unknown): string {
  return typeof stepKey === "string" ? (stepKey.split("/").at(-1)?.split("~")[0] ?? "") : "";
}

/** How many days before the day to decide something was put to the rules, by the case's own clock. */
function daysBefore(decideOn: string, at: string): number {
  return Math.round((Date.parse(decideOn) - Date.parse(at.slice(0, 10))) / DAY_MS);
}

test(
  "a contract's year: nobody touches it, and it is swept, proposed, offered, reminded of, told of and recorded on its days",
  { timeout: 240_000 },
  async () => {
    const { company, pool, client } = system;
    const decideOn = dayFromNow(DECIDE_IN);
    await givenContract(system, "year", DECIDE_IN);
    const fired = await moveTime(moved, daysAfter(new Date().toISOString(), DECIDE_IN + 2));
    const opened = fired.filter(({ counts }) => counts["opened"] === 1);
    expect(opened).toHaveLength(1);
    expect(opened.map(({ at }) => daysBefore(decideOn, at))).toEqual([120 + 7]);

    const caseId = `${company}:renewals:crm-contract-year`;
    await client.workflow.getHandle(caseId).result();
    const { records, intact } = await readRecords(pool, company, caseId);
    expect(intact).toBe(true);
    const days = records
      .filter(({ kind }) => kind === "decision")
      .map(({ at, body }) => [stepOf(body["stepKey"]), daysBefore(decideOn, at)]);
    expect(days).toEqual([
      ["assign-partner", 127],
      ["propose", 120],
      ["write-back", 120],
      ["price", 90],
      [expect.stringMatching(/^tell-offer-/), 90],
      ["tell-reminder-step60", 60],
      ["tell-reminder-step30", 30],
      [expect.stringMatching(/^tell-notice-ahead-/), 3],
      ["record", -1],
      ["tell-renewed", -1],
    ]);
    expect(await doneForContract(system, "year")).toEqual([
      "open-renewal",
      "renewal_state=proposed",
      "release-renewal",
      "tell offer",
      "tell reminder",
      "tell reminder",
      "tell notice-ahead",
      "record-renewal",
      "tell renewed",
    ]);
  },
);
