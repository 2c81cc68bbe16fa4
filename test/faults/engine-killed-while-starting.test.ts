import { afterAll, beforeAll, expect, test } from "vitest";
import { clear, processesOf, seen, start } from "../setup/command-line.ts";
import { temporaryHome } from "../setup/temporary-home.ts";

const POSTGRES = "/bin/postgres -D";
const TEMPORAL = "server start-dev";
const home = temporaryHome("engine-killed");
beforeAll(async () => {
  const { exitCode, stderr } = await start(home, "dev", "--once", "--no-day").ended;
  if (exitCode !== 0) throw new Error(stderr);
});
afterAll(() => clear(home));

/** Which engine is killed, and what of the start is there by then: its own process, the other engine, gateway or worker. */
test.for([
  ["PostgreSQL, as it comes up itself", POSTGRES, POSTGRES],
  ["Temporal, as it comes up itself", TEMPORAL, TEMPORAL],
  ["PostgreSQL, while Temporal comes up", POSTGRES, TEMPORAL],
  ["PostgreSQL, while the gateway comes up", POSTGRES, "mandate.mjs gateway"],
  ["Temporal, while the worker comes up", TEMPORAL, "mandate.mjs worker"],
  ["PostgreSQL, while the worker comes up", POSTGRES, "mandate.mjs worker"],
] as const)(
  "killed with SIGKILL: %s; the start goes on, and serves",
  { timeout: 180_000 },
  async ([, victim, there]) => {
    const running = start(home, "dev", "--once", "--no-day");
    await seen(home, running, there);
    const pid = await seen(home, running, victim);
    process.kill(pid, "SIGKILL");
    const { exitCode, stderr } = await running.ended;
    expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
    expect(stderr).toMatch(/ended; it starts again on the same data|does not start: .*it is tried again/s);
    expect(processesOf(home)).toEqual([]);
  },
);

test("a day that is played after that comes to what it does without", { timeout: 240_000 }, async () => {
  const running = start(home, "dev", "--once", "--json");
  await seen(home, running, "mandate.mjs worker");
  for (const engine of [POSTGRES, TEMPORAL]) process.kill(await seen(home, running, engine), "SIGKILL");
  const { exitCode, stdout, stderr } = await running.ended;
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  const { totals } = JSON.parse(stdout).data;
  expect(totals).toMatchObject({ events: 9, executed: 4, blocked: 2, rejected: 1, waiting: 2 });
});
