import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { removeHome, temporaryHome } from "../setup/temporary-home.ts";
import { median } from "./ratio.ts";

export type ColdStart = {
  readonly name: string;
  readonly runs: number;
  /** From the command to the first decision in the ledger, in a home that did not exist. Milliseconds. */
  readonly firstDecisionMs: number;
  /** From the command to its end: day played, everything stopped. Milliseconds. */
  readonly wholeDayMs: number;
};

const bin = resolve(import.meta.dirname, "../../bin/mandate.mjs");
const RUNS = 3;

/** `npm start -- --once` with packages and engine binaries on disk and no data yet. */
export async function coldStart(): Promise<ColdStart> {
  const runs = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await once());
  const firstDecisionMs = Math.round(median(runs.map((run) => run.firstDecisionMs)));
  return {
    name: "start to first decision",
    runs: RUNS,
    firstDecisionMs,
    wholeDayMs: Math.round(median(runs.map((run) => run.wholeDayMs))),
  };
}

type Printed = { readonly data: { readonly events: readonly { readonly decidedAt: string | null }[] } };

async function once(): Promise<{ firstDecisionMs: number; wholeDayMs: number }> {
  const home = temporaryHome("cold");
  try {
    const startedMs = Date.now();
    const printed = await output(home);
    const wholeDayMs = Date.now() - startedMs;
    const { data } = JSON.parse(printed) as Printed;
    const decided = data.events.flatMap(({ decidedAt }) => (decidedAt === null ? [] : [Date.parse(decidedAt)]));
    return { firstDecisionMs: Math.min(...decided) - startedMs, wholeDayMs };
  } finally {
    removeHome(home);
  }
}

function output(home: string): Promise<string> {
  const env = { ...process.env, MANDATE_HOME: home };
  const child = spawn(process.execPath, [bin, "dev", "--once", "--json"], { env, stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return new Promise((done, fail) => {
    child.once("exit", (code) => (code === 0 ? done(text) : fail(new Error(`mandate dev ended with ${code}`))));
  });
}
