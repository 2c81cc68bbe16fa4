import type { Condition, Policy } from "../policy.ts";
import { cellsOf, valuesOf } from "./cells.ts";
import type { Cell } from "./cells.ts";
import { modelOf } from "./model.ts";
import type { Model } from "./model.ts";
import { spaceOf } from "./space.ts";
import type { Space } from "./space.ts";

/** What decides in one cell. */
export type LaidCell = { readonly cell: Cell; readonly model: Model };

/** A policy laid out for questions: its space, and what decides in each of its cells. */
export type Layout = {
  readonly policy: Policy;
  readonly space: Space;
  readonly cells: readonly LaidCell[];
};

/** The policy laid out so that requests are told apart as its rules do, and as the further conditions do. */
export function layoutOf(policy: Policy, beside: readonly Condition[]): Layout {
  const conditions = [...policy.rules.map(({ when }) => when), ...beside];
  const space = spaceOf(policy.facts, { cells: valuesOf(policy), conditions });
  const own = modelOf(space, policy);
  const cells = cellsOf(space, policy).map((cell) => ({ cell, model: modelOf(space, cell.policy, own) }));
  return { policy, space, cells };
}
