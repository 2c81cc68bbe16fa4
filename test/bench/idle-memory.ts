import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startStack } from "../setup/stack.ts";
import type { Engines } from "../setup/start-engines.ts";

/** Proportional set sizes, megabytes (10^6): what processes share is counted once, a share to each. */
export type IdleMemory = { readonly name: string; readonly pssMb: { readonly [process: string]: number } };

/** After so long without work, memory that the start needed has been given back as far as it will be. */
const IDLE_MS = 30_000;
const KB = 1_024;

/** The four processes of an installation, started and left alone: each with its children. */
export async function idleMemory(engines: Pick<Engines, "cacheFolder" | "temporalBinary">): Promise<IdleMemory> {
  const stack = await startStack(engines);
  try {
    await Promise.all([stack.start("temporal"), stack.start("gateway")]);
    await stack.start("worker");
    await sleep(IDLE_MS);
    const sizes = Object.entries(stack.pids()).map(([name, pid]) => [name, pssMbOf(pid)] as const);
    return { name: "idle memory", pssMb: Object.fromEntries(sizes) };
  } finally {
    await stack.stop();
  }
}

function pssMbOf(leader: number): number {
  const all = [leader, ...childrenOf(leader)].map((pid) => {
    const kb = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return (Number(kb) * KB) / 1e6;
  });
  return all.reduce((sum, mb) => sum + mb, 0);
}

function childrenOf(parent: number): number[] {
  const tasks = readdirSync(`/proc/${parent}/task`);
  const texts = tasks.map((task) => readFileSync(`/proc/${parent}/task/${task}/children`, "utf8"));
  return texts.flatMap((text) =>
    text
      .split(" ")
      .filter((word) => word !== "")
      .map(Number),
  );
}
