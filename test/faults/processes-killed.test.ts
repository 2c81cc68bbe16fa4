import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { EscalationView } from "../../gateway/http/escalations.ts";
import type { EventView } from "../../gateway/http/events.ts";
import { readRecords } from "../../audit/records.ts";
import { crmSays, givenPartner, quoteDeskSays, givenQuote } from "../fixtures/programme.ts";
import { postBatch, quoteAsked } from "../setup/hubspot.ts";
import { eventually } from "../setup/system.ts";
import { COMPANY, SECRET, startStack, type Stack } from "../setup/stack.ts";

let stack: Stack;
let next = 1000;

beforeAll(async () => {
  const stackEngines = { cacheFolder: inject("cacheFolder"), temporalBinary: inject("temporalBinary"), undoSeconds: 2 };
  stack = await startStack(stackEngines);
  await Promise.all([stack.start("temporal"), stack.start("gateway")]);
  await stack.start("worker");
  await givenPartner(stack.pool, COMPANY, { partnerId: "partner-7" });
});
afterAll(() => stack.stop());

async function givenDeals(count: number, discountPpm: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => String(next++));
  for (const id of ids) {
    await givenQuote(stack.pool, COMPANY, id, discountPpm);
  }
  return ids;
}

async function post(ids: readonly string[]): Promise<{ accepted: number; duplicates: number }> {
  const batch = ids.map((objectId) =>
    quoteAsked({ objectId, eventId: Number(objectId), occurredAtMs: 1_790_000_000_000 }),
  );
  const response = await postBatch(stack.gatewayUrl, SECRET, batch);
  expect(response.status).toBe(202);
  return (await response.json()) as { accepted: number; duplicates: number };
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${stack.gatewayUrl}${path}`, { headers: { authorization: `Bearer ${stack.token}` } });
  return (await response.json()) as T;
}

/** The event of a deal once `done` holds; the gateway may be away meanwhile. */
async function eventOf(objectId: string, done: (event: EventView) => boolean): Promise<EventView> {
  return eventually(async () => {
    const page = await get<{ events?: EventView[] }>("/v1/events?limit=200").catch(() => undefined);
    return page?.events?.find((event) => event.objectId === objectId && done(event));
  }, 45_000);
}

async function ended(objectId: string): Promise<EventView> {
  const event = await eventOf(objectId, ({ outcome }) => outcome !== "open");
  const caseId = event.caseId ?? "";
  await eventually(async () => {
    const { records } = await readRecords(stack.pool, COMPANY, caseId);
    return records.at(-1)?.kind === "case_end" ? true : undefined;
  }, 45_000);
  return event;
}

async function expectOneEffect(objectId: string): Promise<void> {
  const { approvals, calls } = await quoteDeskSays(stack.pool, COMPANY);
  expect(approvals.filter(({ quote_id }) => quote_id === `Q-${objectId}`)).toHaveLength(1);
  const mine = calls.filter(({ quote_id }) => quote_id === `Q-${objectId}`);
  expect(mine.filter(({ replayed }) => !replayed)).toHaveLength(1);
  const told = (await crmSays(stack.pool, COMPANY)).filter(([id]) => id === objectId);
  expect(told).toEqual([[objectId, "quote_status", "approved"]]);
  const { records, intact } = await readRecords(stack.pool, COMPANY, `${COMPANY}:quoting:crm-deal-${objectId}`);
  expect(intact).toBe(true);
  expect(records[0]?.kind).toBe("event");
  expect(records.at(-1)?.kind).toBe("case_end");
}

describe("killed with SIGKILL and started again on the same data", () => {
  test(
    "the gateway, after it answered 202: every acknowledged event has its one effect, and a redelivery adds none",
    { timeout: 90_000 },
    async () => {
      const ids = await givenDeals(5, 120_000);
      expect(await post(ids)).toMatchObject({ accepted: 5, duplicates: 0 });
      await stack.kill("gateway");
      await stack.start("gateway");
      for (const id of ids) expect(await ended(id)).toMatchObject({ outcome: "executed" });
      expect(await post(ids)).toMatchObject({ accepted: 0, duplicates: 5 });
      for (const id of ids) await expectOneEffect(id);
    },
  );

  test.for(["temporal", "postgres", "worker"] as const)(
    "%s, while quotes are under way: each has one effect",
    { timeout: 120_000 },
    async (victim) => {
      const ids = await givenDeals(5, 120_000);
      await post(ids);
      await new Promise((resume) => setTimeout(resume, 150));
      await stack.kill(victim);
      await stack.start(victim);
      for (const id of ids) expect(await ended(id)).toMatchObject({ outcome: "executed" });
      for (const id of ids) await expectOneEffect(id);
    },
  );

  test(
    "everything, while a person is asked: the question is still there, and the answer leads to one effect",
    { timeout: 120_000 },
    async () => {
      const [id = ""] = await givenDeals(1, 180_000);
      await post([id]);
      const { waitingFor } = await eventOf(id, (event) => event.waitingFor !== null);
      for (const name of ["worker", "gateway", "temporal", "postgres"] as const) await stack.kill(name);
      await Promise.all([stack.start("postgres"), stack.start("temporal")]);
      await Promise.all([stack.start("gateway"), stack.start("worker")]);
      const path = `/v1/escalations/${waitingFor?.escalationId}`;
      const { actionDigest, state } = await get<EscalationView>(path);
      expect(state).toBe("open");
      const headers = { authorization: `Bearer ${stack.token}`, "content-type": "application/json" };
      const body = JSON.stringify({ actionDigest, reason: "still wanted" });
      const response = await fetch(`${stack.gatewayUrl}${path}/approve`, { method: "POST", headers, body });
      expect(await response.json()).toMatchObject({ state: "committing" });
      // Killed again while it may be undone: that it counts then is the engine's timer, or the ledger's row.
      for (const name of ["worker", "temporal"] as const) await stack.kill(name);
      await stack.start("temporal");
      await stack.start("worker");
      expect(await ended(id)).toMatchObject({ outcome: "executed" });
      await expectOneEffect(id);
    },
  );
});
