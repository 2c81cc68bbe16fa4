import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { giveAnswer, giveFailure, type Answer } from "../answer.ts";
import type { Io } from "../io.ts";

/** How often files are looked at. Asking for their times finds an editor's renames, and folders of another machine. */
const LOOK_MS = 250;

/** What each file under these paths is like, by its path; of a folder, every file that lies in it. */
async function seen(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    paths.map(async (path): Promise<readonly (readonly [string, string])[]> => {
      const about = await stat(path).catch(() => undefined);
      if (about === undefined) return [];
      if (!about.isDirectory()) return [[path, `${about.ino} ${about.mtimeMs} ${about.size}`]];
      const names = await readdir(path).catch(() => []);
      return [...(await seen(names.filter((name) => name !== "schema").map((name) => join(path, name))))];
    }),
  );
  return new Map(found.flat());
}

function changedIn(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((path) => before.get(path) !== now.get(path))
    .toSorted();
}

/** The lines that are no longer there, and those that are new, in their order. */
export function changedLines(before: string, after: string): readonly string[] {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** What is watched, and what is computed from it. `shown` is how messages call a path. */
export type Watched = {
  readonly io: Io;
  readonly json: boolean;
  /** Files, and folders whose files count. */
  readonly paths: readonly string[];
  readonly shown: (path: string) => string;
  readonly work: () => Promise<Answer>;
};

/**
 * Computes the answer anew whenever a watched file changes, until Ctrl-C: the first one whole, then what changed in it; as
 * JSON each whole, one line each. What fails is told, and watched on.
 */
export async function watch({ io, json, paths, shown, work }: Watched): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once("SIGINT", stop);
  let last: string | undefined;
  const tell = async (): Promise<void> => {
    try {
      const { next: _next, ...answer } = await work();
      if (json || last === undefined) giveAnswer(io, json, answer);
      else io.stdout.write(`${changedLines(last, answer.text).join("\n") || "nothing comes out otherwise"}\n`);
      last = answer.text;
    } catch (error) {
      giveFailure(io, json, error);
    }
  };
  try {
    let before = await seen(paths);
    await tell();
    while (!stopping.signal.aborted) {
      await delay(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      const now = await seen(paths);
      const changed = changedIn(before, now);
      before = now;
      if (changed.length === 0 || stopping.signal.aborted) continue;
      if (!json) io.stdout.write(`\n${changed.map(shown).join(", ")} changed\n`);
      await tell();
    }
  } finally {
    process.off("SIGINT", stop);
  }
}
