import type { Policy } from "../../guardrails/policy.ts";
import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { failure } from "../failure.ts";
import type { Io } from "../io.ts";
import { connect, type Globals } from "../session.ts";
import { readHistoryFile } from "./history-file.ts";
import { pastDecisions } from "./past-decisions.ts";
import { sinceOf } from "./since.ts";

export type HistoryOptions = { readonly history?: string; readonly since?: string; readonly export?: string };

const DEFAULT_SINCE = "90d";
/** Silence that is longer than this gets a word on stderr. */
const QUIET_MS = 1_000;

export type History = { readonly decisions: readonly PastDecision[]; readonly source: string };

/** What was decided under a policy: from a file, or read from the running system. Throws `CliFailure`. */
export async function historyOf(policy: Policy, options: HistoryOptions & Globals, io: Io): Promise<History> {
  const { history, since = DEFAULT_SINCE } = options;
  if (history === undefined) {
    const from = sinceOf(since);
    const client = await connect(options, { kind: "reader" });
    return { decisions: await pastDecisions(client, policy.id, from, progressOn(io)), source: `since ${from}` };
  }
  const given = (["since", "export"] as const).find((name) => options[name] !== undefined);
  if (given !== undefined) {
    throw failure("usage", "two-sources", `--history and --${given} do not go together`, "give one of them");
  }
  return { decisions: await readHistoryFile(history), source: `of ${history}` };
}

/** Tells on stderr how far reading is, once it takes longer than a moment. */
function progressOn({ stderr }: Io): (read: number) => void {
  let toldMs = performance.now();
  return (read) => {
    if (performance.now() - toldMs < QUIET_MS) return;
    toldMs = performance.now();
    stderr.write(`read ${read} decisions\n`);
  };
}
