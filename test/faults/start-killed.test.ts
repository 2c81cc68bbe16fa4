import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clear, processesOf, seen, start, stop } from "../setup/command-line.ts";
import { temporaryHome } from "../setup/temporary-home.ts";

/** How long whatever a start had begun may outlive it: longer than an engine takes to close its files on a machine that is busy. */
const GONE_MS = 120_000;

/** A start that is over at once when it has come up: nothing but that it works is asked of it. */
const wholeStart = ["dev", "--once", "--no-day"] as const;

/** What is left of a home's processes once there is nothing, or when patience ends. */
async function leftOf(home: string): Promise<readonly string[]> {
  const endMs = performance.now() + GONE_MS;
  for (;;) {
    const left = processesOf(home);
    if (left.length === 0 || performance.now() > endMs) return left;
    await sleep(50);
  }
}

async function endedAt(home: string, command: string, signal: NodeJS.Signals): Promise<readonly string[]> {
  const running = start(home, "dev", "--no-day");
  await seen(home, running, command);
  await stop(running, signal);
  return leftOf(home);
}

async function started(home: string): Promise<string> {
  const { exitCode, stderr } = await start(home, ...wholeStart).ended;
  return exitCode === 0 ? "" : stderr;
}

/** SIGINT is Ctrl-C: `test/scenarios/02-interrupted` walks the moments with it. */
describe.for(["SIGKILL", "SIGTERM"] as const)("a start that ends by %s leaves no process", (signal) => {
  const home = temporaryHome("start");
  beforeAll(async () => {
    const said = await started(home);
    if (said !== "") throw new Error(said);
  });
  afterAll(() => clear(home));

  /** The moments of a start, each seen from outside; the next one begins where the last was cut. */
  test.for([
    ["when PostgreSQL is there", "/bin/postgres -D"],
    ["when Temporal is there", "server start-dev"],
    ["when the gateway is there", "mandate.mjs gateway"],
    ["when the worker is there", "mandate.mjs worker"],
  ] as const)("%s", { timeout: 300_000 }, async ([, command]) => {
    expect(await endedAt(home, command, signal)).toEqual([]);
  });

  test("and after all of them one comes up, and leaves none either", { timeout: 300_000 }, async () => {
    expect(await started(home)).toBe("");
    expect(await leftOf(home)).toEqual([]);
  });

  test("when the database is being made; the next one makes it", { timeout: 300_000 }, async ({ onTestFinished }) => {
    const fresh = temporaryHome("start");
    onTestFinished(() => clear(fresh));
    expect(await endedAt(fresh, "initdb", signal)).toEqual([]);
    expect(await started(fresh)).toBe("");
    expect(await leftOf(fresh)).toEqual([]);
  });
});
