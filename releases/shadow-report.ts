import type { Mode } from "../domain/decision-details.ts";
import type { Verdict } from "../domain/decision.ts";
import {
  countAnswers,
  countCandidates,
  countDecisions,
  type AnswerCount,
  type CandidateCount,
  type DecisionCount,
  type Stretch,
} from "../audit/ledgers/rollout.ts";
import type { Sql } from "../audit/records.ts";

/** Decisions by verdict. */
export type Verdicts = { readonly [verdict in Verdict]: number };

/** One cell of a rule's 3 by 3 matrix, off its diagonal. */
export type Flip = {
  readonly from: Verdict;
  readonly to: Verdict;
  readonly count: number;
  readonly decisionIds: readonly string[];
};

/** `agreed`: approved what would execute, or rejected what would be blocked. `asks`: the verdict leaves it to people. */
export type Agreement = {
  readonly basis: AnswerCount["basis"];
  readonly agreed: number;
  readonly differed: number;
  readonly asks: number;
};

/** What a policy's recorded decisions say about letting it, its candidates or its canary do more. */
export type ShadowReport = {
  readonly policyId: string;
  readonly since: string;
  readonly decisions: number;
  /** Under `off` and `shadow` the verdicts are what would have happened. */
  readonly modes: readonly { readonly mode: Mode; readonly verdicts: Verdicts }[];
  readonly candidates: readonly {
    readonly ruleId: string;
    readonly effect: Verdict;
    readonly matched: number;
    readonly flips: readonly Flip[];
  }[];
  readonly people: readonly Agreement[];
  readonly canary: readonly {
    readonly side: "new" | "old";
    readonly release: string;
    readonly decisions: number;
    readonly verdicts: Verdicts;
  }[];
};

/** Reads the three counts of a report. Each goes along an index of the policy's decisions. */
export async function readShadowReport(sql: Sql, stretch: Stretch): Promise<ShadowReport> {
  const [decisions, candidates, answers] = await Promise.all([
    countDecisions(sql, stretch),
    countCandidates(sql, stretch),
    countAnswers(sql, stretch),
  ]);
  return {
    policyId: stretch.policyId,
    since: stretch.since,
    decisions: total(decisions),
    modes: byMode(decisions),
    candidates: byRule(candidates),
    people: byBasis(answers),
    canary: bySide(decisions),
  };
}

function total(counts: readonly { readonly count: number }[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

function verdictsOf(counts: readonly { readonly verdict: Verdict; readonly count: number }[]): Verdicts {
  const of = (verdict: Verdict) => total(counts.filter((row) => row.verdict === verdict));
  return { execute: of("execute"), escalate: of("escalate"), block: of("block") };
}

/** Rows in groups, in the order in which each group first appears. */
function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): readonly (readonly [Row, ...Row[]])[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function byMode(rows: readonly DecisionCount[]): ShadowReport["modes"] {
  return grouped(rows, ({ mode }) => mode).map((group) => ({ mode: group[0].mode, verdicts: verdictsOf(group) }));
}

function byRule(rows: readonly CandidateCount[]): ShadowReport["candidates"] {
  return grouped(rows, ({ ruleId, effect }) => `${ruleId} ${effect}`).map((group) => {
    const [{ ruleId, effect }] = group;
    const flips = group
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, count, decisionIds }) => ({ from, to, count, decisionIds }));
    return { ruleId, effect, matched: total(group), flips };
  });
}

const agrees = { execute: "approved", escalate: null, block: "rejected" } as const;

function byBasis(rows: readonly AnswerCount[]): ShadowReport["people"] {
  return grouped(rows, ({ basis }) => basis).map((group) => {
    const where = (holds: (row: AnswerCount) => boolean) => total(group.filter(holds));
    return {
      basis: group[0].basis,
      agreed: where(({ verdict, answer }) => agrees[verdict] === answer),
      differed: where(({ verdict, answer }) => agrees[verdict] !== null && agrees[verdict] !== answer),
      asks: where(({ verdict }) => agrees[verdict] === null),
    };
  });
}

function bySide(rows: readonly DecisionCount[]): ShadowReport["canary"] {
  const sided = rows.flatMap((row) => (row.side === null ? [] : [{ ...row, side: row.side }]));
  return grouped(sided, ({ side, release }) => `${side} ${release}`).map((group) => {
    const [{ side, release }] = group;
    return { side, release, decisions: total(group), verdicts: verdictsOf(group) };
  });
}
