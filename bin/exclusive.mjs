import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 100;
/** Longer than the moment in which a rival may put the lock aside to look at it. */
const SETTLE_MS = 10;

/**
 * Runs `work` while no other bootstrap holds the lock file; waits for one that does. A lock whose processes are gone is
 * taken over. `work` gets a function that names a child to the lock: the lock then lives as long as the child, too.
 * @template T
 * @param {string} file
 * @param {(nameChild: (pid: number) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function exclusively(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  await acquire(file);
  try {
    return await work((child) => {
      const fresh = `${file}.${process.pid}`;
      writeFileSync(fresh, describe([process.pid, child]));
      renameSync(fresh, file);
    });
  } finally {
    if (read(file)?.[0]?.pid === process.pid) rmSync(file, { force: true });
  }
}

async function acquire(file) {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, describe([process.pid]));
  try {
    for (;;) {
      if (tryLink(own, file)) {
        await sleep(SETTLE_MS);
        if (read(file)?.[0]?.pid === process.pid) return;
      } else if (isHeld(file)) {
        await sleep(POLL_MS);
      } else {
        reap(file);
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function tryLink(own, file) {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Takes a dead lock aside and looks again: had a rival replaced it meanwhile, that one goes back. */
function reap(file) {
  const aside = `${file}.reaped-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  if (isHeld(aside)) renameSync(aside, file);
  else rmSync(aside, { force: true });
}

function isHeld(file) {
  const holders = read(file);
  return holders !== undefined && holders.some(({ pid, started }) => startOf(pid) === started);
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

function describe(pids) {
  return JSON.stringify(pids.map((pid) => ({ pid, started: startOf(pid) })));
}

/** When a process started, as the system counts it; "alive" where the system does not say, `null` when it is gone. */
function startOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : fields[19];
  } catch {
    return "alive";
  }
}
