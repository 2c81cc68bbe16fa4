import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { givenPerson } from "../fixtures/people.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { taskQueue, WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import { historyText } from "../fixtures/history.ts";
import { apiOn } from "../fixtures/api.ts";
import { gatewayWith } from "../fixtures/gateway.ts";
import { keptLog } from "../fixtures/log.ts";
import { skipTime } from "../../app/engine/skip-time.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

const DAY_MS = 86_400_000;
const DAY_SECONDS = 86_400;
const workflowsPath = resolve(import.meta.dirname, "../fixtures/awaiting-case.ts");

let system: System;
let gateway: Gateway | undefined;
let next = 1;

beforeAll(async () => {
  system = await startSystem({ workflowsPath });
  await givenPerson(system.pool, system.company, { personId: "portal-7", name: "Portal", role: "system" }, "token");
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});
afterAll(() => system.stop());

const correlationOf = (name: string) => `offer-${name}-${next++}`;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
const caseOf = (correlation: string) => `${system.company}:renewals:crm-contract-${correlation}`;
const handleOf = (correlation: string) => system.client.workflow.getHandle(caseOf(correlation));
const result = (correlation: string): Promise<unknown> => handleOf(correlation).result();

type Choreography = "awaitingCase" | "patientCase" | "watchingCase";

async function start(correlation: string, days: number, type: Choreography = "awaitingCase", awaited?: unknown) {
  const ref = { company: system.company, caseId: caseOf(correlation) };
  await system.client.workflow.start(type, {
    workflowId: ref.caseId,
    taskQueue: taskQueue(system.queuePrefix, "orchestration"),
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    args: [ref, awaited ?? { correlation, deadline: inDays(days) }],
  });
}

/** Once the case really waits. */
async function waiting(correlation: string): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await system.pool.query("select from reply where correlation = $1", [correlation]);
    const { raw } = await handleOf(correlation).describe();
    return rowCount === 1 && !raw.pendingWorkflowTask ? true : undefined;
  });
}

async function open(log = keptLog().log): Promise<void> {
  const engine = temporalEngine(() => Promise.resolve(system.client), taskQueue(system.queuePrefix, "orchestration"));
  gateway = await gatewayWith({ pool: system.pool, company: system.company, engine, log });
}

const request = (correlation: string, words: object) => ({
  method: "POST",
  headers: { authorization: "Bearer token", "content-type": "application/json", "idempotency-key": `k-${next++}` },
  body: JSON.stringify({ correlation, answer: "accepted", ...words }),
});

/** As the portal's callback brings it. */
async function give(correlation: string, words: object = {}): Promise<{ status: number; came?: string }> {
  const response = await fetch(`${gateway?.url}/v1/replies`, request(correlation, words));
  return { ...((await response.json()) as object), status: response.status };
}

const accepted = { kind: "answered", answer: "accepted" };

describe("a case that waits for the outside", () => {
  test("goes on when the answer comes, however often it comes and whatever contradicts it", async () => {
    const correlation = correlationOf("in-time");
    await open();
    await start(correlation, 90);
    await waiting(correlation);
    expect(await give(correlation)).toMatchObject({ status: 200, came: "in-time" });
    expect(await give(correlation)).toMatchObject({ status: 200, came: "in-time" });
    expect(await give(correlation, { answer: "declined" })).toMatchObject({ status: 409, code: "answered-otherwise" });
    expect(await result(correlation)).toEqual(accepted);
  });

  test("goes on at once when the answer came before it waited", async () => {
    const correlation = correlationOf("early");
    await open();
    expect(await give(correlation, { answer: "declined" })).toMatchObject({ came: "early" });
    await start(correlation, 90);
    expect(await result(correlation)).toEqual({ kind: "answered", answer: "declined" });
  });

  test("months later without an answer goes on with the silence", async () => {
    const correlation = correlationOf("silent");
    await start(correlation, 90);
    await waiting(correlation);
    await skipTime(system.client, caseOf(correlation), 90 * DAY_SECONDS + 60);
    expect(await result(correlation)).toEqual({ kind: "lapsed", late: null });
    const { records } = await readRecords(system.pool, system.company, caseOf(correlation));
    expect(tellStory(records).map(({ text }) => text.split(" ").slice(0, 2).join(" "))).toEqual([
      "awaits the",
      "has waited",
    ]);
  });

  test("hears of a late answer when it still runs, and nothing of it is lost when it does not", async () => {
    const [patient, gone] = [correlationOf("patient"), correlationOf("gone")];
    const { log, lines } = keptLog();
    await open(log);
    await start(patient, 30, "patientCase");
    await start(gone, 30);
    for (const correlation of [patient, gone]) {
      await waiting(correlation);
      await skipTime(system.client, caseOf(correlation), 30 * DAY_SECONDS + 60);
      await eventually(async () => {
        const { rows } = await system.pool.query("select state from reply where correlation = $1", [correlation]);
        return (rows[0] as { state: string }).state === "lapsed" ? true : undefined;
      });
    }
    expect(await result(gone)).toEqual({ kind: "lapsed", late: null });
    expect(await give(gone)).toMatchObject({ status: 200, came: "late" });
    expect(await give(patient)).toMatchObject({ status: 200, came: "late" });
    expect(await result(patient)).toEqual([
      { kind: "lapsed", late: null },
      { kind: "lapsed", late: "accepted" },
    ]);
    await eventually(async () => (lines.some(({ msg }) => msg === "reply for a case that ended") ? true : undefined));
  });

  test("is told by the next gateway when one dies between the answer and the signal", async () => {
    const correlation = correlationOf("killed");
    await start(correlation, 90);
    await waiting(correlation);
    // The API alone: whatever would have carried the answer on is not there any more.
    const dying = apiOn(system.pool, { company: system.company });
    expect((await dying.request("/v1/replies", request(correlation, {}))).status).toBe(200);
    expect((await handleOf(correlation).describe()).status.name).toBe("RUNNING");
    await open();
    expect(await result(correlation)).toEqual(accepted);
  });

  test("takes an answer's word from the ledger alone: a signal without one changes nothing", async () => {
    const correlation = correlationOf("forged");
    await open();
    await start(correlation, 90);
    await waiting(correlation);
    await handleOf(correlation).signal("replyArrived", { correlation });
    await handleOf(correlation).signal("replyArrived", { correlation: "something else" });
    await waiting(correlation);
    await give(correlation, { answer: "declined" });
    expect(await result(correlation)).toEqual({ kind: "answered", answer: "declined" });
  });

  test("stops to wait when something newer came, unless the answer was first", async () => {
    const [moot, first] = [correlationOf("moot"), correlationOf("first")];
    for (const correlation of [moot, first]) {
      await start(correlation, 90);
      await waiting(correlation);
    }
    await handleOf(moot).signal("somethingNewer");
    expect(await result(moot)).toEqual({ kind: "withdrawn" });
    const silent = apiOn(system.pool, { company: system.company });
    await silent.request("/v1/replies", request(first, {}));
    await handleOf(first).signal("somethingNewer");
    expect(await result(first)).toEqual(accepted);
  });

  test("fails, and does not wait for ever, when another case waits under the same reference", async () => {
    const correlation = correlationOf("taken");
    await start(correlation, 90);
    await waiting(correlation);
    const other = correlationOf("other");
    await start(other, 90, "awaitingCase", { correlation, deadline: inDays(90) });
    await expect(result(other)).rejects.toMatchObject({ cause: { type: "CORRELATION_TAKEN" } });
    await handleOf(correlation).terminate();
  });

  test("may wait for several at once in its own loop", async () => {
    const name = correlationOf("watching");
    const [a, b, c] = [`${name}-a`, `${name}-b`, `${name}-c`];
    await open();
    await give(a);
    const deadlines = { [a]: 90, [b]: 90, [c]: 30 };
    const all = Object.entries(deadlines).map(([correlation, days]) => ({ correlation, deadline: inDays(days) }));
    await start(name, 0, "watchingCase", all);
    await eventually(async () => {
      const { rowCount } = await system.pool.query("select from reply where correlation = $1", [c]);
      return rowCount === 1 ? true : undefined;
    });
    await skipTime(system.client, caseOf(name), 30 * DAY_SECONDS + 60);
    await eventually(async () => {
      const { rowCount } = await system.pool.query("select from reply where state = 'lapsed' and correlation = $1", [
        c,
      ]);
      return rowCount === 1 ? true : undefined;
    });
    await give(b);
    expect(await result(name)).toEqual([`${a} answered`, `${c} lapsed`, `${b} answered`]);
  });
});

test("nothing of what somebody said, nor who, reaches the engine or a log", async () => {
  const correlation = correlationOf("private");
  const { log, lines } = keptLog();
  await open(log);
  await start(correlation, 90);
  await waiting(correlation);
  await give(correlation, { reason: "because of Zoe", evidence: "mail:zoe" });
  expect(await result(correlation)).toEqual(accepted);
  const history = await historyText(system.client, handleOf(correlation).workflowId);
  expect(history).toContain("deadline");
  for (const word of ["Zoe", "zoe", "portal-7"]) {
    expect(history).not.toContain(word);
    expect(JSON.stringify(lines)).not.toContain(word);
  }
});
