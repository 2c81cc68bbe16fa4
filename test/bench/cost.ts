import { readdirSync, readFileSync } from "node:fs";
import type { Pool } from "pg";

/** Who works for a case, on one machine. CPU of a group is that of all its processes, those that ended meanwhile included. */
export type ProcessGroups = {
  /** Leaders by the group's name; children are found under them. `own` is this process. */
  readonly [group: string]: { readonly pid: number; readonly children: boolean };
};

/** Milliseconds of CPU by group. */
type CpuMs = { readonly [group: string]: number };

/** Linux counts CPU in hundredths of a second (`USER_HZ`). */
const MS_PER_TICK = 10;

type Stat = { readonly parent: number; readonly ownTicks: number; readonly endedChildrenTicks: number };

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in brackets, and may hold anything.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const at = (n: number) => Number(fields[n - 3]);
    return { parent: at(4), ownTicks: at(14) + at(15), endedChildrenTicks: at(16) + at(17) };
  } catch {
    return undefined;
  }
}

function childrenOf(parent: number): readonly Stat[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = statOf(Number(pid));
    return stat?.parent === parent ? [stat] : [];
  });
}

export function readCpuMs(groups: ProcessGroups): CpuMs {
  return Object.fromEntries(
    Object.entries(groups).map(([name, { pid, children }]) => {
      const leader = statOf(pid);
      const own = (leader?.ownTicks ?? 0) + (children ? (leader?.endedChildrenTicks ?? 0) : 0);
      const theirs = children ? childrenOf(pid).reduce((sum, { ownTicks }) => sum + ownTicks, 0) : 0;
      return [name, (own + theirs) * MS_PER_TICK];
    }),
  );
}

/** What one database did since it was made. Rows are inserted, updated or deleted. */
export type DatabaseWork = { readonly commits: number; readonly rowWrites: number; readonly walBytes: number };

/** Backends tell their numbers when they have been idle for ten seconds, at the latest. */
const TOLD_AFTER_MS = 11_000;

/** Waits until every backend told its numbers. The write-ahead log is the server's: nobody else may be writing. */
export async function readDatabaseWork(admin: Pool, database: string): Promise<DatabaseWork> {
  await new Promise((resume) => setTimeout(resume, TOLD_AFTER_MS));
  const { rows } = await admin.query<DatabaseWork>(
    `select xact_commit as commits, tup_inserted + tup_updated + tup_deleted as "rowWrites",
            (pg_current_wal_lsn() - '0/0')::bigint as "walBytes"
     from pg_stat_database where datname = $1`,
    [database],
  );
  const [work] = rows;
  if (work === undefined) throw new Error(`no database \`${database}\``);
  return work;
}

/** Counts by name. */
export type Counts = { readonly [name: string]: number };

/** Counts statements of this process by name that are sent outside of any transaction: a commit each. */
export function countAlone(pool: Pool): () => Counts {
  const counts: { [name: string]: number } = {};
  const send = pool.query.bind(pool) as (...args: unknown[]) => unknown;
  pool.query = ((...args: unknown[]) => {
    const [statement] = args as [{ readonly name?: string } | string];
    const name = (typeof statement === "object" ? statement.name : undefined) ?? "unnamed";
    counts[name] = (counts[name] ?? 0) + 1;
    return send(...args);
  }) as typeof pool.query;
  return () => ({ ...counts });
}

/** CPU spent in one side's rounds, summed. */
export function cpuMeter(groups: ProcessGroups) {
  const spent: { [group: string]: number } = {};
  return {
    spentMs: (): CpuMs => ({ ...spent }),
    async during<T>(work: () => Promise<T>): Promise<T> {
      const before = readCpuMs(groups);
      const answer = await work();
      for (const [name, ms] of Object.entries(readCpuMs(groups))) {
        spent[name] = (spent[name] ?? 0) + ms - (before[name] ?? 0);
      }
      return answer;
    },
  };
}
