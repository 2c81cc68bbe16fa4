import { afterAll, describe, expect, test, vi } from "vitest";
import { createLedgerPool } from "../../../db/pool.ts";
import { apiOn } from "../../fixtures/api.ts";
import { TEST_SECRET } from "../../setup/database.ts";

/** Never connected: probes need no person and no database of their own. */
const pool = createLedgerPool("postgres://nobody@127.0.0.1:9/none", TEST_SECRET);
afterAll(() => pool.end());

const up = () => Promise.resolve();
const ask = async (path: string, checks: Parameters<typeof apiOn>[1]) => {
  const response = await apiOn(pool, checks).request(path);
  return [response.status, await response.json()];
};

describe("/readyz", () => {
  test("is 200 when every dependency answers", async () => {
    const dependencies = { database: "up", temporal: "up" };
    expect(await ask("/readyz", { checks: { database: up, temporal: up } })).toEqual([
      200,
      { ready: true, dependencies },
    ]);
  });

  test("is 503 and names the one that does not, without saying more", async () => {
    const down = () => Promise.reject(new Error("password of the database is hunter2"));
    const dependencies = { database: "down", temporal: "up" };
    expect(await ask("/readyz", { checks: { database: down, temporal: up } })).toEqual([
      503,
      { ready: false, dependencies },
    ]);
  });

  test("is 503 when the audit secret is not the one that the company began with", async () => {
    const misfit = () => Promise.reject(new Error("its fingerprint is another one"));
    const dependencies = { database: "up", auditSecret: "down" };
    expect(await ask("/readyz", { checks: { database: up, auditSecret: misfit } })).toEqual([
      503,
      { ready: false, dependencies },
    ]);
  });

  test("counts a dependency that is silent for two seconds as down", async () => {
    vi.useFakeTimers();
    const silent = ask("/readyz", { checks: { database: () => new Promise(() => {}) } });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await silent).toEqual([503, { ready: false, dependencies: { database: "down" } }]);
    vi.useRealTimers();
  });
});

test("/livez is 200 whatever the dependencies do", async () => {
  const down = () => Promise.reject(new Error("away"));
  expect(await ask("/livez", { checks: { database: down } })).toEqual([200, { live: true }]);
});
