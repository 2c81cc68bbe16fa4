const FIRST_WORD_MS = 1_000;
const LINE_EVERY_MS = 10_000;

/**
 * Runs `work`; while it takes longer than a second, says so on stderr: one moving line on a terminal, else a line now
 * and then.
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} work
 * @param {NodeJS.WriteStream} [stream]
 * @returns {Promise<T>}
 */
export async function withProgress(label, work, stream = process.stderr) {
  const startedMs = performance.now();
  let lastLineMs = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const speak = () => {
    const nowMs = performance.now();
    const text = `${label} (${Math.round((nowMs - startedMs) / 1_000)} s)`;
    if (stream.isTTY) {
      stream.write(`\r\x1b[K${text}`);
      drawn = true;
    } else if (nowMs - lastLineMs >= LINE_EVERY_MS) {
      stream.write(`${text}\n`);
      lastLineMs = nowMs;
    }
  };
  const timer = setInterval(speak, FIRST_WORD_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (drawn) stream.write("\r\x1b[K");
  }
}
