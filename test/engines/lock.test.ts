import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort, isPortFree } from "../../engines/free-port.ts";
import { acquireLock } from "../../engines/lock.ts";
import { processIdentity } from "../../engines/process-identity.ts";
import { readRuntime, removeRuntime, runtimePath, writeRuntime } from "../../engines/runtime-file.ts";
import { firstMessage, source, startChild } from "./child.ts";

const NOW = "2026-11-21T08:00:00.000Z";
const DEAD_PID = 4_194_399;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "mandate-lock-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const leaveLock = (pid: number, identity: string): void =>
  writeFileSync(join(home, "supervisor.lock"), JSON.stringify({ pid, identity, since: NOW }));

describe("one supervisor per home", () => {
  test("the lock is had, held against a second, and had again after its release", async () => {
    const first = await acquireLock(home, NOW);
    expect(first.kind).toBe("held");
    expect((await acquireLock(home, NOW)).kind).toBe("busy");
    if (first.kind === "held") first.release();
    expect((await acquireLock(home, NOW)).kind).toBe("held");
    expect(readdirSync(home)).toEqual(["supervisor.lock"]);
  });

  test("a live holder is named with its addresses and the ways out", async () => {
    await acquireLock(home, NOW);
    writeRuntime(home, {
      startedAt: NOW,
      gatewayUrl: "http://127.0.0.1:4000",
      temporalUiUrl: "http://127.0.0.1:4001",
      processes: [],
    });
    expect(await acquireLock(home, NOW)).toEqual({
      kind: "busy",
      pid: process.pid,
      message:
        `Mandate already runs on ${home}: process ${process.pid} since ${NOW} ` +
        "(gateway http://127.0.0.1:4000, Temporal http://127.0.0.1:4001). " +
        `Use it, stop it with \`kill ${process.pid}\`, or start another one with MANDATE_HOME=<another folder>`,
    });
  });

  const stale = [
    { name: "a holder that is gone", pid: DEAD_PID, identity: "any" },
    { name: "a holder whose number another process has now", pid: process.ppid, identity: "boot/1" },
  ];
  test.for(stale)("$name is reaped", async ({ pid, identity }) => {
    leaveLock(pid, identity);
    expect((await acquireLock(home, NOW)).kind).toBe("held");
    expect(JSON.parse(readFileSync(join(home, "supervisor.lock"), "utf8"))).toMatchObject({ pid: process.pid });
  });

  test("a damaged lock is reaped", async () => {
    writeFileSync(join(home, "supervisor.lock"), "{");
    expect((await acquireLock(home, NOW)).kind).toBe("held");
  });

  test("of several that find a dead holder at once, exactly one gets it", async () => {
    leaveLock(DEAD_PID, "any");
    const code = `
      import { acquireLock } from ${source("engines/lock.ts")};
      process.once("message", async () => {
        process.send((await acquireLock(${JSON.stringify(home)}, ${JSON.stringify(NOW)})).kind);
      });
      process.send("waiting");`;
    const children = Array.from({ length: 4 }, () => startChild(code));
    await Promise.all(children.map(firstMessage));
    const answers = children.map(firstMessage);
    for (const { child } of children) child.send("go");
    const held = (await Promise.all(answers)).filter((answer) => answer === "held");
    expect(held).toEqual(["held"]);
    for (const { child } of children) child.kill();
    await Promise.all(children.map(({ done }) => done));
  });
});

describe("the runtime file", () => {
  test("says who runs and where, to its owner only", () => {
    writeRuntime(home, { startedAt: NOW, temporalAddress: "127.0.0.1:7233", processes: [{ name: "gateway", pid: 7 }] });
    expect(statSync(runtimePath(home)).mode & 0o777).toBe(0o600);
    expect(readRuntime(home)).toEqual({
      kind: "running",
      runtime: {
        version: 1,
        pid: process.pid,
        identity: processIdentity(process.pid),
        startedAt: NOW,
        temporalAddress: "127.0.0.1:7233",
        processes: [{ name: "gateway", pid: 7 }],
      },
    });
    removeRuntime(home);
    expect(readRuntime(home)).toEqual({ kind: "absent" });
  });

  test("of a process that is gone is stale, and may be removed", () => {
    const runtime = { version: 1, pid: DEAD_PID, identity: "any", startedAt: NOW, processes: [] };
    writeFileSync(runtimePath(home), JSON.stringify(runtime));
    expect(readRuntime(home)).toEqual({ kind: "stale", runtime });
    removeRuntime(home);
    expect(readRuntime(home).kind).toBe("absent");
  });

  test("that cannot be read is said so", () => {
    writeFileSync(runtimePath(home), '{"version":2}');
    expect(readRuntime(home).kind).toBe("unreadable");
  });
});

describe("a free port", () => {
  test("is the preferred one when nobody has it, else another", async () => {
    const { createServer } = await import("node:net");
    const preferred = await freePort();
    expect(await freePort(preferred)).toBe(preferred);
    const squatter = createServer();
    await new Promise<void>((listening) => squatter.listen(preferred, "127.0.0.1", listening));
    expect(await isPortFree(preferred)).toBe(false);
    expect(await freePort(preferred)).not.toBe(preferred);
    await new Promise((closed) => squatter.close(closed));
  });
});
