import type { Verdict } from "../../domain/decision.ts";
import { DEFAULT_STEPS, narrowed, truthOver } from "./box.ts";
import type { Budget } from "./box.ts";
import type { Formula } from "./formula.ts";
import { escalationsOf, possibleRoutes, verdictFormulas } from "./model.ts";
import type { Model, ModelRule } from "./model.ts";
import type { Space } from "./space.ts";
import type { Open } from "./witness.ts";

/** Before and after: two ways to decide the same requests. */
export type Sides = readonly [Model, Model];

/** One verdict before and another after; or the same escalation, answered by others. */
export type Turn = { readonly from: Verdict; readonly to: Verdict };

/** Asks for a request of which all formulas hold. */
export type AskTurn<Found> = (asked: readonly Formula[], turn: Turn) => Found | Open;

type Sought = { readonly kind: "found" };

const verdicts: readonly Verdict[] = ["execute", "escalate", "block"];

/** The model with only those rules that may match somewhere in the region; undefined when the region is empty. */
export function within(space: Space, model: Model, region: readonly Formula[]): Model | undefined {
  const budget: Budget = { left: DEFAULT_STEPS };
  const box = narrowed(space.whole, region, budget);
  if (box === undefined) return undefined;
  return { ...model, rules: model.rules.filter(({ may }) => truthOver(box, may, budget) !== false) };
}

type Pair = { readonly turn: Turn; readonly formulas: readonly Formula[] };

/** Both sides can only ever ask the same route, so that no escalation changes hands. */
function hasOneRoute(...sides: Sides): boolean {
  const routes = sides.map((model) => [...possibleRoutes(model)].map((index) => model.policy.routes[index]));
  const [first] = routes.flat();
  return routes.flat().every((route) => route?.id === first?.id && route?.quorum === first?.quorum);
}

function* pairsOf([before, after]: Sides): Generator<Pair> {
  const [ours, theirs] = [before, after].map((model) => verdicts.map((verdict) => verdictFormulas(model, verdict)));
  for (const [at, from] of verdicts.entries()) {
    for (const [beside, to] of verdicts.entries()) {
      const formulas = [...(ours?.[at] ?? []), ...(theirs?.[beside] ?? [])];
      if (from !== to) yield { turn: { from, to }, formulas };
    }
  }
  if (hasOneRoute(before, after)) return;
  const turn = { from: "escalate", to: "escalate" } as const;
  const later = escalationsOf(after);
  for (const { route, quorum, formulas } of escalationsOf(before)) {
    const others = later.filter((other) => other.route !== route || other.quorum !== quorum);
    for (const other of others) yield { turn, formulas: [...formulas, ...other.formulas] };
  }
}

/** As `findChange`, for models whose defaults and routes may differ too. */
export function findChangeWithin<Found extends Sought>(
  space: Space,
  [before, after]: Sides,
  region: readonly Formula[],
  ask: AskTurn<Found>,
): Found | Open {
  const [near, beside] = [within(space, before, region), within(space, after, region)];
  if (near === undefined || beside === undefined) return { kind: "none" };
  let answer: Open = { kind: "none" };
  for (const { turn, formulas } of pairsOf([near, beside])) {
    if (formulas.some(({ kind }) => kind === "never")) continue;
    const found = ask([...region, ...formulas], turn);
    if (found.kind === "found") return found;
    if (found.kind === "undecided") answer = found;
  }
  return answer;
}

/** Where a rule of one side that the other does not have may match: nowhere else can the two differ. */
function changedRules([before, after]: Sides): readonly ModelRule[] {
  const [ours, theirs] = [new Set(before.rules), new Set(after.rules)];
  return [...before.rules.filter((rule) => !theirs.has(rule)), ...after.rules.filter((rule) => !ours.has(rule))];
}

/**
 * Looks through the region for requests that two models with the same default and routes decide differently, in verdict,
 * route or quorum. Rules that both have are the same objects. `ask` is given what holds of exactly the requests that
 * turn so. Gives the first answer that is a request.
 */
export function findChange<Found extends Sought>(
  space: Space,
  sides: Sides,
  region: readonly Formula[],
  ask: AskTurn<Found>,
): Found | Open {
  let answer: Open = { kind: "none" };
  for (const { may } of changedRules(sides)) {
    const found = findChangeWithin(space, sides, [...region, may], ask);
    if (found.kind === "found") return found;
    if (found.kind === "undecided") answer = found;
  }
  return answer;
}
