import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readRuntime, type Runtime } from "../../engines/runtime-file.ts";

const bin = resolve(import.meta.dirname, "../../bin/mandate.mjs");
/** What would replace the embedded engines, the offline model or the home's own address and identity. */
const outside = ["DATABASE_URL", "TEMPORAL_ADDRESS", "ANTHROPIC_API_KEY", "MANDATE_URL", "MANDATE_TOKEN"];

export type Ended = {
  /** `null` when a signal that nobody handled ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
};

/** A command under way. Its standard input is closed, as for a script. */
export type Started = {
  readonly child: ChildProcess;
  /** Resolves with its standard output so far when it has written this; rejects when it ends before. */
  says(text: string): Promise<string>;
  readonly ended: Promise<Ended>;
};

/** Starts `mandate` as a user does, on a home of its own, with everything embedded. */
export function start(home: string, ...argv: string[]): Started {
  const env: NodeJS.ProcessEnv = { ...process.env, MANDATE_HOME: home };
  for (const name of outside) delete env[name];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [bin, ...argv], { env, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  }
  const ended = once(child, "close").then(([exitCode]) => {
    return { exitCode, ...written, tookMs: performance.now() - startedMs };
  });
  let end: Ended | undefined;
  void ended.then((given) => (end = given));
  const says = async (text: string) => {
    while (!written.stdout.includes(text) && !written.stderr.includes(text)) {
      if (end !== undefined) throw new Error(`it ended without \`${text}\`:\n${end.stdout}${end.stderr}`);
      await sleep(5);
    }
    return written.stdout;
  };
  return { child, says, ended };
}

/** Runs `mandate` to its end. */
export function mandate(home: string, ...argv: string[]): Promise<Ended> {
  return start(home, ...argv).ended;
}

/** Runs `mandate … --json`, and answers its exit code with the one object that it printed. */
export async function mandateJson(home: string, ...argv: string[]) {
  const { exitCode, stdout } = await mandate(home, ...argv, "--json");
  return { exitCode, ...JSON.parse(stdout) };
}

/** Sends a signal and waits for the end; how long it took counts from the signal. */
export async function stop({ child, ended }: Started, signal: NodeJS.Signals): Promise<Ended> {
  const sentMs = performance.now();
  child.kill(signal);
  const end = await ended;
  return { ...end, tookMs: performance.now() - sentMs };
}

/** What the running system tells commands about itself. */
export function runtimeOf(home: string): Runtime {
  const state = readRuntime(home);
  if (state.kind !== "running") throw new Error(`nothing runs on ${home}: ${state.kind}`);
  return state.runtime;
}

/** Processes that belong to a home: by what they were called with, their environment, or the folder they work in. */
export function processesOf(home: string): string[] {
  if (process.platform !== "linux") {
    const all = execFileSync("ps", ["-axww", "-E", "-o", "pid=,command="], { encoding: "utf8" });
    return all.split("\n").filter((line) => line.includes(home));
  }
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    try {
      const [called, environment] = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "utf8"));
      const isOurs = [called, environment, readlinkSync(`/proc/${pid}/cwd`)].some((text) => text?.includes(home));
      return isOurs ? [`${pid} ${called?.replaceAll("\0", " ")}`] : [];
    } catch {
      // Ended meanwhile, or somebody else's.
      return [];
    }
  });
}

/** The id of a process of the start whose command says this, once it is there. @throws when the start is over before. */
export async function seen(home: string, { ended }: Started, command: string): Promise<number> {
  let over = false;
  void ended.then(() => (over = true));
  for (;;) {
    const line = processesOf(home).find((one) => one.includes(command));
    if (line !== undefined) return Number(line.split(" ")[0]);
    if (over) throw new Error(`it ended before \`${command}\` was there:\n${(await ended).stderr}`);
    await sleep(2);
  }
}

/** Ends what a failed test left, and removes the home. */
export function clear(home: string): void {
  for (const line of processesOf(home)) {
    const pid = Number(line.split(" ")[0]);
    if (pid > 1) process.kill(pid, "SIGKILL");
  }
  rmSync(home, { recursive: true, force: true });
}
