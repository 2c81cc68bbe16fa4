import type { FactType } from "../fact-types.ts";
import type { Comparison, Policy } from "../policy.ts";
import { valuesOf } from "./cells.ts";
import { layoutOf } from "./layout.ts";
import type { LaidCell, Layout } from "./layout.ts";
import { changesAt, isOrdered, standsAt, tellingApart } from "./moved-limit.ts";
import type { Limit } from "./moved-limit.ts";
import { isReadThrough } from "./turning.ts";
import { cutsOf, stretchesIn } from "./stretches.ts";
import type { Stretch } from "./stretches.ts";
import type { Open } from "./witness.ts";

/** The nearest value at which a limit acts, in one direction. */
export type Acting = {
  readonly at: number;
  /** Where the limit stands in the cell in which it acts so. */
  readonly from: number;
  /** The override that has it stand there; absent: it is where the policy as written has it. */
  readonly override?: string;
};

/** What moving a limit comes to. `range` is what was looked through: nothing is said of values outside of it. */
export type Reach =
  | {
      readonly kind: "reach";
      readonly range: Stretch;
      readonly down: Acting | undefined;
      readonly up: Acting | undefined;
    }
  | Extract<Open, { readonly kind: "undecided" }>
  | { readonly kind: "spent" };

/** How often a limit may still be tried at some value. It is a count, so that the same policy always ends alike. */
export type Tries = { left: number };

type NumberType = FactType & Stretch;

function comparedFacts({ facts }: Policy, { parts }: Limit): readonly NumberType[] {
  const names = new Set([...parts].map(({ fact }) => fact));
  return facts.filter((type): type is Extract<FactType, Stretch> => names.has(type.name) && "min" in type);
}

/** What the limit may be set to: a parameter's allowed range, else all that the facts it is compared with can be. */
function rangeOf(policy: Policy, limit: Limit): Stretch {
  const allowed = policy.params.find(({ name }) => name === limit.param)?.allowed;
  if (allowed) return allowed;
  const facts = comparedFacts(policy, limit);
  return { min: Math.max(...facts.map(({ min }) => min)), max: Math.min(...facts.map(({ max }) => max)) };
}

/**
 * The values that stand for all in the range, in rising order: from one to the next nothing new comes to lie on either
 * side of the limit. Of each stretch of a fact's values that no rule tells apart these are its ends and the ones beside them.
 */
function tellingValues(policy: Policy, limit: Limit): readonly number[] {
  const { min, max } = rangeOf(policy, limit);
  const cuts = valuesOf(policy).map(cutsOf);
  const stretches = comparedFacts(policy, limit).flatMap((type) =>
    stretchesIn(
      type,
      cuts.flatMap((one) => one.get(type.name) ?? []),
    ),
  );
  const values = stretches.flatMap((one) => [one.min, one.min + 1, one.max - 1, one.max]);
  return [...new Set([min, max, ...values])].filter((value) => value >= min && value <= max).toSorted((a, b) => a - b);
}

/** Every request turns all parts of the limit at one value, so that what acts at a value acts at all beyond it. */
function turnsAtOnce(parts: readonly Comparison[]): boolean {
  const isOver = ({ operator }: Comparison) => operator === "greaterThan" || operator === "lessThanInclusive";
  const isAlike = (of: (part: Comparison) => unknown) => new Set(parts.map(of)).size === 1;
  return parts.every(isOrdered) && isAlike(({ fact }) => fact) && isAlike(isOver);
}

type Stopped = Exclude<Reach, { readonly kind: "reach" }>;
type Tried = { readonly kind: "found"; readonly value: number } | { readonly kind: "none" } | Stopped;
type TryAt = (value: number) => { readonly kind: "found" } | Open | Stopped;

/** Of values that lead away from a limit, the first at which it acts, where one beyond it acts too. */
function halved(values: readonly number[], tryAt: TryAt): Tried {
  let found: Tried = { kind: "none" };
  let [from, to] = [0, values.length - 1];
  for (let at = to; from <= to; at = (from + to) >>> 1) {
    const value = values[at] ?? 0;
    const answer = tryAt(value);
    if (answer.kind === "undecided" || answer.kind === "spent") return answer;
    if (answer.kind === "none" && found.kind === "none") return answer;
    if (answer.kind === "found") [found, to] = [{ kind: "found", value }, at - 1];
    else from = at + 1;
  }
  return found;
}

/** Of values that lead away from a limit, the first at which it acts, whatever those beyond it do. */
function oneByOne(values: readonly number[], tryAt: TryAt): Tried {
  for (const value of values) {
    const answer = tryAt(value);
    if (answer.kind === "found") return { kind: "found", value };
    if (answer.kind !== "none") return answer;
  }
  return { kind: "none" };
}

const isNearer = (one: Acting, than: Acting | undefined) =>
  than === undefined || Math.abs(one.at - one.from) < Math.abs(than.at - than.from);

function actingIn(one: LaidCell, { param }: Limit, from: number, at: number): Acting {
  const override = one.cell.policy.params.find(({ name }) => name === param)?.override;
  return override === undefined ? { at, from } : { at, from, override };
}

/** Looks for the nearest values at which a limit acts, down and up, over all cells and all that it may be set to. */
export type Look = (limit: Limit, tries: Tries) => Reach;

/** A number that others are made of turns at values that no stretch of its own begins with. */
function isTied(policy: Policy, { parts }: Limit): boolean {
  return [...parts].some(({ fact }) => isReadThrough(policy, fact));
}

/** A look that is laid out once for all the limits given to it. */
export function lookFarther(policy: Policy, limits: readonly Limit[]): Look {
  const values = new Map(limits.map((limit) => [limit, isTied(policy, limit) ? [] : tellingValues(policy, limit)]));
  const apart = limits.flatMap((limit) =>
    comparedFacts(policy, limit).flatMap(({ name }) => tellingApart(name, values.get(limit) ?? [])),
  );
  const layout = layoutOf(policy, apart);
  return (limit, tries) =>
    isTied(policy, limit) ? { kind: "spent" } : reachOf(layout, limit, values.get(limit) ?? [], tries);
}

function reachOf({ policy, space, cells }: Layout, limit: Limit, values: readonly number[], tries: Tries): Reach {
  const look = turnsAtOnce([...limit.parts]) ? halved : oneByOne;
  let [down, up]: readonly [Acting | undefined, Acting | undefined] = [undefined, undefined];
  for (const one of cells) {
    const from = standsAt(limit, one.cell.policy);
    if (from === undefined) continue;
    const tryAt: TryAt = (value) => {
      tries.left -= 1;
      return tries.left < 0 ? { kind: "spent" } : changesAt(space, one, limit, value);
    };
    const below = look(values.filter((value) => value < from).toReversed(), tryAt);
    if (below.kind === "undecided" || below.kind === "spent") return below;
    const above = look(
      values.filter((value) => value > from),
      tryAt,
    );
    if (above.kind === "undecided" || above.kind === "spent") return above;
    const [lower, higher] = [below, above].map((tried) =>
      tried.kind === "found" ? actingIn(one, limit, from, tried.value) : undefined,
    );
    if (lower !== undefined && isNearer(lower, down)) down = lower;
    if (higher !== undefined && isNearer(higher, up)) up = higher;
  }
  return { kind: "reach", range: rangeOf(policy, limit), down, up };
}
