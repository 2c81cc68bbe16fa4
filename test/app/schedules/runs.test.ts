import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig, type Config } from "../../../app/config.ts";
import { checkCheckpoints } from "../../../app/doctor/checkpoints.ts";
import { schedulesOf } from "../../../app/schedules/company-schedules.ts";
import { keepSchedules } from "../../../app/schedules/keep-schedules.ts";
import { appendRecord, appendRecords, readRecords } from "../../../audit/records.ts";
import { startRelay } from "../../../gateway/inbox/relay.ts";
import { startPublisher } from "../../../proof/log/publisher.ts";
import { lastVerification } from "../../../proof/whole/verify-whole.ts";
import { configuredSinks } from "../../../proof/sinks/configured.ts";
import { taskQueue, SCHEDULED_WORKFLOW } from "../../../temporal.config.ts";
import type { ScheduledEnd } from "../../../workflows/scheduled-run.ts";
import { daysAfter, givenWarranties, warranties } from "../../fixtures/dated.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { withFunctions } from "../../fixtures/functions.ts";
import { givenCheckpoint } from "../../fixtures/logged.ts";
import { keptLog } from "../../fixtures/log.ts";
import { draftsFor, tamper } from "../../proof/log/kept-log.ts";
import { TEST_SECRET } from "../../setup/database.ts";
import { heldAgainstSchema, historiesOf } from "../../fixtures/engine-payloads.ts";
import { eventually, startSystem, type System } from "../../setup/system.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";

const functions = withFunctions(warranties);
const { log, lines } = keptLog();
const home = temporaryHome("scheduled");
mkdirSync(home, { recursive: true });

const configOf = (company: string): Config => ({ ...loadConfig({}, home), home, company });

let system: System;
beforeAll(async () => {
  const checkpoints = (pool: System["pool"], company: string) => checkCheckpoints(configOf(company), pool, TEST_SECRET);
  system = await startSystem({ functions, log, checkpoints });
  const { client, company, queuePrefix } = system;
  const schedules = schedulesOf(company, { warranties });
  await keepSchedules(client, { company, schedules, queue: taskQueue(queuePrefix, "orchestration") });
});
afterAll(async () => {
  await keepSchedules(system.client, { company: system.company, schedules: [], queue: "" });
  for (const { id } of schedulesOf(system.company, { warranties })) {
    await system.client.schedule
      .getHandle(id)
      .delete()
      .catch(() => undefined);
  }
  await system.stop();
  removeHome(home);
});

/** Has a schedule start its run now, and answers what that did. */
async function triggered(name: string): Promise<ScheduledEnd> {
  const handle = system.client.schedule.getHandle(`${system.company}:${name}`);
  const before = (await handle.describe()).info.recentActions.length;
  await handle.trigger();
  const run = await eventually(async () => {
    const { recentActions } = (await handle.describe()).info;
    return recentActions.length > before ? recentActions.at(-1)?.action.workflow : undefined;
  }, 30_000);
  const { workflowId, firstExecutionRunId } = run;
  return system.client.workflow
    .getHandle(workflowId, undefined, { firstExecutionRunId })
    .result() as Promise<ScheduledEnd>;
}

/** A run that is fired by hand for a moment. */
function fired(work: "sweep" | "retention", at: string): Promise<ScheduledEnd> {
  const { client, company, queuePrefix } = system;
  const functionId = work === "sweep" ? "warranties" : "record";
  return client.workflow.execute(SCHEDULED_WORKFLOW, {
    workflowId: `${company}:${functionId}:${work}-${at}`,
    taskQueue: taskQueue(queuePrefix, "orchestration"),
    args: [{ company, functionId, work, at }],
  }) as Promise<ScheduledEnd>;
}

describe("a schedule of a company", () => {
  test("ends the retention of what was kept long enough, in Mandate's own name", { timeout: 120_000 }, async () => {
    const { pool, company } = system;
    const given = Array.from({ length: 60 }, (_, n) => `${company}:quoting:crm-deal-old-${n}`);
    for (const caseId of given) {
      const end = { company, caseId, kind: "case_end", key: `${caseId}/end`, at: "2026-03-02T09:00:00.000Z" } as const;
      await appendRecord(pool, { ...end, body: { reasons: ["done"] } });
    }
    expect((await triggered("record:retention")).counts).toEqual({ erased: 0, passedOver: 0 });
    const at = daysAfter(new Date().toISOString(), 2_556);
    expect(await fired("retention", at)).toEqual({ at, counts: { erased: 60, passedOver: 0 } });
    const { records } = await readRecords(pool, company, `${company}:erasures`);
    const [first] = records.filter(({ kind }) => kind === "erasure");
    expect(first?.body).toMatchObject({ ground: "retention-ended" });
    expect(first?.body).not.toHaveProperty("person");
    expect(first?.person).toBeUndefined();
  });

  test(
    "sweeps at the company's clock, through thousands of records, and opens each that is due once",
    { timeout: 240_000 },
    async () => {
      const { pool, company } = system;
      const now = new Date().toISOString();
      const ids = Array.from({ length: 2_500 }, (_, n) => `w${String(n).padStart(4, "0")}`);
      const ends = ids.map((id, n) => [id, daysAfter(now, n % 10 === 0 ? 36 : 200)] as const);
      await givenWarranties(pool, company, Object.fromEntries(ends));
      const engine = watchedEngine();
      const relay = startRelay({ pool, starter: engine, log, functions, pollMs: 20 });
      const { at, counts } = await triggered("warranties:sweep");
      expect(counts).toEqual({ looked: 2_500, opened: 250, underWay: 0, unreadable: 0 });
      expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(120_000);
      expect((await triggered("warranties:sweep")).counts).toMatchObject({ looked: 2_500, opened: 0 });
      await eventually(() => Promise.resolve(engine.delivered.length >= 250 || undefined), 60_000);
      await relay.stop();
      expect(new Set(engine.delivered.map(({ caseId }) => caseId)).size).toBe(250);
      expect(engine.delivered.every(({ event }) => event.source === "schedule")).toBe(true);
    },
  );

  test(
    "looks at the checkpoints as the doctor does, and says so when they are too old",
    { timeout: 120_000 },
    async () => {
      const { pool, company } = system;
      await appendRecords(pool, draftsFor(company, 0, 2));
      await givenCheckpoint(pool, company);
      const sinks = configuredSinks(pool, configOf(company));
      await startPublisher({ sql: pool, company, secret: TEST_SECRET, sinks, log }).stop();
      expect((await triggered("record:checkpoint")).counts).toEqual({ failed: 0, warned: 0 });
      await appendRecords(pool, draftsFor(company, 2, 2));
      await givenCheckpoint(pool, company);
      expect((await triggered("record:checkpoint")).counts).toEqual({ failed: 1, warned: 0 });
      const told = lines.filter(({ msg }) => msg === "the audit log needs somebody");
      expect(told.at(-1)).toMatchObject({ level: 50, check: "audit checkpoints", fix: expect.any(String) as string });
      expect(told.at(-1)?.["detail"]).toContain("the limit is 300 s");
    },
  );

  test("verifies all that was recorded, keeps what came of it, and says so when something does not hold", async () => {
    const { pool, company } = system;
    expect((await triggered("record:verification")).counts).toMatchObject({ found: 0 });
    expect(await lastVerification(pool, company)).toMatchObject({ outcome: "pass", found: 0, findings: [] });
    await tamper(
      system.database.pool,
      "audit_record",
      "update audit_record set sealed = array['\\x00'::bytea] where company = $1 and n = 1",
      [company],
    );
    expect((await triggered("record:verification")).counts["found"]).toBeGreaterThan(0);
    expect(lines.find(({ msg }) => msg === "the record does not verify")).toMatchObject({ level: 50 });
    expect(await lastVerification(pool, company)).toMatchObject({ outcome: "incomplete" });
  });

  test("whose function nobody knows here ends its run, and says so", async () => {
    const { client, company, queuePrefix } = system;
    const run = client.workflow.execute(SCHEDULED_WORKFLOW, {
      workflowId: `${company}:gone:sweep-now`,
      taskQueue: taskQueue(queuePrefix, "orchestration"),
      args: [{ company, functionId: "gone", work: "sweep" }],
    });
    await expect(run).rejects.toMatchObject({ cause: { cause: { type: "UNKNOWN_NAME" } } });
    const ended = lines.find(({ msg }) => msg.startsWith("a scheduled run was ended"));
    expect(ended).toMatchObject({ level: 50, functionId: "gone" });
    const { wrong, seen } = heldAgainstSchema(await historiesOf(client, company));
    expect([wrong, Object.keys(seen).toSorted()]).toEqual([
      [],
      ["runPage answers", "runPage is asked", "scheduledRun begins", "scheduledRun ends"],
    ]);
  });
});
