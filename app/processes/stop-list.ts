import { type Progress, withProgress } from "../../engines/progress.ts";

/** What must be stopped, in the opposite order of starting. */
export type StopList = {
  add(name: string, stop: () => Promise<void> | void): void;
  /** Stops everything; a failure is told and does not keep the rest running. Answers the failures. */
  stopAll(onProgress: Progress): Promise<readonly string[]>;
};

export function createStopList(): StopList {
  const entries: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  return {
    add(name, stop) {
      entries.push({ name, stop });
    },
    async stopAll(onProgress) {
      const failures: string[] = [];
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        const { name, stop } = entry;
        try {
          await withProgress(`stopping ${name}`, onProgress, async () => stop());
        } catch (error) {
          failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      return failures;
    },
  };
}
