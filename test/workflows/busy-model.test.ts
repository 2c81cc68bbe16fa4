import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { PROBE_EVERY_MS } from "../../agents/limits.ts";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { readRecords } from "../../audit/records.ts";
import { tellStory } from "../../audit/story.ts";
import { caseTurnsOf } from "../../gateway/http/case-turns.ts";
import { functionOf } from "../../functions/index.ts";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { replayAgents } from "../../proof/replay/agent.ts";
import { promptCaseOf } from "../../audit/ledgers/turn-record.ts";
import { startBusySupplier, type BusySupplier } from "../fixtures/busy-model.ts";
import { openEscalationOf } from "../fixtures/escalations.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/** A supplier of models that does not answer as it should, on the real engine and over its real protocol. */
let supplier: BusySupplier;
let system: System;
const lines: { readonly level: number; readonly msg: string; readonly code?: string; readonly fix?: string }[] = [];
let next = 1;

beforeAll(async () => {
  supplier = await startBusySupplier();
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  system = await startSystem({ model: supplier.model, log });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(async () => {
  await system.stop();
  await supplier.stop();
});

async function arrives(discountPpm: number) {
  const objectId = `d${next++}`;
  await givenQuote(system.pool, system.company, objectId, discountPpm);
  return system.arrive("quoting", objectId);
}

const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();
const recordsOf = async (caseId: string) => (await readRecords(system.pool, system.company, caseId)).records;
const turnsOf = async (caseId: string) => caseTurnsOf(caseId, await recordsOf(caseId));

/** The turns of a case that the model did, once it is found to be back. */
async function isBack() {
  supplier.answers();
  return eventually(async () => {
    // A small discount: however many are tried, the partner's limit of the quarter has room.
    const caseId = await arrives(10_000);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    const { turns, totals } = await turnsOf(caseId);
    return turns.every(({ offline }) => !offline) ? totals : undefined;
  }, 30_000);
}

test.for(["cut", "malformed", "rate-limited", "overloaded"] as const)(
  "a supplier whose answers are %s asks nobody: the reasoner stands in, and says for whom and why",
  { timeout: 90_000 },
  async (how) => {
    await isBack();
    supplier.fails(how);
    const caseId = await arrives(120_000);
    expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
    const fault = how === "rate-limited" ? "MODEL_RATE_LIMITED" : "MODEL_UNAVAILABLE";
    const { turns, totals } = await turnsOf(caseId);
    expect(turns.map(({ role, offline }) => [role, offline])).toEqual([
      ["intelligence", true],
      ["orchestration", true],
      ["compliance", true],
    ]);
    for (const turn of turns) {
      expect(turn.standIn).toMatch(new RegExp(`^in place of claude-sonnet-5-5: .* \\(${fault}\\)$`));
      expect(turn.trouble[0]).toContain("claude-sonnet-5-5 was");
    }
    expect(totals).toMatchObject({ costMicroUsd: 0 });
    expect(totals.tookMs).toBeLessThanOrEqual(30_000);
    const told = tellStory(await recordsOf(caseId)).find(({ kind }) => kind === "proposal");
    expect(told?.who).toContain(`offline model mandate-offline-1 in place of claude-sonnet-5-5`);
  },
);

test("one line of the log says which model, why and what to do, and one when it is back", async () => {
  const away = lines.filter(({ level, msg }) => level >= 50 && msg.startsWith("a model does not answer"));
  expect(away.length).toBeGreaterThan(0);
  expect(away.length).toBeLessThanOrEqual(8);
  for (const { code, fix } of away)
    expect([code, fix?.length]).toEqual([expect.stringMatching(/^MODEL_/), expect.any(Number)]);
});

test(
  "what the rules ask people anyway says on its card who reasoned, and replays as it was",
  { timeout: 90_000 },
  async () => {
    await isBack();
    supplier.fails("overloaded");
    const caseId = await arrives(180_000);
    const { escalationId } = await openEscalationOf(system, caseId, "", 60_000);
    const card = await readEscalation(system.pool, system.company, escalationId, new Date().toISOString());
    expect(card?.reasoning).toMatch(
      /^\[offline model in place of claude-sonnet-5-5: it did not answer \(MODEL_UNAVAILABLE\)\] Written by the offline/,
    );
    const records = await recordsOf(caseId);
    const prompts = await recordsOf(promptCaseOf(system.company));
    const proposal = records.find(({ kind }) => kind === "proposal");
    if (proposal === undefined) throw new Error("nothing was proposed");
    expect((await replayAgents(proposal, { records, prompts })).outcome).toEqual({ kind: "same" });
  },
);

test("the model is back: its turns are its own again, with tokens, money and time", { timeout: 60_000 }, async () => {
  // 3 turns of 900 tokens at 2 millionths of a dollar and 80 at 10.
  expect(await isBack()).toEqual({
    inputTokens: 2_700,
    outputTokens: 240,
    costMicroUsd: 7_800,
    tookMs: expect.any(Number),
  });
  expect(lines.some(({ msg }) => msg === "a model answers again")).toBe(true);
});

test("a case that is cancelled ends the call under way", { timeout: 60_000 }, async () => {
  supplier.isSlow(20_000);
  const asked = supplier.requests();
  const caseId = await arrives(120_000);
  await eventually(async () => (supplier.requests() > asked ? true : undefined), 20_000);
  const cancelledMs = performance.now();
  await system.client.workflow.getHandle(caseId).cancel();
  await expect(result(caseId)).rejects.toThrow(/cancel/i);
  await eventually(async () => {
    const { rows } = await system.pool.query<{ held: number }>(
      `select count(*)::int as held from model_turn where company = $1 and state = 'pending' and lease_until > clock_timestamp()`,
      [system.company],
    );
    return rows[0]?.held === 0 ? true : undefined;
  }, 15_000);
  expect(performance.now() - cancelledMs).toBeLessThan(18_000);
});

/** The turn of a case that is waited for, and how long until the engine tries it again. */
async function waitedFor(caseId: string, attempt: number) {
  return eventually(async () => {
    const { raw } = await system.client.workflow.getHandle(caseId).describe();
    const [turn] = raw.pendingActivities ?? [];
    if (turn?.activityType?.name !== "proposeByAgents" || turn.attempt !== attempt || turn.lastFailure === null)
      return undefined;
    const waitS = Number(turn.nextAttemptScheduleTime?.seconds ?? 0) - Date.now() / 1_000;
    return waitS > 0
      ? { activityId: turn.activityId, fault: turn.lastFailure?.applicationFailureInfo?.type, waitS }
      : undefined;
  }, 40_000);
}

/** Has the engine make the next attempt now, as it would when its wait is over. */
async function triedAgain(caseId: string, activityId: string | null | undefined) {
  const { workflowService: service } = system.client.connection;
  const which = { namespace: system.client.options.namespace, execution: { workflowId: caseId }, id: activityId ?? "" };
  await service.pauseActivity(which);
  await service.unpauseActivity(which);
}

/** A request whose proposal only a model can make, while there is none: it was tried and waited for so often. */
async function waiting(times: number) {
  const { agent } = functionOf("quoting");
  await isBack();
  Object.assign(agent, { needsModel: ["orchestration"] });
  onTestFinished(() => void Reflect.deleteProperty(agent, "needsModel"));
  supplier.fails("overloaded");
  const caseId = await arrives(120_000);
  for (let attempt = 2; ; attempt += 1) {
    const { activityId, fault, waitS } = await waitedFor(caseId, attempt);
    // Five waits of three minutes are the quarter of an hour that a needed model is waited for.
    expect([fault, Math.round(waitS / 60)]).toEqual(["MODEL_UNAVAILABLE", 3]);
    if (attempt > times) return { caseId, again: () => triedAgain(caseId, activityId) };
    await triedAgain(caseId, activityId);
  }
}

test("a turn that only a model can do waits, and its model does it when it is back", { timeout: 120_000 }, async () => {
  const { caseId, again } = await waiting(1);
  supplier.answers();
  // A model that is away is asked once in so long whether it is back.
  await sleep(2 * PROBE_EVERY_MS);
  await again();
  expect(await result(caseId)).toEqual({ outcomes: ["executed"] });
  const { turns } = await turnsOf(caseId);
  expect(turns.find(({ role }) => role === "orchestration")).toMatchObject({ offline: false });
});

test("and goes to people when the wait is over, with what was tried", { timeout: 120_000 }, async () => {
  const { caseId, again } = await waiting(5);
  await again();
  const { escalationId } = await openEscalationOf(system, caseId, "", 60_000);
  const card = await readEscalation(system.pool, system.company, escalationId, new Date().toISOString());
  expect(card?.reasoning).toContain("The agents could not work on this request");
  const givenUp = (await recordsOf(caseId)).filter(({ kind, body }) => kind === "turn" && "fault" in (body as object));
  expect(givenUp.map(({ body }) => body)).toMatchObject([{ role: "orchestration", fault: "MODEL_UNAVAILABLE" }]);
});
