import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReply, lapseReply } from "../../../audit/ledgers/replies.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const NOW = "2026-03-02T09:00:00.000Z";
const DEADLINE = "2026-03-09T09:00:00.000Z";

let database: TestDatabase;
let poked = 0;
let next = 1;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

type Answer = { status: number; code?: string; detail?: string; errors?: { pointer: string }[]; came?: string };
type Asking = { readonly key?: string | null; readonly by?: string; readonly at?: string };

async function give(body: object, { key = `k-${next++}`, by = "portal", at = NOW }: Asking = {}): Promise<Answer> {
  const api = apiOn(database.pool, { at: () => at, onReply: () => void (poked += 1) });
  const headers = {
    ...(await headersOf(database.pool, by, "system")),
    ...(key !== null && { "idempotency-key": key }),
  };
  const response = await api.request("/v1/replies", { method: "POST", headers, body: JSON.stringify(body) });
  return { ...((await response.json()) as object), status: response.status };
}

async function show(correlation: string): Promise<unknown> {
  const headers = await headersOf(database.pool, "dana", "partner-manager");
  const response = await apiOn(database.pool).request(`/v1/replies/${encodeURIComponent(correlation)}`, { headers });
  return { ...((await response.json()) as object), status: response.status };
}

const accepted = (correlation: string, more: object = {}) => ({ correlation, answer: "accepted", ...more });

function awaits(correlation: string) {
  const caseId = `acme:renewals:crm-contract-${correlation}`;
  return expectReply(database.pool, { company: "acme", caseId, correlation, deadline: DEADLINE, at: NOW });
}

describe("a reply", () => {
  test("is answered once it is kept, pokes the relay, and can be read with its words", async () => {
    await awaits("offers/1?x=1");
    const before = poked;
    expect(await give(accepted("offers/1?x=1", { reason: "fits", evidence: "portal:1" }))).toEqual({
      status: 200,
      replyId: expect.stringMatching(/^rpl_[0-9a-f]{20}$/) as string,
      correlation: "offers/1?x=1",
      answer: "accepted",
      came: "in-time",
      answeredAt: NOW,
    });
    expect(poked).toBe(before + 1);
    expect(await show("offers/1?x=1")).toMatchObject({
      caseId: "acme:renewals:crm-contract-offers/1?x=1",
      state: "answered",
      openedAt: NOW,
      deadline: DEADLINE,
      given: {
        answer: "accepted",
        came: "in-time",
        answeredAt: NOW,
        by: "portal",
        evidence: "portal:1",
        reason: "fits",
      },
    });
  });

  test("sent again has the same answer, under the same key and under another, and pokes nobody", async () => {
    await awaits("again");
    const first = await give(accepted("again"), { key: "one" });
    const before = poked;
    const together = Array.from({ length: 10 }, (_, n) => give(accepted("again"), n % 2 === 0 ? { key: "one" } : {}));
    expect(new Set((await Promise.all(together)).map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(first)]),
    );
    expect(poked).toBe(before);
  });

  test("that contradicts the first is refused with what stands", async () => {
    await awaits("contrary");
    await give(accepted("contrary"), { key: "first" });
    expect(await give({ correlation: "contrary", answer: "declined" })).toMatchObject({
      status: 409,
      code: "answered-otherwise",
      detail: `\`accepted\` stands, of ${NOW}`,
    });
    expect(await give({ correlation: "contrary", answer: "declined" }, { key: "first" })).toMatchObject({
      status: 409,
      code: "idempotency-key-reused",
    });
    expect(await give(accepted("elsewhere"), { key: "first" })).toMatchObject({ code: "idempotency-key-reused" });
    expect((await give(accepted("elsewhere"), { key: "first", by: "lee" })).status).toBe(200);
  });

  test("that nobody awaits yet is kept, and says so", async () => {
    expect(await give(accepted("early"))).toMatchObject({ status: 200, came: "early" });
    expect(await show("early")).toMatchObject({
      state: "early",
      caseId: null,
      deadline: null,
      given: { by: "portal" },
    });
  });

  test("that comes after the ledger closed the matter is late, whenever it was said", async () => {
    await awaits("late");
    await lapseReply(database.pool, { company: "acme", correlation: "late" }, DEADLINE);
    expect(await give(accepted("late", { at: NOW }), { at: "2026-03-10T00:00:00.000Z" })).toMatchObject({
      came: "late",
    });
    expect(await show("late")).toMatchObject({ state: "lapsed", given: { came: "late" } });
  });

  test("counts as said when its sender says, and never later than it came", async () => {
    const late = "2026-03-09T09:30:00.000Z";
    await awaits("said-before");
    await awaits("said-now");
    expect(await give(accepted("said-before", { at: DEADLINE }), { at: late })).toMatchObject({ came: "in-time" });
    expect(await give(accepted("said-now"), { at: late })).toMatchObject({ came: "late", answeredAt: late });
    const ahead = accepted("ahead", { at: "2026-03-02T09:05:00.000Z" });
    expect(await give(ahead)).toMatchObject({ status: 200, answeredAt: NOW });
  });
});

describe("what is no reply is refused", () => {
  test.for([
    ["a reference with spaces", { correlation: "a b" }, "/correlation"],
    ["an answer that is no word", { answer: "Yes, please" }, "/answer"],
    ["evidence on two lines", { evidence: "a\nb" }, "/evidence"],
    ["a time that has not come", { at: "2026-03-02T09:05:00.001Z" }, "/at"],
    ["a time that is none", { at: "yesterday" }, "/at"],
  ] as const)("%s: 400 points at it", async ([, wrong, pointer]) => {
    const answer = await give({ ...accepted("wrong"), ...wrong });
    expect(answer).toMatchObject({ status: 400, code: "validation" });
    expect(answer.errors?.map((one) => one.pointer)).toEqual([pointer]);
  });

  test("one without an idempotency key, and one without a token", async () => {
    expect(await give(accepted("unkeyed"), { key: null })).toMatchObject({ status: 400 });
    const response = await apiOn(database.pool).request("/v1/replies", { method: "POST", body: "{}" });
    expect(response.status).toBe(401);
  });

  test("and what nobody awaits or answered is not found", async () => {
    expect(await show("never")).toMatchObject({ status: 404, detail: "nothing is awaited or answered under `never`" });
  });
});

test("what was said and by whom is in no log", async () => {
  const { log, lines } = keptLog();
  const headers = { ...(await headersOf(database.pool, "zoe-7", "system")), "idempotency-key": "z" };
  const body = JSON.stringify(accepted("quiet", { reason: "as Zoe said", evidence: "mail:zoe-7" }));
  await apiOn(database.pool, {}, log).request("/v1/replies", { method: "POST", headers, body });
  expect(lines).toMatchObject([{ msg: "a reply came", came: "early" }]);
  expect(JSON.stringify(lines)).not.toMatch(/zoe/i);
});
