import { Client, Connection, ScheduleNotFoundError } from "@temporalio/client";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { schedulesOf } from "../../../app/schedules/company-schedules.ts";
import { keepSchedules, lookAtSchedules, type Wanted } from "../../../app/schedules/keep-schedules.ts";
import { SCHEDULED_WORKFLOW } from "../../../temporal.config.ts";
import { warranties } from "../../fixtures/dated.ts";
import { eventually } from "../../setup/system.ts";

const DAY_MS = 86_400_000;

let client: Client;
let company = "";
let wanted: Wanted;
beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: inject("temporalAddress") }) });
});
afterAll(async () => {
  await client.connection.close();
});
beforeEach(() => {
  company = `sched-${randomBytes(4).toString("hex")}`;
  wanted = wantedOf(company);
});

const wantedOf = (of: string): Wanted => ({
  company: of,
  schedules: schedulesOf(of, { warranties }),
  queue: `${of}-orchestration`,
});
const ids = (...names: string[]) => names.map((name) => `${company}:${name}`);
const ALL = [
  "warranties:sweep",
  "warranties:reconcile",
  "record:retention",
  "record:checkpoint",
  "record:verification",
];
const asItShouldBe = { missing: [], differing: [], left: [], paused: [] };
const look = () => lookAtSchedules(client, wanted);
const handleOf = (name: string) => client.schedule.getHandle(`${company}:${name}`);

/** The list lags behind: waits until it shows so many of the company's. */
async function listed(count: number): Promise<void> {
  await eventually(async () => {
    let found = 0;
    for await (const { scheduleId } of client.schedule.list()) if (scheduleId.startsWith(`${company}:`)) found += 1;
    return found === count || undefined;
  });
}

describe("a company's schedules", () => {
  test("are made where there are none, and then stay as they are", async () => {
    expect(await look()).toEqual({ ...asItShouldBe, missing: ids(...ALL) });
    expect(await keepSchedules(client, wanted)).toEqual({ ...asItShouldBe, missing: ids(...ALL) });
    const made = await handleOf("warranties:sweep").describe();
    expect(made).toMatchObject({
      spec: { intervals: [{ every: DAY_MS, offset: 2 * 3_600_000 }], jitter: 1_800_000 },
      policies: { overlap: "SKIP", catchupWindow: DAY_MS },
      action: {
        workflowType: SCHEDULED_WORKFLOW,
        workflowId: `${company}:warranties:sweep`,
        taskQueue: `${company}-orchestration`,
        args: [{ company, functionId: "warranties", work: "sweep" }],
      },
    });
    expect(await keepSchedules(client, wanted)).toEqual(asItShouldBe);
    const { info } = await handleOf("warranties:sweep").describe();
    expect(info.lastUpdatedAt).toBeUndefined();
  });

  test("become what they are to be again, whatever of them was changed", async () => {
    await keepSchedules(client, wanted);
    const [sweep, reconcile, retention, checkpoint, verification] = ALL.map(handleOf);
    await sweep?.update((was) => ({ ...was, spec: { intervals: [{ every: DAY_MS, offset: 0 }] } }));
    await reconcile?.update((was) => ({ ...was, spec: { intervals: [{ every: DAY_MS, offset: 0 }] } }));
    await retention?.update((was) => ({ ...was, policies: { ...was.policies, overlap: "ALLOW_ALL" } }));
    await checkpoint?.update((was) => ({ ...was, action: { ...was.action, args: [{ company: "globex" }] } }));
    await verification?.update((was) => ({ ...was, policies: { ...was.policies, catchupWindow: "1 minute" } }));
    expect(await keepSchedules(client, wanted)).toEqual({ ...asItShouldBe, differing: ids(...ALL) });
    expect(await look()).toEqual(asItShouldBe);
  });

  test("are taken away when no function asks for them any more", async () => {
    await keepSchedules(client, wanted);
    await listed(5);
    const fewer = { ...wanted, schedules: schedulesOf(company, {}) };
    const { left, ...rest } = await keepSchedules(client, fewer);
    // As the engine lists them, in no order of ours.
    expect({ ...rest, left: left.toSorted() }).toEqual({
      ...asItShouldBe,
      left: ids("warranties:reconcile", "warranties:sweep"),
    });
    await expect(handleOf("warranties:sweep").describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
    await expect(handleOf("warranties:reconcile").describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
    await listed(3);
    expect(await keepSchedules(client, fewer)).toEqual(asItShouldBe);
  });

  test("stay paused when somebody paused them, also when they are changed", async () => {
    await keepSchedules(client, wanted);
    await handleOf("record:retention").pause("until the audit is over");
    expect(await keepSchedules(client, wanted)).toEqual({ ...asItShouldBe, paused: ids("record:retention") });
    const later = wanted.schedules.map((one) => ({ ...one, offsetMs: one.offsetMs + 1_000 }));
    await keepSchedules(client, { ...wanted, schedules: later });
    const { state, spec } = await handleOf("record:retention").describe();
    expect(state).toMatchObject({ paused: true, note: "until the audit is over" });
    expect(spec.intervals).toEqual([{ every: DAY_MS, offset: 3.25 * 3_600_000 + 1_000 }]);
  });

  test("end the same when several keep them at once", async () => {
    await Promise.all(Array.from({ length: 4 }, () => keepSchedules(client, wanted)));
    expect(await look()).toEqual(asItShouldBe);
  });

  test("leave alone what is another company's, and what is not of our making", async () => {
    const other = `${company}-other`;
    await keepSchedules(client, wantedOf(other));
    await client.schedule.create({
      scheduleId: `${company}:backup:nightly`,
      spec: { intervals: [{ every: DAY_MS }] },
      action: { type: "startWorkflow", workflowType: "theirOwnBackup", taskQueue: "theirs" },
    });
    await listed(1);
    await keepSchedules(client, { ...wanted, schedules: schedulesOf(company, {}) });
    await listed(4);
    await keepSchedules(client, { ...wanted, schedules: [] });
    await listed(1);
    expect(await lookAtSchedules(client, wantedOf(other))).toEqual(asItShouldBe);
  });
});
