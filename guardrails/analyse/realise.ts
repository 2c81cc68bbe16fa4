import type { Box } from "./box.ts";
import type { Dimension } from "./dimensions.ts";
import { numbersIn } from "./domain.ts";
import type { Constraint, Domain } from "./domain.ts";
import type { Range } from "./form-range.ts";
import { allOf, leafOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import type { ListType, Value } from "../fact-types.ts";
import { factsIn } from "./linear.ts";
import type { Aggregate } from "./lists.ts";
import { listIn, listWith, overRecords, recordNumbers } from "./records.ts";
import type { Asked } from "./records.ts";
import type { Space } from "./space.ts";

/**
 * The numbers and the lists of a request that lies in a box; or what no request does, for searches to leave out from then on; or that
 * nobody can say, and of which forms.
 */
export type Realised =
  | { readonly kind: "values"; readonly values: ReadonlyMap<string, Value> }
  | { readonly kind: "none"; readonly lemma: Formula }
  | { readonly kind: "open"; readonly forms: readonly string[]; readonly part: Formula };

/** How many ways are tried for one box, and for one of the parts that a proof may do without. */
const WAYS = 2_000;
const SHORTER_WAYS = 60;

/** A dimension held to some of its classes. */
type Held = { readonly dimension: Dimension; readonly mask: Int32Array; readonly isAtom: boolean };

/** The numbers that are looked for, and the lists that some of them are made of; undefined where a list cannot be told. */
type Problem = {
  readonly domain: Domain;
  readonly constraints: readonly Constraint[];
  readonly lists: readonly ListType[];
};

const has = (mask: Int32Array, index: number) => ((mask[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;

function runsOf({ classes }: Dimension, mask: Int32Array): readonly Range[] {
  const runs: Range[] = [];
  for (const [index, one] of classes.entries()) {
    if (one.kind !== "stretch" || !has(mask, index)) continue;
    const last = runs.at(-1);
    const [min, max] = [BigInt(one.min), BigInt(one.max)];
    if (last !== undefined && last.max + 1n === min) runs[runs.length - 1] = { min: last.min, max };
    else runs.push({ min, max });
  }
  return runs;
}

/** The classes in which the fact has a number at all. */
function present({ classes, full }: Dimension): Int32Array {
  const mask = full.slice();
  for (const [index, { kind }] of classes.entries()) {
    if (kind === "absent") mask[index >>> 5] = (mask[index >>> 5] ?? 0) & ~(1 << (index & 31));
  }
  return mask;
}

const both = (a: Int32Array, b: Int32Array): Int32Array => a.map((word, index) => word & (b[index] ?? 0));
const isSame = (a: Int32Array, b: Int32Array): boolean => a.every((word, index) => word === b[index]);

function aggregateOf(space: Space, { dimension }: Held): Aggregate | undefined {
  return space.aggregates.get(dimension.fact.name);
}

/** Which of yes and no a dimension still allows. */
function allowed({ dimension: { classes }, mask }: Held): readonly boolean[] {
  const values = classes.flatMap((one, index) => (has(mask, index) && one.kind === "values" ? one.values : []));
  return values.filter((value) => typeof value === "boolean");
}

function askedOf(space: Space, held: readonly Held[]): readonly Asked[] {
  return held.flatMap((one): readonly Asked[] => {
    const aggregate = aggregateOf(space, one);
    if (aggregate === undefined) return [];
    if (aggregate.type.kind !== "boolean") return [{ aggregate, runs: runsOf(one.dimension, one.mask) }];
    const [isSo, ...others] = allowed(one);
    return isSo === undefined || others.length > 0 ? [] : [{ aggregate, isSo }];
  });
}

/** The forms over several facts, told by the numbers of records where lists go into them; undefined where nobody can say. */
function formsOf(space: Space, held: readonly Held[]): readonly Constraint[] | undefined {
  const forms = held.flatMap(({ dimension, mask, isAtom }) => {
    const atom = isAtom ? space.atoms.get(dimension.fact.name) : undefined;
    return atom === undefined ? [] : [{ form: overRecords(space, atom.form), runs: runsOf(dimension, mask) }];
  });
  const told = forms.flatMap(({ form, runs }) => (form === undefined ? [] : [{ form, runs }]));
  return told.length === forms.length ? told : undefined;
}

/** The lists that something is asked of. */
function listsOf(space: Space, held: readonly Held[]): readonly ListType[] {
  const names = held.flatMap(({ dimension, isAtom }) => (isAtom ? factsOf(space, dimension) : dimension.fact.name));
  const aggregates = names.flatMap((name) => space.aggregates.get(name) ?? []);
  return [...new Set(aggregates.flatMap((one) => listIn(space, one) ?? []))];
}

function problemOf(space: Space, held: readonly Held[]): Problem | undefined {
  const forms = formsOf(space, held);
  const asked = askedOf(space, held);
  const lists = listsOf(space, held);
  const records = lists.map((list) =>
    recordNumbers(
      space,
      list,
      asked.filter(({ aggregate }) => aggregate.derive.list === list.name),
    ),
  );
  const told = records.filter((one) => one !== undefined);
  if (forms === undefined || told.length < records.length) return undefined;
  const ofRecords = new Map(told.flatMap(({ domain }) => domain));
  const names = new Set(forms.flatMap(({ form }) => [...factsIn(form)]).filter((name) => !ofRecords.has(name)));
  const domain = [...names].map((name): readonly [string, readonly Range[]] => {
    const own = held.find(({ dimension, isAtom }) => !isAtom && dimension.fact.name === name);
    if (own !== undefined) return [name, runsOf(own.dimension, own.mask)];
    const type = space.facts.find((fact) => fact.name === name);
    return [name, type !== undefined && "min" in type ? [{ min: BigInt(type.min), max: BigInt(type.max) }] : []];
  });
  return {
    domain: new Map([...domain, ...ofRecords]),
    constraints: [...forms, ...told.flatMap((one) => one.constraints)],
    lists,
  };
}

function partOf(held: readonly Held[]): Formula {
  return allOf(held.map(({ dimension: { at, full }, mask }) => leafOf(at, mask, full)));
}

/** Less and less of what was held, as long as no request lies in it: what is left out of later searches is then more. */
function shortened(space: Space, held: readonly Held[]): readonly Held[] {
  let kept = held;
  for (const one of held) {
    const full = one.isAtom ? one.dimension.full : present(one.dimension);
    if (isSame(one.mask, full)) continue;
    const tried = kept.map((other) => (other.dimension === one.dimension ? { ...other, mask: full } : other));
    const problem = problemOf(space, tried);
    if (problem === undefined) continue;
    if (numbersIn(problem.domain, problem.constraints, { left: SHORTER_WAYS }) === "none") kept = tried;
  }
  return kept;
}

function factsOf({ atoms }: Space, { fact }: Dimension): readonly string[] {
  const atom = atoms.get(fact.name);
  return atom === undefined ? [] : [...factsIn(atom.form)];
}

/** Whether a box lets a list be there. */
function isGiven(space: Space, box: Box, list: string): boolean {
  const given = space.dimensions.find(({ fact, aspect }) => fact.name === list && aspect.kind === "given");
  if (given === undefined) return true;
  return given.classes.some(({ kind }, index) => kind === "yes" && has(box.slice(given.at), index));
}

/** What a box holds numbers and lists to; facts of which only the forms over several ask are left out. */
function heldIn(space: Space, box: Box): { readonly held: readonly Held[]; readonly atoms: readonly Held[] } {
  const maskOf = ({ at, full }: Dimension) => box.slice(at, at + full.length);
  const facts = new Map<string, Held>();
  const absent = new Set<string>();
  for (const dimension of space.dimensions) {
    const { name } = dimension.fact;
    const aggregate = space.aggregates.get(name);
    if (space.atoms.has(name) || (aggregate === undefined && !("min" in dimension.fact))) continue;
    const mask = both(maskOf(dimension), present(dimension));
    const isAbsent =
      aggregate === undefined ? mask.every((word) => word === 0) : !isGiven(space, box, aggregate.derive.list);
    if (isAbsent) absent.add(name);
    else facts.set(name, { dimension, mask, isAtom: false });
  }
  const atoms = space.dimensions.flatMap((dimension): readonly Held[] => {
    const atom = space.atoms.get(dimension.fact.name);
    const mask = maskOf(dimension);
    if (atom === undefined || isSame(mask, dimension.full)) return [];
    return [...factsIn(atom.form)].some((name) => absent.has(name)) ? [] : [{ dimension, mask, isAtom: true }];
  });
  const ofLists = [...facts.values()].filter(
    (one) => aggregateOf(space, one) !== undefined && !isSame(one.mask, one.dimension.full),
  );
  const read = new Set(atoms.flatMap(({ dimension }) => factsOf(space, dimension)));
  const own = [...read].flatMap((name) => facts.get(name) ?? []);
  return { held: [...new Set([...atoms, ...own, ...ofLists])], atoms: [...atoms, ...ofLists] };
}

/** Numbers and lists for a box's facts so that every form over several of them comes out as the box has it. */
export function realise(space: Space, box: Box): Realised {
  if (space.atoms.size + space.aggregates.size === 0) return { kind: "values", values: new Map() };
  const { held, atoms } = heldIn(space, box);
  const problem = problemOf(space, held);
  const open: Realised = { kind: "open", forms: atoms.map(({ dimension }) => dimension.fact.name), part: partOf(held) };
  if (problem === undefined) return open;
  const { domain, constraints, lists } = problem;
  const numbers = numbersIn(domain, constraints, { left: WAYS });
  if (numbers === "none") return { kind: "none", lemma: notOf(partOf(shortened(space, held))) };
  if (numbers === "spent") return open;
  const made = lists.map((list) => [list.name, listWith(space, list, numbers)] as const);
  return { kind: "values", values: new Map<string, Value>([...numbers, ...made]) };
}
