import type { Comparison, Condition, Operator, OtherFact } from "../policy.ts";
import { madeText } from "../derived-sentences.ts";
import { factText, laterText, valueText, words } from "../sentences.ts";
import { testOf, valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";
import type { Policy } from "../policy.ts";

const opposite: { readonly [operator in Exclude<Operator, "matches">]: Operator } = {
  equal: "notEqual",
  notEqual: "equal",
  in: "notIn",
  notIn: "in",
  lessThan: "greaterThanInclusive",
  lessThanInclusive: "greaterThan",
  greaterThan: "lessThanInclusive",
  greaterThanInclusive: "lessThan",
  contains: "doesNotContain",
  doesNotContain: "contains",
};

/** Where a parameter's value came from, in words; undefined for one that is not told. */
type OriginText = (param: string) => string | undefined;

/** What a clause is read against: `cell` is the policy as it stood for the request. */
export type Reading = { readonly cell: Policy; readonly known: Known; readonly originText: OriginText };

function operatorWords({ operator }: Comparison, holds: boolean): string {
  if (holds) return words[operator];
  return operator === "matches" ? "does not match" : words[opposite[operator]];
}

/** Another fact with its value: `floorPrice 90.00 USD`. */
function besideWords(other: OtherFact, { cell, known }: Reading): string {
  const { fact } = other;
  const given = valueIn(known, fact);
  const read = given === undefined ? "" : ` ${factText(cell, fact, given)}${madeText(cell, known, fact)}`;
  return `${fact}${read}${laterText(cell, other)}`;
}

/** `auto_max 15 % (base)` for a parameter, `500,000.00 USD` for a constant. */
function limitWords(comparison: Comparison, reading: Reading): string {
  const { cell, originText } = reading;
  const { value } = comparison;
  const param = typeof value === "object" && "param" in value ? value.param : undefined;
  if (typeof value === "object" && "fact" in value) return besideWords(value, reading);
  if (param === undefined) return valueText(cell, comparison);
  const shown = valueText(cell, comparison).replace(` (${param})`, "");
  const origin = originText(param);
  return `${param} ${shown}${origin === undefined ? "" : ` (${origin})`}`;
}

/** A comparison in words: the fact with its value, and what that value is. Equal ones say the value once. */
type Clause = { readonly subject: string; readonly predicate: string };

function clauseOf(comparison: Comparison, holds: boolean, reading: Reading): Clause {
  const { fact } = comparison;
  const given = valueIn(reading.known, fact);
  const made = madeText(reading.cell, reading.known, fact);
  const read = given === undefined ? "" : `${factText(reading.cell, fact, given)}${made}`;
  const wanted = limitWords(comparison, reading);
  const told = operatorWords(comparison, holds);
  const subject = told === "is" && read === wanted ? fact : `${fact} ${read}`;
  return { subject, predicate: `${told} ${wanted}` };
}

/** The comparisons that make a condition hold, or not hold; of an `any` that holds, the first that does. */
function supports(
  condition: Condition,
  holds: boolean,
  truthOf: (condition: Condition) => boolean,
): readonly { readonly comparison: Comparison; readonly holds: boolean }[] {
  if ("not" in condition) return supports(condition.not, !holds, truthOf);
  if (!("all" in condition) && !("any" in condition)) return [{ comparison: condition, holds }];
  const parts = "all" in condition ? condition.all : condition.any;
  if ("all" in condition === holds) return parts.flatMap((part) => supports(part, holds, truthOf));
  const one = parts.find((part) => truthOf(part) === holds);
  return one === undefined ? [] : supports(one, holds, truthOf);
}

/** `a`, `a and b`, `a, b and c`. */
function enumerated(texts: readonly string[]): string {
  const last = texts.at(-1) ?? "";
  return texts.length < 2 ? last : `${texts.slice(0, -1).join(", ")} and ${last}`;
}

/** Why a condition that holds does so: `discount 17.2 % is over auto_max 15 % (base) and tier is gold`. */
export function clausesText(condition: Condition, reading: Reading): string {
  const { cell, known } = reading;
  const truthOf = (part: Condition) => testOf(part, cell.params)(known) === true;
  const predicates = new Map<string, Set<string>>();
  for (const { comparison, holds } of supports(condition, true, truthOf)) {
    const { subject, predicate } = clauseOf(comparison, holds, reading);
    predicates.set(subject, (predicates.get(subject) ?? new Set()).add(predicate));
  }
  return enumerated([...predicates].map(([subject, said]) => `${subject} ${enumerated([...said])}`));
}
