import { lint } from "../../guardrails/analyse/lint.ts";
import { prove } from "../../guardrails/analyse/prove.ts";
import { withDefects } from "../fixtures/seeded-policy.ts";
import { median } from "./ratio.ts";

/** Medians of the rounds, milliseconds of CPU. */
export type Analysed = {
  readonly name: string;
  readonly rules: number;
  readonly lintMs: number;
  readonly proveMs: number;
  /** Pairs of rules that were left undecided. */
  readonly undecided: number;
};

const RULES = 1_000;
const ROUNDS = 3;

/** Every mistake of a large policy found, and its invariants decided. */
export function policyAnalysis(): Analysed {
  const policy = withDefects(RULES);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    linted: timed(() => lint(policy, { today: "2026-03-01" })),
    proved: timed(() => prove(policy)),
  }));
  const [{ linted, proved } = {}] = rounds;
  const found = linted?.answer.filter(({ kind }) => kind === "unreachable").length ?? 0;
  const kinds = proved?.answer.map(({ kind }) => kind).join(", ");
  if (found === 0 || kinds !== "proved, counterexample") throw new Error(`${found} unreachable rules; ${kinds}`);
  return {
    name: "policy analysis",
    rules: policy.rules.length,
    lintMs: median(rounds.map((round) => round.linted.ms)),
    proveMs: median(rounds.map((round) => round.proved.ms)),
    undecided: linted?.answer.filter(({ kind }) => kind === "undecided").length ?? Number.NaN,
  };
}

function timed<T>(work: () => T): { readonly answer: T; readonly ms: number } {
  const from = process.cpuUsage();
  const answer = work();
  const { user, system } = process.cpuUsage(from);
  return { answer, ms: (user + system) / 1_000 };
}
