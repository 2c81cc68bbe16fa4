import { vi } from "vitest";

/** What of its process a test file may change. */
export type ProcessState = {
  readonly env: NodeJS.ProcessEnv;
  readonly values: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly exitCode: typeof process.exitCode;
  readonly listeners: ReadonlyMap<string, ReadonlySet<unknown>>;
};

/** How a process is told to end: commands that a test runs in its own process listen to these. */
const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"];

export function readProcessState(): ProcessState {
  const listeners = new Map(ENDINGS.map((name) => [name, new Set(process.rawListeners(name))]));
  const { env, exitCode } = process;
  return { env, values: { ...env }, folder: process.cwd(), exitCode, listeners };
}

/** Makes environment, folder, exit code, clock, stubs and who hears of an end what they were. */
export function putBackProcessState({ env, values, folder, exitCode, listeners }: ProcessState): void {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  process.env = env;
  for (const name of Object.keys(env)) if (!(name in values)) delete env[name];
  Object.assign(env, values);
  process.chdir(folder);
  process.exitCode = exitCode;
  for (const [name, before] of listeners) {
    for (const listener of process.rawListeners(name)) {
      if (!before.has(listener)) process.off(name, listener as () => void);
    }
  }
}
