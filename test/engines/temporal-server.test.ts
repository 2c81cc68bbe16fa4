import { Client, Connection } from "@temporalio/client";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, inject, test } from "vitest";
import { freePort } from "../../engines/free-port.ts";
import { isAlive } from "../../engines/process-identity.ts";
import { answersGrpc } from "../../engines/temporal-probe.ts";
import { type RunningTemporal, startTemporal, type TemporalOptions } from "../../engines/temporal-server.ts";
import { firstMessage, source, startChild } from "./child.ts";

const folder = mkdtempSync(join(tmpdir(), "mandate-temporal-"));
const dbFile = join(folder, "temporal.db");
const logFile = join(folder, "temporal.log");
const binary = inject("temporalBinary");
let running: RunningTemporal | undefined;

const start = async (options: Partial<TemporalOptions> = {}): Promise<RunningTemporal> =>
  (running = await startTemporal({ binary, logFile, detached: true, uiPort: "headless", ...options }));

afterEach(async () => {
  await running?.kill();
  running = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

describe("the embedded Temporal", () => {
  test("is ready when it says so: a workflow starts at once, and its web UI answers", async () => {
    const { address, uiAddress, pid } = await startTemporal({ binary, logFile, detached: true }).then(
      (server) => (running = server),
    );
    const started = withClient(address, (client) =>
      client.workflow.start("any", { taskQueue: "none", workflowId: "at-once" }),
    );
    expect((await started).workflowId).toBe("at-once");
    expect((await fetch(uiAddress ?? "")).status).toBe(200);
    expect(await answersGrpc(address, "no-such-namespace")).toBe(false);
    expect(isAlive(pid)).toBe(true);
  });

  test("stops completely", async () => {
    const server = await start({ dbFile });
    const { address, pid } = server;
    await server.stop();
    expect({ alive: isAlive(pid), answers: await answersGrpc(address) }).toEqual({ alive: false, answers: false });
  });

  test("keeps what it was told through a SIGKILL, in a file that only we may read", async () => {
    const first = await start({ dbFile });
    await withClient(first.address, (client) =>
      client.workflow.start("any", { taskQueue: "none", workflowId: "survivor" }),
    );
    await first.kill();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start({ dbFile });
    const status = await withClient(
      second.address,
      async (client) => (await client.workflow.getHandle("survivor").describe()).status.name,
    );
    expect({ status, mode: statSync(dbFile).mode & 0o777 }).toEqual({ status: "RUNNING", mode: 0o600 });
  });

  test("left running by a killed supervisor, it is stopped before another serves the same file", async () => {
    const child = startChild(`
      import { startTemporal } from ${source("engines/temporal-server.ts")};
      const options = ${JSON.stringify({ binary, dbFile, logFile, detached: true, uiPort: "headless" })};
      const { pid } = await startTemporal(options);
      process.send(pid);
      setInterval(() => undefined, 1000);`);
    const orphan = Number(await firstMessage(child));
    child.child.kill("SIGKILL");
    await child.done;
    expect(isAlive(orphan)).toBe(true);
    const { address } = await start({ dbFile });
    expect({ orphan: isAlive(orphan), answers: await answersGrpc(address) }).toEqual({ orphan: false, answers: true });
  });

  test("a chosen port that is in use is refused by its number", async () => {
    const port = await freePort();
    const squatter = createServer();
    await new Promise<void>((listening) => squatter.listen(port, "127.0.0.1", listening));
    await expect(start({ port })).rejects.toThrow(`port ${port} is in use`);
    await new Promise((closed) => squatter.close(closed));
  });

  test("a server that ends at its start is reported with what it said", async () => {
    const broken = join(folder, "broken");
    writeFileSync(broken, "#!/bin/sh\necho the disk is on fire >&2\nexit 1\n", { mode: 0o755 });
    await expect(start({ binary: broken })).rejects.toThrow("the disk is on fire");
    await expect(start({ binary: join(folder, "absent") })).rejects.toThrow("did not start");
  });

  test("a port that somebody took in the same instant is given up for another, however long the panic that says so", async () => {
    const unlucky = join(folder, "unlucky");
    const panic = [
      'echo "Failed to start gRPC listener: listen tcp 127.0.0.1:41077: bind: address already in use"',
      'i=0; while [ $i -lt 200 ]; do echo "goroutine 1 [running]: main.main() server.go:$i +0x8e"; i=$((i+1)); done',
    ].join("; ");
    const once = `if mkdir "${join(folder, "was-unlucky")}" 2>/dev/null; then ${panic}; exit 2; fi`;
    writeFileSync(unlucky, `#!/bin/sh\n${once}\nexec "${binary}" "$@"\n`, { mode: 0o755 });
    const { address } = await start({ binary: unlucky });
    expect(await answersGrpc(address)).toBe(true);
  });

  test("an older server that does not know an optional flag is started without it", async () => {
    const older = join(folder, "older");
    const refuse =
      'case "$*" in *--ui-disable-news-fetch*) echo "unknown flag: --ui-disable-news-fetch"; exit 1;; esac';
    writeFileSync(older, `#!/bin/sh\n${refuse}\nexec "${binary}" "$@"\n`, { mode: 0o755 });
    running = await startTemporal({ binary: older, logFile, detached: true });
    expect((await fetch(running.uiAddress ?? "")).status).toBe(200);
  });

  test("every setting it is started with is one that this server has", async () => {
    const echo = join(folder, "echo");
    writeFileSync(echo, '#!/bin/sh\necho "$@"\nexit 1\n', { mode: 0o755 });
    const fault = (await start({ binary: echo, timeSkipping: true }).catch((error: Error) => error)) as Error;
    const names = [...fault.message.matchAll(/--dynamic-config-value ([A-Za-z.]+)=/g)].map(([, name]) => name ?? "");
    expect(names.length).toBeGreaterThan(10);
    const program = readFileSync(binary);
    expect(names.filter((name) => !program.includes(name))).toEqual([]);
  });
});
