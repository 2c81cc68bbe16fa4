import { NoteError } from "../../proof/log/note-error.ts";
import { readKnownLogs, type KnownLogs } from "../../proof/witness/judge.ts";
import { failure } from "../../cli/failure.ts";
import type { WitnessFacts, WitnessOptions } from "../../cli/processes.ts";
import { createLogger } from "../log.ts";
import { onStopRequested } from "../supervised.ts";
import { openWitness, witnessVkey } from "../../proof/witness/home.ts";
import { startWitness } from "../../gateway/witness/server.ts";
import { WitnessError } from "../../proof/witness/witness-error.ts";

/** Serves a witness until it is asked to stop, then answers what it took. `onReady` learns its key and address. */
export async function serve(
  { home, name, logs, host, port, logLevel }: WitnessOptions,
  onReady: (facts: WitnessFacts) => void,
): Promise<void> {
  const known: KnownLogs = inUserWords(() => readKnownLogs(logs));
  const log = createLogger(logLevel);
  const witness = await openWitness(home, name, new Date().toISOString()).catch(tellUser);
  try {
    const { cosigner, store } = witness;
    const nowSeconds = () => Math.floor(Date.now() / 1000);
    const server = await startWitness({ logs: known, cosigner, store, nowSeconds, log, host, port }).catch(tellUser);
    const stopped = new Promise<void>((resolve) => onStopRequested(() => resolve()));
    onReady({ vkey: cosigner.vkey, url: server.url });
    await stopped;
    await server.stop();
  } finally {
    witness.close();
  }
  log.flush();
}

/** A witness's verifier key, made at the first use. */
export async function vkeyOf(home: string, name: string): Promise<string> {
  return witnessVkey(home, name, new Date().toISOString()).catch(tellUser);
}

function inUserWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return tellUser(error);
  }
}

/** What a person at the terminal can mend, as a failure of the command; anything else passes through. */
function tellUser(error: unknown): never {
  if (error instanceof NoteError) throw failure("usage", error.code, error.message);
  if (isPortTaken(error)) throw failure("conflict", "port-taken", error.message, "give another --port");
  if (!(error instanceof WitnessError)) throw error;
  const code = error.code.toLowerCase().replaceAll("_", "-");
  throw failure(error.code === "WITNESS_HOME_BUSY" ? "conflict" : "failure", code, error.message);
}

function isPortTaken(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}
