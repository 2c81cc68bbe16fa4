import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createLedgerPool } from "../../db/pool.ts";
import { migrate } from "../../db/migrate.ts";
import { isUnavailable } from "../../db/unavailable.ts";
import { startPostgres } from "../../engines/postgres.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { TEST_SECRET } from "../setup/database.ts";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";

/** A database of its own, which is stopped and started again under the API. */
const home = temporaryHome("database-away");
const start = () => startPostgres({ home, cacheFolder: inject("cacheFolder") });
let postgres: Awaited<ReturnType<typeof start>>;
let pool: LedgerPool;
let headers: { [name: string]: string };

beforeAll(async () => {
  postgres = await start();
  await migrate(postgres.url);
  pool = createLedgerPool(postgres.url, TEST_SECRET);
  headers = await headersOf(pool, "dana", "partner-manager");
});
afterAll(async () => {
  await pool.end();
  await postgres.stop();
  removeHome(home);
});

const ask = (path: string, init: RequestInit = {}) => apiOn(pool).request(path, { ...init, headers });
const answer = async (path: string, init?: RequestInit) => {
  const response = await ask(path, init);
  const { code } = (await response.json()) as { code?: string };
  return [response.status, code, response.headers.get("retry-after")];
};

const move = { method: "POST", body: "{}" };

test("while the database restarts, callers are told to come again soon, and are answered when it is back", async () => {
  expect((await ask("/v1/escalations")).status).toBe(200);
  await postgres.kill();
  expect(await answer("/v1/escalations")).toEqual([503, "unavailable", "2"]);
  expect(await answer("/v1/escalations/esc_1/take", move)).toEqual([503, "unavailable", "2"]);
  postgres = await start();
  await expect.poll(async () => (await ask("/v1/escalations")).status, { timeout: 10_000 }).toBe(200);
  expect(await answer("/v1/escalations/esc_1/take", move)).toEqual([404, "not-found", null]);
});

test.for([
  [new Error("no such column"), false],
  [Object.assign(new Error("no file"), { code: "ENOENT", syscall: "open" }), false],
  [Object.assign(new Error("no socket"), { code: "ENOENT", syscall: "connect" }), true],
  [Object.assign(new Error("check"), { code: "23514" }), false],
  [new Error("wrapped", { cause: Object.assign(new Error("stopping"), { code: "57P01" }) }), true],
  ["not an error", false],
] as const)("%s is no outage, or is one: %s", ([error, is]) => expect(isUnavailable(error)).toBe(is));
