import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rewrapSubjects } from "../../../db/rewrap.ts";
import { stallText } from "../../../cli/status-text.ts";
import { wallTime } from "../../../db/company-clock.ts";
import { createLedgerPool } from "../../../db/pool.ts";
import { readStatus } from "../../../gateway/status/read-status.ts";
import { TEST_SECRET } from "../../setup/database.ts";
import {
  lookAtCases,
  type OpenCases,
  type StallLimits,
  type StalledCase,
} from "../../../gateway/status/stalled-cases.ts";
import { CASE_WORKFLOW, SCHEDULED_WORKFLOW, taskQueue } from "../../../temporal.config.ts";
import { openEscalationOf } from "../../fixtures/escalations.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../../setup/system.ts";

let system: System;
/** Activities that fail, as `<object> <activity>`. */
const broken = new Set<string>();
beforeAll(async () => {
  system = await startSystem({
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            execute(input, next) {
              const object = info.workflowExecution?.workflowId.split("-").at(-1);
              if (broken.has(`${object} ${info.activityType}`)) throw new Error("the quote desk is on fire\nagain");
              return next(input);
            },
          },
        }),
      ],
    },
  });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

async function ask(objectId: string, discountPpm = 120_000): Promise<string> {
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  return system.arrive("quoting", objectId);
}

const look = (limits: Partial<StallLimits> = {}) =>
  lookAtCases(system.client, { company: system.company, waiting: new Set(), limits });

async function stallOf(caseId: string, limits?: Partial<StallLimits>): Promise<StalledCase | undefined> {
  return (await look(limits)).stalled.find((one) => one.caseId === caseId);
}

const ended = (caseId: string) => system.client.workflow.getHandle(caseId).result();

describe.concurrent("a case is stalled", { timeout: 90_000 }, () => {
  test("whose call to an outside system was begun more than five times; mended, it goes on and ends", async () => {
    broken.add("d1 act");
    const caseId = await ask("d1");
    const stall = await eventually(() => stallOf(caseId), 30_000);
    // What it says of itself is the log's; the engine keeps a code.
    expect(stall).toMatchObject({ kind: "activity", activity: "act", forMs: null, failure: "UNEXPECTED" });
    expect(stall.attempts).toBeGreaterThan(5);
    broken.delete("d1 act");
    expect(await ended(caseId)).toEqual({ outcomes: ["executed"] });
    expect((await look()).caseIds).not.toContain(caseId);
  });

  test("whose work in the database fails for ever, of which the engine counts no attempts", async () => {
    broken.add("d2 decide");
    const caseId = await ask("d2");
    const stall = await eventually(() => stallOf(caseId, { ledgerMs: 7_000 }), 30_000);
    expect(stall).toMatchObject({ kind: "ledger", activity: null, attempts: null, failure: null });
    expect(stall.forMs).toBeGreaterThan(7_000);
    expect(await stallOf(caseId)).toBeUndefined();
    broken.delete("d2 decide");
    expect(await ended(caseId)).toEqual({ outcomes: ["executed"] });
  });

  test("whose key another host sealed under a secret of its own, and the status names that", async () => {
    const { pool, company, database } = system;
    const caseId = `${company}:quoting:crm-deal-d6`;
    const elsewhere = createLedgerPool(await database.urlOf(company), Buffer.alloc(32, 3));
    await elsewhere.vault.keysOf(elsewhere, company, [`case:${caseId}`]);
    await elsewhere.end();
    expect(await ask("d6")).toBe(caseId);
    const onFault = (error: unknown) => {
      throw error;
    };
    const statusOf = async (openCases: () => Promise<OpenCases>) =>
      (await readStatus({ sql: pool, company, openCases, onFault, at: wallTime() })).cases?.stalledCases;
    const stall = await eventually(async () => {
      return (await statusOf(() => look()))?.find((one) => one.caseId === caseId);
    }, 60_000);
    const failure = /^the key of sub_\w+ was sealed under another audit secret; `mandate doctor` tells the way out$/;
    expect(stall.failure).toMatch(failure);
    // Of its work in the database the engine keeps no failure.
    const silent = { ...stall, kind: "ledger", activity: null, attempts: null, forMs: 21_000, failure: null } as const;
    const other = { ...silent, caseId: `${company}:quoting:crm-deal-d2` };
    const found = await statusOf(() =>
      Promise.resolve({ caseIds: [caseId], lookedAt: 1, stalled: [silent, other], broken: [] }),
    );
    expect(found?.map(stallText)).toEqual([
      `its work in the database has not succeeded for 21 s: ${stall.failure}`,
      "its work in the database has not succeeded for 21 s",
    ]);
    const told: string[] = [];
    const onForeignKey = (name: string) => void told.push(name);
    const again = createLedgerPool(await database.urlOf(company), TEST_SECRET, { onForeignKey });
    const keys = () => again.vault.keysOf(again, company, [`case:${caseId}`]);
    const refused = () => expect(keys()).rejects.toThrow("sealed under another audit secret");
    await Promise.all([refused(), refused()]);
    await again.end();
    expect(told).toEqual([`case:${caseId}`]);
    const moved = { company, former: Buffer.alloc(32, 3), secret: TEST_SECRET };
    expect(await rewrapSubjects(database.url, moved)).toBe(1);
    expect(await ended(caseId)).toEqual({ outcomes: ["executed"] });
  });

  test("whose own code fails, with the engine's word for it", async () => {
    const workflowId = `${system.company}:quoting:crm-deal-d3`;
    const options = { workflowId, taskQueue: taskQueue(system.queuePrefix, "orchestration") };
    const handle = await system.client.workflow.start("aTypeThatIsNotInTheBundle", options);
    const stall = await eventually(() => stallOf(workflowId), 80_000);
    expect(stall).toMatchObject({ kind: "workflow-task", failure: "WorkflowWorkerUnhandledFailure", forMs: null });
    expect(stall.attempts).toBeGreaterThan(5);
    await handle.terminate();
    expect(await stallOf(workflowId)).toBeUndefined();
  });

  test("that no worker takes up", async () => {
    const workflowId = `${system.company}:quoting:crm-deal-d4`;
    const handle = await system.client.workflow.start(CASE_WORKFLOW, { workflowId, taskQueue: "nobody-works-here" });
    const stall = await eventually(() => stallOf(workflowId, { unclaimedMs: 1_000 }), 30_000);
    expect(stall).toMatchObject({ kind: "no-worker", attempts: null });
    expect(await stallOf(workflowId)).toBeUndefined();
    await handle.terminate();
  });

  test("and so is a run of a schedule, which is no case", async () => {
    broken.add("now runPage");
    const { client, company, queuePrefix } = system;
    const workflowId = `${company}:record:retention-now`;
    const handle = await client.workflow.start(SCHEDULED_WORKFLOW, {
      workflowId,
      taskQueue: taskQueue(queuePrefix, "orchestration"),
      args: [{ company, functionId: "record", work: "retention" }],
    });
    const stall = await eventually(() => stallOf(workflowId, { mostAttempts: 1 }), 30_000);
    expect(stall).toMatchObject({ kind: "activity", activity: "runPage" });
    expect((await look()).caseIds).not.toContain(workflowId);
    broken.delete("now runPage");
    expect(await handle.result()).toMatchObject({ counts: { erased: 0, passedOver: 0 } });
  });

  test("and not when it waits for people, however long that takes", async () => {
    const caseId = await ask("d5", 180_000);
    await openEscalationOf(system, caseId, "", 40_000);
    const { caseIds, stalled } = await look({ ledgerMs: 0, unclaimedMs: 0, mostAttempts: 0 });
    expect(caseIds).toContain(caseId);
    expect(stalled.map((one) => one.caseId)).not.toContain(caseId);
  });
});

test("where time is short, cases that wait for people are looked at last, and what was not looked at is counted", async () => {
  const idOf = (n: number) => `other-${system.company}:quoting:crm-deal-${n}`;
  const ids = Array.from({ length: 40 }, (_, n) => idOf(n));
  const start = (workflowId: string) =>
    system.client.workflow.start(CASE_WORKFLOW, { workflowId, taskQueue: "nobody-works-here" });
  const handles = await Promise.all(ids.map(start));
  const waiting = new Set(ids.slice(0, 20));
  const company = `other-${system.company}`;
  const limits = { unclaimedMs: -60_000 };
  const all = await eventually(async () => {
    const found = await lookAtCases(system.client, { company, waiting, limits });
    return found.caseIds.length === ids.length ? found : undefined;
  });
  expect([all.lookedAt, all.stalled.length]).toEqual([40, 40]);
  const { lookedAt, stalled } = await lookAtCases(system.client, { company, waiting, limits, lookMs: 0 });
  expect(lookedAt).toBe(16);
  expect(stalled.filter(({ caseId }) => waiting.has(caseId))).toEqual([]);
  await Promise.all(handles.map((handle) => handle.terminate()));
});
