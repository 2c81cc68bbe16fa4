import type { JsonObject } from "../../domain/json.ts";
import { acceptsValue, jsonValue } from "../fact-types.ts";
import type { FactType, Value } from "../fact-types.ts";
import type { Known } from "../ternary.ts";
import { DEFAULT_STEPS, search } from "./box.ts";
import type { Box, Budget } from "./box.ts";
import type { Dimension, ValueClass } from "./dimensions.ts";
import { allOf, leafOf, notOf } from "./formula.ts";
import type { Formula } from "./formula.ts";
import { realise } from "./realise.ts";
import { plainList } from "./records.ts";
import type { Space } from "./space.ts";
import { textFor, type TextWanted } from "./texts.ts";

/** One request of the wanted kind: as rules read it, and as plain JSON. */
export type Witness = { readonly known: Known; readonly facts: JsonObject; readonly box: Box };

/** No request; or nobody can say, and why. */
export type Open = { readonly kind: "none" } | { readonly kind: "undecided"; readonly why: string };

export type Found = { readonly kind: "found"; readonly witness: Witness } | Open;

/** The classes of a dimension that the box allows, in declared order. */
export function classesIn(box: Box, { at, classes }: Dimension): readonly ValueClass[] {
  return classes.filter((_, index) => ((box[at + (index >>> 5)] ?? 0) & (1 << (index & 31))) !== 0);
}

function numberIn({ min, max }: { readonly min: number; readonly max: number }, type: FactType): number {
  if (!("min" in type)) return min;
  if (min === type.min && max === type.max) return Math.min(max, Math.max(min, 0));
  return min === type.min ? max : min;
}

/** No text could be found that does what the box wants of it. */
const noText = Symbol("no text");

/** What a fact holds that nothing asks about. */
function unasked(type: FactType): Value | undefined | typeof noText {
  if (type.optional === true) return undefined;
  if (type.kind === "boolean") return false;
  if (type.kind === "choice") return type.values[0];
  if (type.kind === "set") return [];
  if (type.kind === "list") return plainList(type);
  if (type.kind !== "text") return numberIn(type, type);
  return acceptsValue(type, "") ? "" : textOf(type, [], []);
}

const allows = (box: Box, dimension: Dimension, kind: ValueClass["kind"]) =>
  classesIn(box, dimension).some((one) => one.kind === kind);

function setIn(box: Box, own: readonly Dimension[]): Value | undefined {
  const given = own.find(({ aspect }) => aspect.kind === "given");
  if (given !== undefined && !allows(box, given, "yes")) return undefined;
  const members = own.flatMap((dimension) =>
    dimension.aspect.kind === "member" && !allows(box, dimension, "no") ? [dimension.aspect.member] : [],
  );
  return members.toSorted();
}

function otherText(
  box: Box,
  type: FactType & { readonly kind: "text" },
  own: readonly Dimension[],
): string | typeof noText {
  const named = own.flatMap(({ classes }) =>
    classes.flatMap((one) => (one.kind === "values" ? one.values.map(String) : [])),
  );
  const patterns = own.flatMap((dimension) => {
    const { aspect } = dimension;
    const [yes, no] = [allows(box, dimension, "yes"), allows(box, dimension, "no")];
    return aspect.kind === "pattern" && yes !== no ? [{ pattern: aspect.pattern, matches: yes }] : [];
  });
  return textOf(type, named, patterns);
}

/** A text that the fact can be. */
function textOf(
  type: FactType & { readonly kind: "text" },
  named: TextWanted["named"],
  patterns: TextWanted["patterns"],
): string | typeof noText {
  const own = type.pattern === undefined ? [] : [{ pattern: type.pattern, matches: true }];
  const fits = (text: string) => acceptsValue(type, text);
  return textFor({ fits, named, patterns: [...patterns, ...own] }) ?? noText;
}

function valueInBox(box: Box, type: FactType, own: readonly Dimension[]): Value | undefined | typeof noText {
  if (own.length === 0) return unasked(type);
  if (type.kind === "set") return setIn(box, own);
  if (type.kind === "list")
    return own.every((dimension) => allows(box, dimension, "yes")) ? plainList(type) : undefined;
  const value = own.find(({ aspect }) => aspect.kind === "value");
  const [first] = value === undefined ? [] : classesIn(box, value);
  if (first?.kind === "values") return first.values[0];
  if (first?.kind === "stretch") return numberIn(first, type);
  return first?.kind === "other" && type.kind === "text" ? otherText(box, type, own) : undefined;
}

function ownOf({ dimensions }: Space, { name }: FactType): readonly Dimension[] {
  return dimensions.filter(({ fact }) => fact.name === name);
}

/** The numbers that forms over several facts ask of some, and lists that come to what is asked of them. */
type Numbers = ReadonlyMap<string, Value>;

/** A request in the box; or the name of a fact whose text could not be made. */
function witnessIn(space: Space, box: Box, numbers: Numbers): Witness | string {
  const { facts } = space;
  const known: Record<string, Value> = {};
  for (const type of facts) {
    const value = numbers.get(type.name) ?? valueInBox(box, type, ownOf(space, type));
    if (value === noText) return type.name;
    if (value !== undefined) known[type.name] = value;
  }
  const json = facts.flatMap((type) => {
    const value = known[type.name];
    return Object.hasOwn(known, type.name) && value !== undefined ? [[type.name, jsonValue(type, value)] as const] : [];
  });
  return { known, box, facts: Object.fromEntries(json) };
}

/** That a fact's text lies where the box has it. */
function textPart({ dimensions }: Space, box: Box, fact: string): Formula {
  const own = dimensions.filter((dimension) => dimension.fact.name === fact);
  return allOf(own.map(({ at, full }) => leafOf(at, box.slice(at, at + full.length), full)));
}

/** How many combinations of patterns without a text are passed over, and how often numbers are found not to go together. */
const MAX_TEXTS = 50;
const MAX_LEMMAS = 500;

/** What `take` makes of the first box that it takes; it gives the name of a fact whose text could not be made. */
function lookFor<T extends object>(
  space: Space,
  asked: readonly Formula[],
  take: (box: Box, numbers: Numbers) => T | string,
  subject: string,
): T | Open {
  const budget: Budget = { left: DEFAULT_STEPS };
  const excluded: Formula[] = [];
  const texts = new Set<string>();
  const forms = new Set<string>();
  for (let tries = 0; excluded.length < MAX_TEXTS; tries += 1) {
    const box = search(space.whole, [...asked, ...space.lemmas, ...excluded], budget);
    if (box === "spent") return { kind: "undecided", why: `${subject}: the budget of steps ran out` };
    if (box === undefined) break;
    if (tries > MAX_LEMMAS) return { kind: "undecided", why: `${subject}: too many numbers that do not go together` };
    const real = realise(space, box);
    if (real.kind === "none") space.lemmas.push(real.lemma);
    if (real.kind === "open") {
      for (const form of real.forms) forms.add(form);
      excluded.push(notOf(real.part));
    }
    if (real.kind !== "values") continue;
    const taken = take(box, real.values);
    if (typeof taken === "object") return taken;
    texts.add(taken);
    excluded.push(notOf(textPart(space, box, taken)));
  }
  if (texts.size + forms.size === 0) return { kind: "none" };
  const inWords = (names: ReadonlySet<string>) => [...names].map((name) => `\`${name}\``).join(", ");
  const open = [
    ...(texts.size === 0 ? [] : [`no text was found for ${inWords(texts)} that does what its patterns ask`]),
    ...(forms.size === 0 ? [] : [`no numbers or records were found for which ${inWords(forms)} comes out as asked`]),
  ];
  return { kind: "undecided", why: `${subject}: ${open.join("; ")}` };
}

/**
 * A request of which every formula holds, or the proof that there is none. `isSo` reads the request with the policy's
 * own evaluation: a witness that it refuses is not reported. `subject` names the question where it stays open.
 */
export function find(
  space: Space,
  asked: readonly Formula[],
  isSo: (witness: Witness) => boolean,
  subject: string,
): Found {
  const take = (box: Box, numbers: Numbers): Found | string => {
    const witness = witnessIn(space, box, numbers);
    if (typeof witness === "string") return witness;
    if (isSo(witness)) return { kind: "found", witness };
    return { kind: "undecided", why: `${subject}: the analysis and the evaluation of a request differ` };
  };
  return lookFor(space, asked, take, subject);
}

/** Whether there is a request of which every formula holds, for questions whose witness is of no interest. */
export function exists(space: Space, asked: readonly Formula[], subject: string): { readonly kind: "found" } | Open {
  const texts = space.facts.filter(({ kind }) => kind === "text");
  const take = (box: Box) => {
    const without = texts.find((type) => valueInBox(box, type, ownOf(space, type)) === noText);
    return without?.name ?? { kind: "found" as const };
  };
  return lookFor(space, asked, take, subject);
}
