import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createProgram } from "../../cli/program.ts";

const unused = () => Promise.reject(new Error("is not called here"));

async function called(...argv: string[]): Promise<{ exitCode: number; calls: unknown[] }> {
  const io = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const calls: unknown[] = [];
  const process = (name: string) => async (options: unknown) => {
    calls.push([name, options]);
    return 7;
  };
  const processes = {
    dev: process("dev"),
    gateway: process("gateway"),
    worker: process("worker"),
    migrate: process("migrate"),
    doctor: unused,
    witness: unused,
    witnessKey: unused,
    codec: unused,
    evals: unused,
    secondEval: unused,
    value: unused,
  };
  let exitCode = 0;
  const finish = (code: number) => {
    exitCode = code;
  };
  await createProgram({ io, processes, settings: unused, finish }, false).parseAsync(argv, { from: "user" });
  return { exitCode, calls };
}

test.for<[string, string[], unknown]>([
  ["dev plays a day and stays up", ["dev"], ["dev", { once: false, json: false, day: true }]],
  ["dev --once --json", ["dev", "--once", "--json"], ["dev", { once: true, json: true, day: true }]],
  ["dev --no-day", ["dev", "--no-day"], ["dev", { once: false, json: false, day: false }]],
  ["--json before the command", ["--json", "migrate"], ["migrate", { admins: [], json: true }]],
  ["gateway", ["gateway"], ["gateway", { json: false }]],
  ["worker", ["worker"], ["worker", { json: false }]],
])("%s is called with its options, and its exit code is the command's", async ([, argv, call]) => {
  expect(await called(...argv)).toEqual({ exitCode: 7, calls: [call] });
});
