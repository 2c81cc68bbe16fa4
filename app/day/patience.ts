import { setTimeout as sleep } from "node:timers/promises";
import { CliFailure } from "../../cli/failure.ts";

const RETRY_MS = 250;
const ATTEMPTS = 40;

/** Runs a call again while nothing answers, for about ten seconds: a gateway that crashed is started again meanwhile. */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CliFailure) || error.exit !== "unreachable" || attempt === ATTEMPTS) throw error;
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}
