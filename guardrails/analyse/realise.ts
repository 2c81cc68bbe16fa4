import type { Box } from "./box.ts";
import type { Dimension } from "./dimensions.ts";
import { numbersIn } from "./domain.ts";
import type { Constraint, Domain } from "./domain.ts";
import type { Range } from "./form-range.ts";
import { allOf, leafOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import { factsIn } from "./linear.ts";
import type { Space } from "./space.ts";

/**
 * The numbers of a request that lies in a box; or what no request does, for searches to leave out from then on; or that
 * nobody can say, and of which forms.
 */
export type Realised =
  | { readonly kind: "numbers"; readonly numbers: ReadonlyMap<string, number> }
  | { readonly kind: "none"; readonly lemma: Formula }
  | { readonly kind: "open"; readonly forms: readonly string[]; readonly part: Formula };

/** How many ways are tried for one box, and for one of the parts that a proof may do without. */
const WAYS = 2_000;
const SHORTER_WAYS = 60;

/** A dimension held to some of its classes. */
type Held = { readonly dimension: Dimension; readonly mask: Int32Array; readonly isAtom: boolean };

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

function problemOf(
  space: Space,
  held: readonly Held[],
): { readonly domain: Domain; readonly constraints: readonly Constraint[] } {
  const constraints = held.flatMap(({ dimension, mask, isAtom }): readonly Constraint[] => {
    const atom = isAtom ? space.atoms.get(dimension.fact.name) : undefined;
    return atom === undefined ? [] : [{ form: atom.form, runs: runsOf(dimension, mask) }];
  });
  const names = new Set(constraints.flatMap(({ form }) => [...factsIn(form)]));
  const domain = [...names].map((name): readonly [string, readonly Range[]] => {
    const own = held.find(({ dimension, isAtom }) => !isAtom && dimension.fact.name === name);
    if (own !== undefined) return [name, runsOf(own.dimension, own.mask)];
    const type = space.facts.find((fact) => fact.name === name);
    return [name, type !== undefined && "min" in type ? [{ min: BigInt(type.min), max: BigInt(type.max) }] : []];
  });
  return { domain: new Map(domain), constraints };
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
    const { domain, constraints } = problemOf(space, tried);
    if (numbersIn(domain, constraints, { left: SHORTER_WAYS }) === "none") kept = tried;
  }
  return kept;
}

function factsOf({ atoms }: Space, { fact }: Dimension): readonly string[] {
  const atom = atoms.get(fact.name);
  return atom === undefined ? [] : [...factsIn(atom.form)];
}

/** Numbers for a box's facts so that every form over several of them comes out as the box has it. */
export function realise(space: Space, box: Box): Realised {
  if (space.atoms.size === 0) return { kind: "numbers", numbers: new Map() };
  const maskOf = ({ at, full }: Dimension) => box.slice(at, at + full.length);
  const facts = new Map<string, Held>();
  const absent = new Set<string>();
  for (const dimension of space.dimensions) {
    if (space.atoms.has(dimension.fact.name) || !("min" in dimension.fact)) continue;
    const mask = both(maskOf(dimension), present(dimension));
    if (mask.every((word) => word === 0)) absent.add(dimension.fact.name);
    else facts.set(dimension.fact.name, { dimension, mask, isAtom: false });
  }
  const atoms = space.dimensions.flatMap((dimension): readonly Held[] => {
    const atom = space.atoms.get(dimension.fact.name);
    const mask = maskOf(dimension);
    if (atom === undefined || isSame(mask, dimension.full)) return [];
    return [...factsIn(atom.form)].some((name) => absent.has(name)) ? [] : [{ dimension, mask, isAtom: true }];
  });
  const read = new Set(atoms.flatMap(({ dimension }) => factsOf(space, dimension)));
  const held = [...atoms, ...[...read].flatMap((name) => facts.get(name) ?? [])];
  const { domain, constraints } = problemOf(space, held);
  const numbers = numbersIn(domain, constraints, { left: WAYS });
  if (numbers === "none") return { kind: "none", lemma: notOf(partOf(shortened(space, held))) };
  if (numbers !== "spent") return { kind: "numbers", numbers };
  return { kind: "open", forms: atoms.map(({ dimension }) => dimension.fact.name), part: partOf(held) };
}
