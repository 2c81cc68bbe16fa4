import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { processIdentity, type StopStep } from "./process-identity.ts";

/** Ends an engine when we are gone, however we went: no handler of ours runs after a SIGKILL. */
export type Guardian = {
  /** From here on the process with this id is looked after: call it in the very turn in which the process was started. */
  watch(pid: number): void;
  /** The engine is gone, or somebody else's now: nothing is ended any more. */
  release(): void;
};

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
  const child = spawn("/bin/sh", ["-c", SCRIPT, `mandate guards ${what}`, ...signals], {
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
    watch(pid) {
      const start = processIdentity(pid)?.replace(/^.*\//, "");
      if (start !== undefined && start !== "unknown") child.stdin.write(`${pid} ${start}\n`);
    },
    release() {
      child.kill("SIGKILL");
    },
  };
}

/** Starts an engine's process with a guardian of its own, who leaves when it is gone. */
export function spawnGuarded(what: string, steps: readonly StopStep[], spawnEngine: () => ChildProcess): ChildProcess {
  // There first: it has to be there when we go in the next moment.
  const guardian = startGuardian(what, steps);
  const child = spawnEngine();
  if (child.pid !== undefined) guardian.watch(child.pid);
  for (const over of ["exit", "error"]) child.once(over, () => guardian.release());
  return child;
}
