/** Receives one short line of text about work that takes longer than a second. */
export type Progress = (message: string) => void;

const FIRST_WORD_MS = 1_000;
const REPEAT_MS = 5_000;

/** Runs `work`; while it takes longer than a second, says `label`, then again every five seconds with the time so far. */
export async function withProgress<T>(label: string, onProgress: Progress, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const speak = (): void => {
    const elapsedSeconds = Math.round((performance.now() - startedMs) / 1_000);
    onProgress(`${label} (${elapsedSeconds} s)`);
    timer = setTimeout(speak, REPEAT_MS).unref();
  };
  timer = setTimeout(speak, FIRST_WORD_MS).unref();
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
