import { budgetLines, isNearlySpent, readBudgets, type BudgetLine } from "../../audit/ledgers/budgets.ts";
import { readControls } from "../../audit/ledgers/controls.ts";
import type { Sql } from "../../audit/records.ts";

/** What keeps agents from working as their policies alone would let them. */
export type Bounds = {
  /** Switches that are on and agents' modes below `led`, by the control's name. */
  readonly standing: readonly {
    readonly name: string;
    readonly cap: number;
    readonly person: string;
    readonly reason: string;
    readonly at: string;
  }[];
  /** Controls that wait for a second person. */
  readonly waiting: number;
  /** Budgets of today with less than a tenth of their cap left. */
  readonly spent: readonly BudgetLine[];
};

/** `at`: the company's clock. */
export async function readBounds(sql: Sql, company: string, at: string): Promise<Bounds> {
  const controls = await readControls(sql, company);
  const day = at.slice(0, 10);
  const lines = budgetLines(await readBudgets(sql, company, day), controls, day);
  const standing = controls.flatMap(({ name, cap, set }) =>
    cap === null || set === null || name.startsWith("budget/")
      ? []
      : [{ name, cap, person: set.person, reason: set.reason, at: set.at }],
  );
  return {
    standing,
    waiting: controls.filter(({ waiting }) => waiting !== null).length,
    spent: lines.filter(isNearlySpent),
  };
}
