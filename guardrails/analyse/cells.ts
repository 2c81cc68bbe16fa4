import { withParams } from "../cell.ts";
import { clockOf, dayHasCome } from "../clock.ts";
import type { Override, Param, Policy } from "../policy.ts";
import { DEFAULT_STEPS, search } from "./box.ts";
import { allOf, always, anyOf, keyOf, never, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import type { Compiled, Space } from "./space.ts";
import { Unlaid } from "./unlaid.ts";

/** The policy with the parameters that hold together for some requests at some time. */
export type Cell = {
  readonly policy: Policy;
  /** The overrides that set a parameter here; none for the policy as written. */
  readonly overrides: readonly string[];
  /** The requests it holds for. */
  readonly region: Formula;
  /** A day on which it does; null: any day on which no override is in effect. */
  readonly day: string | null;
};

const MAX_CELLS = 400;

/** The days from which other overrides are in effect, in order. */
export function turningDays(policies: readonly Policy[]): readonly string[] {
  return [
    ...new Set(policies.flatMap(({ overrides }) => overrides.flatMap(({ from, until }) => [from, until]))),
  ].toSorted();
}

/** Policies that together compare with every value that a parameter ever has. */
export function valuesOf(policy: Policy): readonly Policy[] {
  const under = ({ set }: Override) =>
    policy.params.map((param) => ({
      ...param,
      value: (Object.hasOwn(set, param.name) ? set[param.name] : undefined) ?? param.value,
    }));
  return [policy, ...policy.overrides.map((override) => ({ ...policy, params: under(override) }))];
}

function scopeOf(space: Space, policy: Policy, override: Override): Compiled {
  const parts = Object.entries(override.for).map(([fact, value]) =>
    space.compare(policy, { fact, operator: "in", value }),
  );
  return { must: allOf(parts.map(({ must }) => must)), may: allOf(parts.map(({ may }) => may)) };
}

type Settled = { readonly param: Param; readonly isSettled: boolean };
type Branch = { readonly params: readonly Settled[]; readonly region: readonly Formula[] };

function settle(params: readonly Settled[], { id, set }: Override, applies: true | undefined): readonly Settled[] {
  return params.map(({ param, isSettled }) => {
    const value = Object.hasOwn(set, param.name) ? set[param.name] : undefined;
    if (isSettled || value === undefined) return { param, isSettled };
    const known: Param = applies ? { ...param, value, override: id } : { ...param, unsettled: true };
    return { param: known, isSettled: true };
  });
}

/** A request is in the override's scope, outside of it, or nobody can say, since a fact of the scope was left out. */
function branch(space: Space, policy: Policy, branches: readonly Branch[], override: Override): readonly Branch[] {
  const { must, may } = scopeOf(space, policy, override);
  const next = branches.flatMap((one): readonly Branch[] => {
    const matters = one.params.some(({ param, isSettled }) => !isSettled && Object.hasOwn(override.set, param.name));
    if (!matters) return [one];
    const ways: readonly Branch[] = [
      { params: settle(one.params, override, true), region: [...one.region, must] },
      { params: one.params, region: [...one.region, notOf(may)] },
      {
        params: settle(one.params, override, undefined),
        region: [...one.region, must === may ? never : allOf([may, notOf(must)])],
      },
    ];
    return ways.filter(({ region }) => search(space.whole, region, { left: DEFAULT_STEPS }) !== undefined);
  });
  if (next.length > MAX_CELLS) throw new Unlaid(`the overrides meet in more than ${MAX_CELLS} ways`);
  return next;
}

function keyOfCell(params: readonly Param[]): string {
  return params.map(({ override, unsettled }) => (unsettled ? "?" : (override ?? ""))).join(" ");
}

/** Whether requests are told apart by when they are decided, so that no cell holds for all of them. */
export function isClocked({ facts }: Space): boolean {
  return clockOf(facts) !== undefined;
}

/** When the overrides of a day are those in effect; null: while none is. Whenever, where nothing reads the clock. */
function whileInEffect(space: Space, policy: Policy, day: string | null): Formula {
  const clock = clockOf(space.facts);
  if (clock === undefined || policy.overrides.length === 0) return always;
  const days = turningDays([policy]);
  const from = (one: string) => space.compare(policy, dayHasCome(policy, clock, one)).must;
  const between = (since: string | undefined, until: string | undefined) =>
    allOf([since === undefined ? always : from(since), until === undefined ? always : notOf(from(until))]);
  if (day !== null)
    return between(
      days.filter((one) => one <= day).at(-1),
      days.find((one) => one > day),
    );
  const free = [undefined, ...days].map((since, at) => {
    const isFree = since === undefined || !policy.overrides.some((one) => one.from <= since && since < one.until);
    return isFree ? between(since, days[at]) : never;
  });
  return anyOf(free);
}

/** The cells of a policy on one day; the most specific override wins, as in `cellOf`. Null: no override is in effect. */
export function cellsOn(space: Space, policy: Policy, day: string | null): readonly Cell[] {
  const effective = policy.overrides
    .filter(({ from, until }) => day !== null && from <= day && day < until)
    .toSorted((a, b) => Object.keys(b.for).length - Object.keys(a.for).length);
  const params = policy.params.map((param) => ({ param, isSettled: false }));
  const start: Branch = { params, region: [whileInEffect(space, policy, day)] };
  const branches = effective.reduce<readonly Branch[]>((all, one) => branch(space, policy, all, one), [start]);
  const cells = new Map<string, Cell>();
  for (const { params: settled, region } of branches) {
    const own = settled.map(({ param }) => param);
    const key = keyOfCell(own);
    const overrides = [...new Set(own.flatMap(({ override }) => override ?? []))];
    const isOwn = own.every((param, index) => param === policy.params[index]);
    const seen = cells.get(key)?.region ?? never;
    const cell = isOwn ? policy : withParams(policy, own);
    cells.set(key, { policy: cell, overrides, region: anyOf([seen, allOf(region)]), day });
  }
  return [...cells.values()];
}

/** Every cell of a policy, the policy as written first; a cell that holds for other requests on other days is listed for each. */
export function cellsOf(space: Space, policy: Policy): readonly Cell[] {
  const [own, ...others] = [null, ...turningDays([policy])].flatMap((day) => cellsOn(space, policy, day));
  if (own === undefined) return [];
  const cells = new Map<string, Cell>();
  for (const cell of others) {
    const key = `${keyOfCell(cell.policy.params)} ${keyOf(cell.region)}`;
    if ((isClocked(space) || cell.policy !== policy) && !cells.has(key)) cells.set(key, cell);
  }
  return [own, ...cells.values()];
}

/** What an analysis over all cells finds; `otherwise`, told why, where there are too many of them. */
export function settled<T>(analyse: () => T, otherwise: (why: string) => T): T {
  try {
    return analyse();
  } catch (error) {
    if (error instanceof Unlaid) return otherwise(error.message);
    throw error;
  }
}
