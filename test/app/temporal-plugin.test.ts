import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { text as textOf } from "node:stream/consumers";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

/** A project of somebody else that has `mandate` among its packages, on the real engine and the supplier's real protocol. */
const project = resolve(import.meta.dirname, "../..");
let folder: string;
let supplier: LLMock;

beforeAll(async () => {
  const build = pathToFileURL(join(project, "bin", "build.mjs")).href;
  await ((await import(build)) as { ensureBuilt(): Promise<void> }).ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), "mandate-outside-"));
  cpSync(join(project, "test", "fixtures", "outside"), folder, { recursive: true });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(project, join(folder, "node_modules", "mandate"));
  symlinkSync(join(project, "node_modules", "@temporalio"), join(folder, "node_modules", "@temporalio"));
  supplier = new LLMock({ port: 0, host: "127.0.0.1", strict: true, logLevel: "silent" });
  await supplier.start();
});
afterAll(async () => {
  await supplier.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function sorted(text: string): Promise<{ result?: unknown; failure?: string; attempts: number }> {
  const taskQueue = `outside-${randomUUID()}`;
  const told = { address: inject("temporalAddress"), supplier: supplier.url, taskQueue, text };
  const given = JSON.stringify({ ...told, ledgerFile: join(folder, `${taskQueue}.jsonl`) });
  const child = spawn(process.execPath, [join(folder, "worker.mjs"), given], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  if (out === "") throw new Error(errors);
  return JSON.parse(out);
}

test(
  "a workflow of somebody else has one durable, ledgered, masked turn from the plugin",
  { timeout: 120_000 },
  async () => {
    const args = { about: "a discount", to: "[mail-1]" };
    supplier.onMessage(/./, { toolCalls: [{ name: "sort", arguments: JSON.stringify(args) }] });
    const asked = supplier.getRequests().length;
    expect(await sorted("Dana Miller, dana@example.com, asks for 12 %.")).toEqual({
      result: [{ name: "sort", args: { about: "a discount", to: "dana@example.com" } }],
      attempts: 2,
    });
    expect(supplier.getRequests()).toHaveLength(asked + 1);
    const told = JSON.stringify(supplier.getRequests().at(-1)?.body);
    expect(told).toContain("[person-1], [mail-1], asks for 12 %.");
    expect(told).not.toContain("Miller");
  },
);

test("and a fault that another attempt would repeat ends it at once, by its code", { timeout: 120_000 }, async () => {
  supplier.clearFixtures();
  supplier.onMessage(/./, { error: { message: "no", type: "authentication_error" }, status: 401 });
  expect(await sorted("Hello.")).toEqual({ failure: "MODEL_KEY_REFUSED", attempts: 0 });
});
