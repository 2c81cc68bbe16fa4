/** What must be stopped, in the opposite order of starting. */
export type StopList = {
  add(name: string, stop: () => Promise<void> | void): void;
  /** Stops everything; a failure is told and does not keep the rest running. Answers the failures. */
  stopAll(): Promise<readonly string[]>;
};

export function createStopList(): StopList {
  const entries: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  return {
    add(name, stop) {
      entries.push({ name, stop });
    },
    async stopAll() {
      const failures: string[] = [];
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        try {
          await entry.stop();
        } catch (error) {
          failures.push(`${entry.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      return failures;
    },
  };
}
