import { budgetMeasures, type BudgetMeasure, type BudgetScope } from "../../domain/control.ts";
import type { ControlState } from "./controls.ts";
import type { Sql } from "../records.ts";

/** What a call of a model comes to, or comes to at the most. Money in millionths of a US dollar; undefined: no price is known. */
export type Spend = { readonly tokens: number; readonly microUsd: number | undefined; readonly ms: number };

/** A call that is to be made, at the most that it can come to. `day`: ISO date (UTC) by the company's clock. */
export type AskedSpend = Spend & {
  readonly company: string;
  readonly caseId: string;
  readonly functionId: string;
  readonly turnKey: string;
  readonly model: string;
  readonly day: string;
};

/** The cap that a call would go over, and what is left of it before the call. */
export type CapOver = {
  readonly scope: BudgetScope;
  readonly measure: BudgetMeasure;
  readonly cap: number;
  readonly room: number;
};

/** `n` names the reservation within its company. */
export type Reserved = { readonly n: number } | { readonly over: CapOver };

/** Reserves a call under the locks of its budgets: one transaction, and parallel callers come one after the other. */
export async function reserveSpend(sql: Sql, asked: AskedSpend): Promise<Reserved> {
  const { rows } = await sql.query<{ answer: Reserved }>({
    name: "reserve-spend",
    text: "select reserve_spend($1) as answer",
    values: [JSON.stringify({ ...asked, microUsd: asked.microUsd ?? null })],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`no answer for a call of turn \`${asked.turnKey}\``);
  return row.answer;
}

/** What is left of a call that did not answer: `released`, nothing; `unknown`, its supplier may bill it, and its most counts as used. */
export type Unanswered = "released" | "unknown";

/** Settles a reservation at what its call came to. */
export async function endSpend(sql: Sql, company: string, n: number, spent: Spend | Unanswered): Promise<void> {
  const [state, came] = typeof spent === "string" ? [spent, undefined] : (["settled", spent] as const);
  const amounts = [came?.tokens ?? null, came?.microUsd ?? null, came?.ms ?? null];
  await sql.query({
    name: "end-spend",
    text: "select end_spend($1, $2, $3, $4, $5, $6)",
    values: [company, n, state, ...amounts],
  });
}

/** A budget's totals in one period. */
export type BudgetTotals = {
  readonly scope: BudgetScope;
  readonly period: string;
  readonly used: { readonly [measure in BudgetMeasure]: number };
  readonly reserved: { readonly [measure in BudgetMeasure]: number };
};

/** The budgets of a period: those of a day (ISO date) are the company's and its functions', that of a case its own. */
export async function readBudgets(sql: Sql, company: string, period: string): Promise<readonly BudgetTotals[]> {
  const { rows } = await sql.query<BudgetTotals>({
    name: "read-budgets",
    text: `select scope, period,
             jsonb_build_object('tokens', used_tokens, 'microUsd', used_micro_usd, 'calls', used_calls, 'ms', used_ms) as used,
             jsonb_build_object('tokens', reserved_tokens, 'microUsd', reserved_micro_usd, 'calls', reserved_calls,
                                'ms', reserved_ms) as reserved
           from budget where company = $1 and period = $2 order by scope`,
    values: [company, period],
  });
  return rows;
}

/** Calls of a day (ISO date) that did not answer and may be billed: how many, and what they may come to. Null: no price is known. */
export async function readUnknownSpend(
  sql: Sql,
  company: string,
  day: string,
): Promise<{ readonly calls: number; readonly microUsd: number | null }> {
  const { rows } = await sql.query<{ calls: number; microUsd: number | null }>({
    name: "read-unknown-spend",
    text: `select count(*)::int as calls, sum(micro_usd)::float8 as "microUsd"
           from model_spend where company = $1 and day = $2 and state = 'unknown'`,
    values: [company, day],
  });
  return rows[0] ?? { calls: 0, microUsd: 0 };
}

/** A budget in one measure, with the cap that bounds it; null: nothing does. */
export type BudgetLine = {
  readonly scope: BudgetScope;
  readonly period: string;
  readonly measure: BudgetMeasure;
  readonly used: number;
  readonly reserved: number;
  readonly cap: number | null;
};

/** Each measure of each budget. Those of `day` that have a cap and no call yet are among them. */
export function budgetLines(
  totals: readonly BudgetTotals[],
  controls: readonly Pick<ControlState, "name" | "cap">[],
  day: string,
): BudgetLine[] {
  const caps = new Map<string, number | null>(controls.map(({ name, cap }) => [name, cap]));
  const known = new Map<string, BudgetTotals>(totals.map((one) => [one.scope, one]));
  for (const { name } of controls) {
    const scope = /^budget\/(company|function\/[^/]+)\//.exec(name)?.[1];
    if (scope === undefined || known.has(scope)) continue;
    known.set(scope, { scope: scope as BudgetScope, period: day, used: nothing, reserved: nothing });
  }
  return [...known.values()].flatMap(({ scope, period, used, reserved }) =>
    budgetMeasures.map((measure) => {
      const cap = caps.get(`budget/${scope}/${measure}`) ?? null;
      return { scope, period, measure, used: used[measure], reserved: reserved[measure], cap };
    }),
  );
}

const nothing = { tokens: 0, microUsd: 0, calls: 0, ms: 0 };

/** Less than a tenth of the cap is left. */
export function isNearlySpent({ used, reserved, cap }: BudgetLine): boolean {
  return cap !== null && (cap - used - reserved) * 10 < cap;
}
