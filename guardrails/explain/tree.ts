import type { Condition, Policy } from "../policy.ts";
import { madeText } from "../derived-sentences.ts";
import { conditionText, factText } from "../sentences.ts";
import { testOf, valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";

/** One node of a condition, in written order. `depth` counts from 0 for the whole. */
export type TreeLine = {
  readonly depth: number;
  readonly text: string;
  readonly truth: "true" | "false" | "unknown";
  /** The value that a comparison read, for people, and what a derived one was made of; null for a group, and for a fact that is not known. */
  readonly read: string | null;
};

function partsOf(condition: Condition): { readonly text: string; readonly parts: readonly Condition[] } | undefined {
  if ("all" in condition) return { text: "all of", parts: condition.all };
  if ("any" in condition) return { text: "any of", parts: condition.any };
  return "not" in condition ? { text: "not", parts: [condition.not] } : undefined;
}

/** A condition as a tree, flattened: every node with what the known facts say of it. */
export function treeOf(condition: Condition, cell: Policy, known: Known, depth = 0): readonly TreeLine[] {
  const truth = String(testOf(condition, cell.params)(known)) as TreeLine["truth"];
  const group = partsOf(condition);
  if (group !== undefined) {
    const inner = group.parts.flatMap((part) => treeOf(part, cell, known, depth + 1));
    return [{ depth, text: group.text, truth, read: null }, ...inner];
  }
  const { fact } = condition as Extract<Condition, { readonly fact: string }>;
  const given = valueIn(known, fact);
  const read = given === undefined ? null : `${factText(cell, fact, given)}${madeText(cell, known, fact)}`;
  return [{ depth, text: conditionText(cell, condition), truth, read }];
}
