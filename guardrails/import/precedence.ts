import { stricter } from "../../domain/decision.ts";
import type { FactType } from "../fact-types.ts";
import type { DraftRule } from "./draft.ts";
import { overlap, ruleOfRow, saySame, type Row } from "./table.ts";

/** Conditions that are taken out of others, all rows together. */
const MOST_TAKEN_OUT = 20_000;

export type Ordered =
  | { readonly kind: "ordered"; readonly rules: readonly DraftRule[] }
  | { readonly kind: "everything"; readonly row: Row }
  | { readonly kind: "never" | "too-many"; readonly row: Row; readonly before: Row };

/**
 * Rows of which one counts, as rules of which the strictest does: where a row that goes before says otherwise and one request
 * may be in both, the later rule does not hold of it. A later rule that is looser needs that only where it holds of every
 * request: the stricter one counts anyway.
 */
export function rulesInOrder(
  rows: readonly Row[],
  facts: readonly FactType[],
  goesBefore: (a: Row, b: Row) => boolean,
): Ordered {
  const rules: DraftRule[] = [];
  let takenOut = 0;
  for (const row of rows) {
    const before = rows.filter((other) => other !== row && goesBefore(other, row));
    const whole = before.find((other) => other.cells.length === 0 && !saySame(other, row));
    if (whole !== undefined) return { kind: "never", row, before: whole };
    const { effect } = row.outcome;
    const isLooser = ({ outcome }: Row) => outcome.effect !== effect && stricter(outcome.effect, effect) !== effect;
    const unless = before.filter(
      (other) => !saySame(other, row) && (row.cells.length === 0 || !isLooser(other)) && overlap(other, row, facts),
    );
    takenOut += unless.length;
    const [first] = unless;
    if (takenOut > MOST_TAKEN_OUT && first !== undefined) return { kind: "too-many", row, before: first };
    if (row.cells.length === 0 && first === undefined) return { kind: "everything", row };
    rules.push(ruleOfRow(row, unless));
  }
  return { kind: "ordered", rules };
}
