import { onTestFinished } from "vitest";
import { readKnownLogs } from "../../../proof/witness/judge.ts";
import { openWitness } from "../../../proof/witness/home.ts";
import { startWitness } from "../../../gateway/witness/server.ts";
import { keptLog } from "../../fixtures/log.ts";
import { removeHome, temporaryHome } from "../../setup/temporary-home.ts";
import type { GrowingLog } from "./growing-log.ts";

export const NAME = "witness.example/w1";
export const NOW = "2026-05-04T10:00:00.000Z";
export const NOW_SECONDS = 1_777_888_800;

export function homeForTest(): string {
  const home = temporaryHome("witness");
  onTestFinished(() => removeHome(home));
  return home;
}

/** A witness on loopback that knows these logs, with a home of its own unless one is given. */
export async function running(logs: readonly Pick<GrowingLog, "origin" | "vkey">[], home = homeForTest()) {
  const { log, lines } = keptLog();
  const known = readKnownLogs(logs);
  const witness = await openWitness(home, NAME, NOW);
  const { cosigner, store } = witness;
  const server = await startWitness({ logs: known, cosigner, store, nowSeconds: () => NOW_SECONDS, log, port: 0 });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= server.stop().then(() => witness.close());
    return stopping;
  };
  onTestFinished(stop);
  return { home, url: server.url, vkey: cosigner.vkey, lines, stop };
}
