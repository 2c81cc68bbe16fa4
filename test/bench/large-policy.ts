import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { lint } from "../../guardrails/analyse/lint.ts";
import { prove } from "../../guardrails/analyse/prove.ts";
import { probeBoundaries } from "../../guardrails/boundaries.ts";
import { engineMatches } from "../../guardrails/engine.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { readRules } from "../../guardrails/reading.ts";
import { factsOf } from "../../guardrails/sample.ts";
import { rulesToRead } from "../../guardrails/set-aside.ts";
import { writtenScalar } from "../../guardrails/written-condition.ts";
import { factsText, policyText } from "../../guardrails/written-policy.ts";
import { withDefects } from "../fixtures/seeded-policy.ts";
import { decideService } from "./decide-service.ts";
import { requestsOf, rulesOf } from "./rule-set.ts";

/** What a policy of many rules costs: each live decision, and each question of an ops engineer. */
export type LargePolicy = {
  readonly name: string;
  readonly rules: number;
  /** CPU of one live decision, milliseconds: in json-rules-engine, and in all else that the gateway does for it. */
  readonly engineMs: number;
  readonly elseMs: number;
  /** Rules that json-rules-engine reads for one request, the matching ones among them. Means. */
  readonly readRules: number;
  readonly matching: number;
  /** Seconds of CPU, by the question, of a policy of `analysedRules` rules. */
  readonly analysedRules: number;
  readonly seconds: { readonly check: number; readonly test: number; readonly prove: number; readonly lint: number };
};

const RULES = 1_000;
const ANALYSED = 5_000;
const CASES = 20;
const REQUESTS = 200;
const root = resolve(import.meta.dirname, "../..");

function seconds(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000_000;
}

/** A policy of its own in a copy of the shipped folder, with cases that it decides as they say. */
function folderWith(policy: Policy): string {
  const folder = mkdtempSync(join(tmpdir(), "mandate-large-"));
  cpSync(join(root, "policies"), folder, { recursive: true });
  const cases = requestsOf(CASES).map((known, at) => {
    const given = Object.entries(known).map(([name, value]) => {
      return [name, typeof value === "object" ? value : writtenScalar(policy.facts, name, value)] as const;
    });
    return { name: `request ${at}`, given: Object.fromEntries(given), expect: readRules(policy, known) };
  });
  const beside = { policy: policy.id, base: cases[0]?.given, cases };
  writeFileSync(join(folder, `${policy.id}.yaml`), policyText(policy));
  writeFileSync(join(folder, `${policy.id}.facts.yaml`), factsText(policy.facts));
  writeFileSync(join(folder, `${policy.id}.test.yaml`), JSON.stringify(beside));
  return folder;
}

async function engineShare(policy: Policy): Promise<Pick<LargePolicy, "engineMs" | "readRules" | "matching">> {
  const requests = requestsOf(REQUESTS);
  for (const known of requests) await engineMatches(policy, known);
  const from = process.cpuUsage();
  let matching = 0;
  for (const known of requests) matching += (await engineMatches(policy, known)).size;
  const engineMs = (seconds(from) * 1_000) / REQUESTS;
  const read = requests.reduce((sum, known) => sum + rulesToRead(policy, known).length, 0);
  return { engineMs, readRules: read / REQUESTS, matching: matching / REQUESTS };
}

async function questions(): Promise<LargePolicy["seconds"]> {
  const policy = standing(rulesOf(ANALYSED));
  const text = policyText(policy);
  const samples = requestsOf(CASES).map((known) => ({ facts: factsOf(policy, known) }));
  const loading = process.cpuUsage();
  const loaded = loadPolicy("large.yaml", new TextEncoder().encode(text), { large: policy.facts });
  const check = seconds(loading);
  if (loaded.kind === "refused") throw new Error(JSON.stringify(loaded.problems));
  const probing = process.cpuUsage();
  const { failures, boundaries } = await probeBoundaries(loaded.policy, samples);
  const test = seconds(probing);
  if (failures.length > 0 || boundaries.length < ANALYSED) throw new Error(failures.join("\n"));
  const seeded = withDefects(ANALYSED);
  const proving = process.cpuUsage();
  const kinds = prove(seeded).map(({ kind }) => kind);
  const proved = seconds(proving);
  const linting = process.cpuUsage();
  const found = lint(seeded, { today: "2026-03-01" }).filter(({ kind }) => kind === "unreachable");
  if (found.length === 0 || kinds.join() !== "proved,counterexample") throw new Error("a seeded mistake is not found");
  return { check, test, prove: proved, lint: seconds(linting) };
}

const alone = { id: "large", subject: null, demotion: null, limits: [], invariants: [], overrides: [] } as const;
const standing = (policy: Policy): Policy => ({ ...policy, ...alone });

/** The gateway decides under 1,000 rules over HTTP; the engine's part of it is measured apart, on the same requests. */
export async function largePolicy(engines: { postgresUrl: string; temporalAddress: string }): Promise<LargePolicy> {
  const policy = standing(rulesOf(RULES));
  const folder = folderWith(policy);
  const bodies = requestsOf(REQUESTS).map((known) => {
    return JSON.stringify({ policy: policy.id, ref: "L-1", facts: factsOf(policy, known) });
  });
  try {
    const share = await engineShare(policy);
    const { cpuMs } = await decideService(engines, { name: "large policy", folder, bodies });
    const elseMs = cpuMs - share.engineMs;
    const name = "large policy";
    return { name, rules: RULES, ...share, elseMs, analysedRules: ANALYSED, seconds: await questions() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
