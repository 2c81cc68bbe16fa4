import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { isAlive, waitForExit } from "../../engines/process-identity.ts";
import { type ProcessSpec, superviseProcesses, type SupervisorEvent } from "../../app/supervisor.ts";
import { firstMessage, source, startChild } from "../engines/child.ts";

const folder = mkdtempSync(join(tmpdir(), "mandate-supervisor-"));
const STAY = "setInterval(() => undefined, 1000);";
const READY = `process.send({ ready: true, port: 4000 }); ${STAY}`;
const STUBBORN = `process.on("SIGTERM", () => undefined);`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const member = (name: string, code: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  name,
  command: process.execPath,
  args: ["-e", code],
  ...more,
});

function logged(): {
  events: SupervisorEvent[];
  log: (event: SupervisorEvent) => void;
  until: (kind: SupervisorEvent["kind"], count: number) => Promise<void>;
} {
  const events: SupervisorEvent[] = [];
  const until = async (kind: SupervisorEvent["kind"], count: number): Promise<void> => {
    while (events.filter((event) => event.kind === kind).length < count) await sleep(10);
  };
  return { events, log: (event) => events.push(event), until };
}

describe("the supervisor", () => {
  test("resolves when all are ready, tells what they said, and stops them in the given order", async () => {
    const { events, log } = logged();
    const supervision = await superviseProcesses([member("gateway", READY), member("worker", READY)], { log });
    expect([...supervision.ready()]).toEqual([
      ["gateway", { ready: true, port: 4000 }],
      ["worker", { ready: true, port: 4000 }],
    ]);
    const pids = [...supervision.pids().values()];
    await supervision.stop();
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(events.filter(({ kind }) => kind === "stopped").map(({ name }) => name)).toEqual(["gateway", "worker"]);
  });

  test("brings a crashed process back, waiting longer each time, and passes on what it writes", async () => {
    const { events, log, until } = logged();
    const seen = join(folder, "crashes");
    const code = `require("node:fs").appendFileSync(${JSON.stringify(seen)}, "x");
      process.send({ ready: true }); console.error("about to fail"); setTimeout(() => process.exit(3), 30);`;
    const supervision = await superviseProcesses([member("worker", code)], { log, backoffMs: [10, 20, 30] });
    await until("crashed", 4);
    await supervision.stop();
    const crashes = events.filter((event) => event.kind === "crashed").slice(0, 4);
    expect(crashes.map(({ how, retryInMs }) => [how, retryInMs])).toEqual([
      ["ended with code 3", 10],
      ["ended with code 3", 20],
      ["ended with code 3", 30],
      ["ended with code 3", 30],
    ]);
    expect(readFileSync(seen, "utf8").length).toBeGreaterThanOrEqual(4);
    expect(events).toContainEqual({ kind: "output", name: "worker", stream: "stderr", line: "about to fail" });
  });

  test("is ready again after a SIGKILL of a process", async () => {
    const { log, until } = logged();
    const supervision = await superviseProcesses([member("worker", READY)], { log, backoffMs: [10] });
    const first = supervision.pids().get("worker") ?? 0;
    process.kill(first, "SIGKILL");
    await until("ready", 2);
    expect(supervision.pids().get("worker")).not.toBe(first);
    await supervision.stop();
  });

  test("kills what does not end politely in time", async () => {
    const { log } = logged();
    const supervision = await superviseProcesses([member("worker", `${STUBBORN} ${READY}`)], {
      log,
      stopTimeoutMs: 100,
    });
    const pid = supervision.pids().get("worker") ?? 0;
    await supervision.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test("a process that ends before it was ready fails the start with what it said, and the others are stopped", async () => {
    const { events, log } = logged();
    const broken = member("gateway", `console.error("no configuration"); process.exitCode = 2;`);
    const start = superviseProcesses([member("worker", STAY), broken], { log });
    await expect(start).rejects.toThrow("gateway ended with code 2 before it was ready");
    await expect(start).rejects.toThrow("no configuration");
    const pids = events.flatMap((event) => (event.kind === "started" ? [event.pid] : []));
    expect(pids.map(isAlive)).toEqual([false, false]);
  });

  test("a command that is not there, too long a start and an interrupt fail the start", async () => {
    const { log } = logged();
    const absent = superviseProcesses([{ name: "worker", command: "/no/such", args: [] }], { log });
    await expect(absent).rejects.toThrow("worker did not start");
    const slow = superviseProcesses([member("worker", STAY)], { log, readyTimeoutMs: 100 });
    await expect(slow).rejects.toThrow("worker was not ready after 0.1 s");
    const stop = new AbortController();
    const interrupted = superviseProcesses([member("worker", STAY)], { log, signal: stop.signal });
    stop.abort();
    await expect(interrupted).rejects.toThrow("worker was interrupted while starting");
  });

  test("a process decides for itself which message means ready", async () => {
    const { log } = logged();
    const code = `process.send({ ready: true }); process.send({ state: "RUNNING" }); ${STAY}`;
    const readyWhen = (message: unknown): boolean => (message as { state?: string }).state === "RUNNING";
    const supervision = await superviseProcesses([member("worker", code, { readyWhen })], { log });
    expect(supervision.ready().get("worker")).toEqual({ state: "RUNNING" });
    await supervision.stop();
  });

  test("killed outright, its processes notice and end by themselves", async () => {
    const marker = join(folder, "drained");
    const worker = `import { onStopRequested, reportReady } from ${source("app/supervised.ts")};
      import { writeFileSync } from "node:fs";
      const timer = setInterval(() => undefined, 1000);
      onStopRequested((reason) => { writeFileSync(${JSON.stringify(marker)}, reason); clearInterval(timer); });
      reportReady();`;
    const tsx = JSON.stringify(join(import.meta.dirname, "../../node_modules/tsx/dist/loader.mjs"));
    const supervisor = startChild(`
      import { superviseProcesses } from ${source("app/supervisor.ts")};
      const args = ["--import", ${tsx}, "--input-type=module", "-e", ${JSON.stringify(worker)}];
      const spec = { name: "worker", command: process.execPath, args };
      const supervision = await superviseProcesses([spec], { log: () => undefined });
      process.send(supervision.pids().get("worker"));`);
    const pid = Number(await firstMessage(supervisor));
    supervisor.child.kill("SIGKILL");
    await supervisor.done;
    expect(await waitForExit(pid, 5_000)).toBe(true);
    expect(existsSync(marker) && readFileSync(marker, "utf8")).toBe("supervisor-gone");
  });

  test("killed outright while they start, its processes end before they can listen", async () => {
    const worker = `import { endWithSupervisor, reportReady, onStopRequested } from ${source("app/supervised.ts")};
      process.send("begins");
      // As long as a start takes that does not look up.
      const untilMs = Date.now() + 1_500; while (Date.now() < untilMs);
      endWithSupervisor();
      await new Promise((resume) => setTimeout(resume, 60_000));
      onStopRequested(() => undefined);
      reportReady();`;
    const tsx = JSON.stringify(join(import.meta.dirname, "../../node_modules/tsx/dist/loader.mjs"));
    const supervisor = startChild(`
      import { superviseProcesses } from ${source("app/supervisor.ts")};
      const args = ["--import", ${tsx}, "--input-type=module", "-e", ${JSON.stringify(worker)}];
      const spec = { name: "worker", command: process.execPath, args, readyWhen: (said) => said === "begins" };
      const supervision = await superviseProcesses([spec], { log: () => undefined });
      process.send(supervision.pids().get("worker"));`);
    const pid = Number(await firstMessage(supervisor));
    supervisor.child.kill("SIGKILL");
    await supervisor.done;
    expect(await waitForExit(pid, 20_000)).toBe(true);
  });
});
