import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { isAlive, waitForExit } from "../../engines/process-identity.ts";
import { firstMessage, source, startChild } from "./child.ts";

const STAY = "setInterval(() => undefined, 1000)";
const steps = `[{ signal: "SIGTERM", waitMs: 1_000 }, { signal: "SIGKILL", waitMs: 1_000 }]`;
let engine: ChildProcess | undefined;
afterEach(() => {
  engine?.kill("SIGKILL");
  engine = undefined;
});

async function engineThat(code: string): Promise<number> {
  engine = spawn(process.execPath, ["-e", `${code}; console.log("up")`], { stdio: ["ignore", "pipe", "ignore"] });
  await once(engine.stdout ?? engine, "data");
  return engine.pid ?? 0;
}

/** A process that has a guardian look after another one, and is then killed. */
async function killedAfter(pid: number, then: string): Promise<void> {
  const supervisor = startChild(`
    import { startGuardian } from ${source("engines/guardian.ts")};
    const guardian = startGuardian("a test's engine", ${steps});
    guardian.watch(${pid});
    ${then}
    process.send("watched");
    ${STAY};`);
  await firstMessage(supervisor);
  supervisor.child.kill("SIGKILL");
  await supervisor.done;
}

test.for([
  ["ends politely", STAY, "SIGTERM"],
  ["by force where it does not listen", `process.on("SIGTERM", () => undefined); ${STAY}`, "SIGKILL"],
] as const)("an engine whose supervisor was killed %s", async ([, code, signal]) => {
  const pid = await engineThat(code);
  const over = once(engine as ChildProcess, "exit");
  await killedAfter(pid, "");
  expect((await over)[1]).toBe(signal);
});

test("an engine that was let go of stays", async () => {
  const pid = await engineThat(STAY);
  await killedAfter(pid, "guardian.release();");
  expect(await waitForExit(pid, 3_000)).toBe(false);
});

test("an engine's guardian leaves with it, and keeps nobody's process up", async () => {
  const outcome = startChild(`
    import { spawn } from "node:child_process";
    import { spawnGuarded } from ${source("engines/guardian.ts")};
    const child = spawnGuarded("a test's engine", ${steps}, () => {
      const one = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
      one.unref();
      return one;
    });
    process.send(child.pid);
    process.channel.unref();`);
  const pid = Number(await firstMessage(outcome));
  expect((await outcome.done).code).toBe(0);
  expect(await waitForExit(pid, 10_000)).toBe(true);
  expect(isAlive(pid)).toBe(false);
});
