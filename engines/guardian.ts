import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { processIdentity, type StopStep } from "./process-identity.ts";

/** Ends an engine when we are gone, however we went: no handler of ours runs after a SIGKILL. */
export type Guardian = {
  /** Has the process with this id looked after, and then calls `onWatched`: from there on it is. */
  watch(pid: number, onWatched?: () => void): void;
  /** The engine is gone, or somebody else's now: nothing is ended any more. */
  release(): void;
};

const SHELL = "/bin/sh";

/**
 * Reads whom to look after, then waits for the end of its input: the other end of that pipe is ours alone, and the system closes it
 * with us. Ends only the very process that it was told of, by its start. Plain `sh`, so that it costs next to nothing while it waits.
 */
const SCRIPT = `
started() {
  if [ -r "/proc/$1/stat" ]; then
    line=$(cat "/proc/$1/stat") || return
    set -- \${line##*)}
    [ "$1" = Z ] || echo "\${20}"
  else
    ps -ww -o lstart= -p "$1" 2>/dev/null | sed 's/^ *//; s/ *$//'
  fi
}
read -r pid start || exit 0
while read -r more; do :; done
while [ $# -gt 0 ]; do
  [ "$(started "$pid")" = "$start" ] || exit 0
  kill -s "$1" "$pid"
  left=$2
  shift 2
  while [ "$left" -gt 0 ]; do
    sleep 1
    [ "$(started "$pid")" = "$start" ] || exit 0
    left=$((left - 1))
  done
done`;

/**
 * Starts the guardian of an engine that is about to start; `what` names it in the list of processes. Without `/bin/sh` there is
 * none: what a killed supervisor leaves is then found by the next start.
 */
export function startGuardian(what: string, steps: readonly StopStep[]): Guardian {
  const signals = steps.flatMap(({ signal, waitMs }) => [
    signal.replace(/^SIG/, ""),
    String(Math.ceil(waitMs / 1_000)),
  ]);
  const child = spawn(SHELL, ["-c", SCRIPT, `mandate guards ${what}`, ...signals], {
    // A group of its own: what ends a terminal's processes leaves it there to end the engine.
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", () => undefined);
  // It may be gone before we write.
  child.stdin.on("error", () => undefined);
  child.unref();
  // Looking after it keeps nobody's process alive.
  (child.stdin as Socket).unref();
  return {
    watch(pid, onWatched = () => undefined) {
      const start = processIdentity(pid)?.replace(/^.*\//, "");
      if (start === undefined || start === "unknown") onWatched();
      else child.stdin.write(`${pid} ${start}\n`, onWatched);
    },
    release() {
      child.kill("SIGKILL");
    },
  };
}

/**
 * Waits for a word and becomes the engine, in the same process. Without the word, which is when we are gone, the engine never
 * begins: nobody else knew of it yet.
 */
const GATE = 'read -r word || exit 0; exec "$0" "$@" </dev/null';

/** An engine's process as `spawn` takes it; what it writes goes to the file descriptor `output`. */
export type EngineProcess = {
  readonly command: string;
  readonly args: readonly string[];
  readonly output: number;
  readonly options: Omit<SpawnOptions, "stdio">;
};

/** What a guardian is called and how it ends its engine. */
export type Guarded = { readonly what: string; readonly steps: readonly StopStep[] };

/** Starts an engine's process. With `guarded` it has a guardian of its own, who leaves when it is gone, and begins once it is watched. */
export function spawnEngine({ command, args, output, options }: EngineProcess, guarded?: Guarded): ChildProcess {
  if (guarded === undefined || !existsSync(SHELL)) {
    const child = spawn(command, args, { ...options, stdio: ["ignore", output, output] });
    child.unref();
    return child;
  }
  const guardian = startGuardian(guarded.what, guarded.steps);
  const child = spawn(SHELL, ["-c", GATE, command, ...args], { ...options, stdio: ["pipe", output, output] });
  for (const over of ["exit", "error"]) child.once(over, () => guardian.release());
  child.unref();
  const gate = child.stdin as Socket;
  gate.on("error", () => undefined);
  gate.unref();
  if (child.pid !== undefined) guardian.watch(child.pid, () => gate.end("go\n"));
  return child;
}
