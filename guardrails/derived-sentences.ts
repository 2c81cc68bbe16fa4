import { assertNever } from "../domain/assert-never.ts";
import { derivedNamed, isOverList, operandNames, typeNamed } from "./derived.ts";
import type { Arithmetic, DerivedFact, Operand, OverList, TableCell } from "./derived.ts";
import { describeKind, entriesOf, showValue } from "./fact-types.ts";
import { recordPolicy } from "./records.ts";
import type { Policy } from "./policy.ts";
import { conditionText, factText } from "./sentences.ts";
import { testOf, valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";

type Say = (operand: Operand) => string;

function arithmeticText(derive: Arithmetic, say: Say): string {
  switch (derive.kind) {
    case "add":
      return derive.of.map(say).join(" plus ");
    case "subtract":
      return derive.of.map(say).join(" less ");
    case "min":
      return `the least of ${derive.of.map(say).join(" and ")}`;
    case "max":
      return `the greatest of ${derive.of.map(say).join(" and ")}`;
    case "multiply":
      return `${say(derive.of)} times ${say(derive.by)}`;
    case "day":
      return `the day of ${say(derive.of)} in ${derive.zone}`;
    case "share":
      return `${say(derive.share)} of ${say(derive.of)}, rounded ${derive.round}`;
    default:
      return assertNever(derive);
  }
}

const counted = { count: "how many of", any: "any of", all: "all of" } as const;

/** `how many of lines where discount is over 20 %`, `price of lines together`. */
export function overListText(policy: Policy, derive: OverList): string {
  const { kind, list, where } = derive;
  const what = kind === "sum" ? `${derive.of} of ${list} together` : `${counted[kind]} ${list}`;
  const text = where === undefined ? "" : ` where ${conditionText(recordPolicy(policy, list), where)}`;
  return `${what}${text}`;
}

/** Which records of a request a derivation is about: `2 of 5, the records 1 and 4`, counted from 1. */
function heldText({ params }: Policy, { list, where }: OverList, known: Known): string {
  const entries = entriesOf(valueIn(known, list));
  const test = where === undefined ? undefined : testOf(where, params);
  const held = entries.flatMap((entry, at) => (test === undefined || test(entry) === true ? [at + 1] : []));
  const which = held.length === 0 || held.length === entries.length ? "" : `, ${placesText(held)}`;
  return `${held.length} of ${entries.length}${which}`;
}

/** How many places are told one by one. */
const MOST_PLACES = 10;

function placesText(places: readonly number[]): string {
  const told = places.slice(0, MOST_PLACES).join(", ");
  return `${places.length === 1 ? "record" : "records"} ${told}${places.length > MOST_PLACES ? " and others" : ""}`;
}

function cellText(policy: Policy, fact: string, cell: TableCell): string {
  if (cell === null) return `any ${fact}`;
  if ("in" in cell) return `${fact} ${cell.in.map((value) => factText(policy, fact, value)).join(" or ")}`;
  const [min, max] = [factText(policy, fact, cell.min), factText(policy, fact, cell.max)];
  return min === max ? `${fact} ${min}` : `${fact} from ${min} to ${max}`;
}

/** The kind that constants of a derivation are in: that of its facts and parameters, and a share's own is a percentage. */
function constantText(policy: Policy, { derive }: DerivedFact, constant: number, isShare: boolean): string {
  if (isShare) return showValue({ kind: "ppm" }, constant);
  if (derive.kind === "multiply") return String(constant);
  const { facts, params } = operandNames(derive);
  const param = policy.params.find(({ name }) => params.includes(name));
  const type = typeNamed(policy, facts[0]) ?? param;
  return type === undefined ? String(constant) : showValue(type, constant);
}

function sayer(policy: Policy, derived: DerivedFact, known?: Known): Say {
  const { derive } = derived;
  return (operand) => {
    if (typeof operand === "number") {
      return constantText(policy, derived, operand, derive.kind === "share" && operand === derive.share);
    }
    if ("param" in operand) {
      const param = policy.params.find(({ name }) => name === operand.param);
      return param === undefined ? operand.param : `${showValue(param, param.value)} (${param.name})`;
    }
    const value = known === undefined ? undefined : valueIn(known, operand.fact);
    return value === undefined ? operand.fact : `${operand.fact} ${factText(policy, operand.fact, value)}`;
  };
}

/** How a derived fact is made, a line each: `net: listPrice less discount; …`, and of a table every row. */
export function derivedTexts(policy: Policy, derived: DerivedFact): readonly string[] {
  const { name, title, derive } = derived;
  const optional = derived.optional === true ? "; not known where one of these is left out" : "";
  const said = title === name ? name : `${name} (${title})`;
  if (isOverList(derive)) return [`${said}: ${overListText(policy, derive)}; ${describeKind(derived)}${optional}`];
  if (derive.kind !== "table") {
    return [`${said}: ${arithmeticText(derive, sayer(policy, derived))}; ${describeKind(derived)}${optional}`];
  }
  const rows = derive.rows.map(({ when, value }) => {
    const cells = when.map((cell, at) => cellText(policy, derive.by[at] ?? "", cell));
    return `  ${cells.join(", ")}: ${factText(policy, name, value)}`;
  });
  return [`${said}: by ${derive.by.join(" and ")}; ${describeKind(derived)}${optional}`, ...rows];
}

/** What a derived fact was made of for a request: ` (listPrice 100.00 USD less discount 10.00 USD)`; empty for a given one. */
export function madeText(policy: Policy, known: Known, fact: string): string {
  const derived = derivedNamed(policy, fact);
  if (derived === undefined) return "";
  const say = sayer(policy, derived, known);
  const { derive } = derived;
  if (isOverList(derive)) {
    const told = valueIn(known, derive.list) === undefined ? "" : `: ${heldText(policy, derive, known)}`;
    return ` (${overListText(policy, derive)}${told})`;
  }
  if (derive.kind !== "table") return ` (${arithmeticText(derive, say)})`;
  return ` (by ${derive.by.map((name) => say({ fact: name })).join(" and ")})`;
}
