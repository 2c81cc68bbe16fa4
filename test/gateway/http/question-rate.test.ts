import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDecideService } from "../../../deciding/service.ts";
import { policiesOf } from "../../../deciding/policies.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { goes, request } from "../../fixtures/decide.ts";
import { shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let sam: { readonly [name: string]: string };
let cpq: { readonly [name: string]: string };
beforeAll(async () => {
  database = await testDatabase();
  sam = await headersOf(database.pool, "sam", "courier");
  cpq = await headersOf(database.pool, "cpq", "system");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate question_asked");
  clock = "2026-03-02T09:00:00.000Z";
});

const MOST = 3;
let clock: string;
const asks = { ...goes, hours: 49 };

/** A gateway of its own each time: what is counted is counted in the database. */
async function decide(facts: object, { who = sam, key = randomUUID() }: { who?: typeof sam; key?: string } = {}) {
  const at = () => clock;
  const policies = policiesOf({ shipping: shippingPolicy() });
  const service = { pool: database.pool, company: "acme", policies, alarm: () => {}, now: at, questionsPerHour: MOST };
  const api = apiOn(database.pool, { at, decisions: createDecideService(service) });
  const headers = { ...who, "idempotency-key": key };
  const response = await api.request("/v1/decisions", {
    method: "POST",
    headers,
    body: JSON.stringify(request(facts)),
  });
  const body = (await response.json()) as { code?: string; verdict?: string; detail?: string; decisionId?: string };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), ...body };
}

const opened = async () => (await database.pool.query("select from escalation where state = 'open'")).rowCount;

describe("a token opens so many questions in an hour", () => {
  test("and is told when it may open the next one", async () => {
    for (let n = 0; n < MOST; n += 1) {
      clock = `2026-03-02T09:0${n}:00.000Z`;
      expect(await decide(asks)).toMatchObject({ status: 200, verdict: "escalate" });
    }
    clock = "2026-03-02T09:30:00.000Z";
    const before = await opened();
    expect(await decide(asks)).toMatchObject({ status: 429, code: "too-many-questions", retryAfter: "1800" });
    expect(await opened()).toBe(before);
    clock = "2026-03-02T10:00:00.000Z";
    expect(await decide(asks)).toMatchObject({ status: 200, verdict: "escalate" });
    expect(await decide(asks)).toMatchObject({ status: 429, retryAfter: "60" });
  });

  test("and decisions that ask nobody are not counted, nor held up", async () => {
    for (let n = 0; n <= MOST; n += 1) expect(await decide(goes)).toMatchObject({ verdict: "execute" });
    for (let n = 0; n < MOST; n += 1) expect((await decide(asks)).status).toBe(200);
    expect((await decide(asks)).status).toBe(429);
    expect(await decide(goes)).toMatchObject({ status: 200, verdict: "execute" });
    expect(await decide({ ...goes, isCleared: false })).toMatchObject({ status: 200, verdict: "block" });
  });

  test("and another token has its own", async () => {
    for (let n = 0; n < MOST; n += 1) await decide(asks);
    expect((await decide(asks)).status).toBe(429);
    expect((await decide(asks, { who: cpq })).status).toBe(200);
  });

  test("and the same request is counted once, and answered as before", async () => {
    const key = randomUUID();
    const first = await decide(asks, { key });
    for (let n = 1; n < MOST; n += 1) expect((await decide(asks, { key })).decisionId).toBe(first.decisionId);
    for (let n = 1; n < MOST; n += 1) expect((await decide(asks)).status).toBe(200);
    expect((await decide(asks)).status).toBe(429);
    expect(await decide(asks, { key })).toEqual(first);
  });

  test("also when it asks through many gateways at once", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => decide(asks)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(MOST);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(12 - MOST);
  });

  test("and a refused request may be asked again later under its key", async () => {
    for (let n = 0; n < MOST; n += 1) await decide(asks);
    const key = randomUUID();
    expect((await decide(asks, { key })).status).toBe(429);
    clock = "2026-03-02T10:00:00.000Z";
    expect((await decide(asks, { key })).status).toBe(200);
  });
});
