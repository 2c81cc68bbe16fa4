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

/** How a supervisor starts an engine of a test's own. */
const startsEngine = (script: string) => `
  import { spawnEngine } from ${source("engines/guardian.ts")};
  const options = { detached: true, cwd: "/", env: { PATH: "/usr/bin:/bin" } };
  const guarded = { what: "a test's engine", steps: ${steps} };
  const engine = { command: "sh", args: ["-c", ${JSON.stringify(script)}], output: 1, options };
  const child = spawnEngine(engine, guarded);`;

test("an engine's guardian leaves with it, and keeps nobody's process up", async () => {
  const outcome = startChild(`
    ${startsEngine("exec sleep 600")}
    process.send(child.pid);
    process.channel.unref();`);
  const pid = Number(await firstMessage(outcome));
  expect((await outcome.done).code).toBe(0);
  expect(await waitForExit(pid, 10_000)).toBe(true);
  expect(isAlive(pid)).toBe(false);
});

test("an engine begins once it is watched, as it was to be started", async () => {
  const { child, done } = startChild(`
    ${startsEngine('read -r nothing || echo "began in $PWD"')}
    child.once("exit", () => process.disconnect());
    process.on("message", () => undefined);`);
  expect((await done).stdout.trim()).toBe("began in /");
  expect(child.exitCode).toBe(0);
});

/** The supervisor is killed as soon as the process is there: nothing of ours has run since, so nobody watches it. */
test("an engine never begins whose supervisor is killed between its process and its guardian's word", async () => {
  const { child, done } = startChild(`
    import processes from "node:child_process";
    import { openSync, writeSync } from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { spawn } = processes;
    processes.spawn = (command, args, options) => {
      const spawned = spawn(command, args, options);
      if (!args.includes("exec sleep 600")) return spawned;
      writeSync(1, String(spawned.pid));
      process.kill(process.pid, "SIGKILL");
    };
    syncBuiltinESMExports();
    const { spawnEngine } = await import(${source("engines/guardian.ts")});
    const guarded = { what: "a test's engine", steps: ${steps} };
    const engine = { command: "sh", args: ["-c", "exec sleep 600"], options: { detached: true } };
    spawnEngine({ ...engine, output: openSync("/dev/null", "w") }, guarded);`);
  const pid = Number((await done).stdout);
  expect(child.signalCode).toBe("SIGKILL");
  expect(pid).toBeGreaterThan(0);
  try {
    expect(await waitForExit(pid, 10_000)).toBe(true);
  } finally {
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  }
});
