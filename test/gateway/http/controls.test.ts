import { afterAll, beforeAll, expect, test } from "vitest";
import { endSpend, reserveSpend } from "../../../audit/ledgers/budgets.ts";
import type { LedgerPool } from "../../../audit/records.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const NOW = "2026-03-02T10:00:00.000Z";
type Headers = { [name: string]: string };
let database: TestDatabase;
let pool: LedgerPool;
let [ola, lee, pam, sam]: Headers[] = [];
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  ola = await headersOf(pool, "ola", "ops-engineer");
  lee = await headersOf(pool, "lee", "regional-director");
  pam = await headersOf(pool, "pam", "partner-manager");
  sam = await headersOf(pool, "sam-sells", "seller");
});
afterAll(() => database.drop());

async function ask<Body = { [field: string]: unknown }>(path: string, init: RequestInit = {}) {
  const response = await apiOn(pool, { at: () => NOW }).request(path, { headers: ola ?? {}, ...init });
  return { status: response.status, body: (await response.json()) as Body };
}
const set = (who: Headers | undefined, name: string, cap: number | null) =>
  ask("/v1/controls", { method: "POST", headers: who ?? {}, body: JSON.stringify({ name, cap, reason: "drill" }) });

test("whoever may restrain stops alone; who may author asks to resume, and another who may approve agrees", async () => {
  const name = "switch/tool/quotes.approve-discount";
  expect(await set(sam, name, 0)).toMatchObject({ status: 403, body: { code: "wrong-role" } });
  const by = { person: "pam", role: "partner-manager", reason: "drill", at: NOW };
  expect(await set(pam, name, 0)).toEqual({ status: 200, body: { name, cap: 0, set: by, waiting: null } });
  expect(await set(ola, name, 0)).toMatchObject({ status: 409, body: { code: "unchanged" } });
  expect(await set(pam, name, null)).toMatchObject({ status: 403, body: { code: "wrong-role" } });
  expect(await set(ola, name, null)).toMatchObject({ body: { cap: 0, waiting: { cap: null, person: "ola" } } });
  expect(await set(ola, name, null)).toMatchObject({ status: 403, body: { code: "own-request" } });
  expect(await set(lee, name, null)).toMatchObject({ status: 200, body: { cap: null, waiting: null } });
});

test.for([
  ["switch/function/quotign", 0, 404, "unknown function `quotign`; known: "],
  ["switch/tool/quotes.approve", 0, 404, "unknown tool `quotes.approve`; known: "],
  ["switch/agent/amplification", 0, 400, "a field is wrong"],
  ["budget/company/dollars", 1, 400, "a field is wrong"],
  ["autonomy/agent/compliance", 3, 400, "a field is wrong"],
] as const)("%s with the cap %s is refused, with what is known", async ([name, cap, status, detail]) => {
  const answered = await set(ola, name, cap);
  expect(answered).toMatchObject({ status, body: { detail: expect.stringContaining(detail) as string } });
});

test("budgets are told against what was used and what is held, of a day and of a case; the status names what is nearly spent", async () => {
  await set(ola, "budget/company/calls", 2);
  const call = {
    company: "acme",
    functionId: "quoting",
    turnKey: "t",
    model: "m",
    tokens: 9,
    microUsd: undefined,
    ms: 7,
  };
  const reserve = () => reserveSpend(pool, { ...call, caseId: "c", day: "2026-03-02" });
  const first = await reserve();
  if ("n" in first) await endSpend(pool, "acme", first.n, { tokens: 5, microUsd: undefined, ms: 4 });
  await reserve();
  type Lines = { budgets: { scope: string; measure: string }[] };
  const line = { period: "2026-03-02", measure: "calls", used: 1, reserved: 1 };
  const ofDay = (await ask<Lines>("/v1/budgets")).body.budgets.filter(({ measure }) => measure === "calls");
  expect(ofDay).toEqual([
    { scope: "company", ...line, cap: 2 },
    { scope: "function/quoting", ...line, cap: null },
  ]);
  const ofCase = (await ask<Lines>("/v1/budgets?caseId=c")).body.budgets;
  expect(ofCase.map(({ scope, measure }) => `${scope} ${measure}`)).toEqual([
    "case tokens",
    "case microUsd",
    "case calls",
    "case ms",
  ]);
  await set(pam, "switch/agent/compliance", 0);
  expect((await ask("/v1/status")).body["bounds"]).toEqual({
    standing: [{ name: "switch/agent/compliance", cap: 0, person: "pam", reason: "drill", at: NOW }],
    waiting: 0,
    spent: [{ scope: "company", ...line, cap: 2 }],
  });
});
