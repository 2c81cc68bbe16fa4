import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { keepEngine, whileEnginesRun, type Engine } from "../../../app/processes/keep-engine.ts";
import { isAlive } from "../../../engines/process-identity.ts";
import { eventually } from "../../setup/system.ts";

/** A process that stays until it is stopped. */
async function stayingProcess(): Promise<Engine> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  return {
    pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

test("an engine whose process is gone is started again, and the one that runs is stopped at the end", async () => {
  const first = await stayingProcess();
  const started: Engine[] = [];
  const said: string[] = [];
  const restart = async () => {
    const engine = await stayingProcess();
    started.push(engine);
    return engine;
  };
  const kept = keepEngine({ name: "engine", first, restart, say: (line) => said.push(line), lookEveryMs: 20 });
  process.kill(first.pid, "SIGKILL");
  const second = await eventually(async () => started[0]);
  expect(isAlive(second.pid)).toBe(true);
  await kept.stop();
  expect([isAlive(second.pid), started.length, said]).toEqual([
    false,
    1,
    ["engine ended; it starts again on the same data"],
  ]);
});

test("a start that fails is told and tried again", async () => {
  const first = await stayingProcess();
  await first.stop();
  const said: string[] = [];
  let attempts = 0;
  const restart = async () => {
    attempts += 1;
    if (attempts === 1) throw new Error("the port is taken");
    return stayingProcess();
  };
  const kept = keepEngine({ name: "engine", first, restart, say: (line) => said.push(line), lookEveryMs: 20 });
  await eventually(async () => (attempts === 2 ? true : undefined));
  await kept.stop();
  expect(said).toContain("engine does not start: the port is taken");
});

test("a step of the start waits for an engine that died before it, and is done once", async () => {
  const first = await stayingProcess();
  process.kill(first.pid, "SIGKILL");
  await eventually(async () => (isAlive(first.pid) ? undefined : true));
  let second: Engine | undefined;
  const restart = async () => (second = await stayingProcess());
  const kept = keepEngine({ name: "engine", first, restart, say: () => undefined, lookEveryMs: 20 });
  await kept.running();
  await second?.stop();
  let done = 0;
  const step = async () => {
    done += 1;
    if (second === undefined || !isAlive(second.pid)) throw new Error("the engine is starting up");
    return "done";
  };
  expect([await whileEnginesRun([kept], new AbortController().signal, step), done]).toEqual(["done", 1]);
  await kept.stop();
});
