import { assertNever } from "../../domain/assert-never.ts";
import { dayIn } from "../../domain/instant.ts";
import { shareOf } from "../derive.ts";
import { derivedNamed } from "../derived.ts";
import type { Derivation, Operand } from "../derived.ts";
import type { Policy } from "../policy.ts";
import { valueIn } from "../ternary.ts";
import type { Known } from "../ternary.ts";

/** What a linear form adds up: a number that a request brings, or what is not linear in one. */
export type Term =
  | { readonly kind: "fact"; readonly name: string }
  | { readonly kind: "table"; readonly name: string; readonly derive: Extract<Derivation, { readonly kind: "table" }> }
  | { readonly kind: "min" | "max"; readonly of: readonly Linear[] }
  | { readonly kind: "day"; readonly of: Linear; readonly zone: string }
  | { readonly kind: "share"; readonly of: Linear; readonly share: Linear; readonly round: "up" | "down" };

/** Whole multiples of terms and a constant, added up. Terms by rising key, each once, none of them by zero. */
export type Linear = {
  readonly terms: readonly { readonly by: bigint; readonly term: Term; readonly key: string }[];
  readonly constant: bigint;
};

export function constantOf(constant: bigint): Linear {
  return { terms: [], constant };
}

function termKey(term: Term): string {
  switch (term.kind) {
    case "fact":
      return term.name;
    case "table":
      return `table ${JSON.stringify(term.derive)}`;
    case "min":
    case "max":
      return `${term.kind}(${term.of.map(linearKey).toSorted().join(", ")})`;
    case "day":
      return `day of ${linearKey(term.of)} in ${term.zone}`;
    case "share":
      return `${shareText(term.share)} of (${linearKey(term.of)}) rounded ${term.round}`;
    default:
      return assertNever(term);
  }
}

function shareText(share: Linear): string {
  return share.terms.length === 0 ? `${Number(share.constant) / 10_000} %` : linearKey(share);
}

/** The same text for the same form, as people read it: `2 seats - included`. */
export function linearKey({ terms, constant }: Linear): string {
  const written = terms.map(({ by, key }) => {
    const size = by < 0n ? -by : by;
    return `${by < 0n ? "-" : "+"} ${size === 1n ? "" : `${size} `}${key}`;
  });
  const rest =
    constant === 0n && written.length > 0
      ? []
      : [`${constant < 0n ? "-" : "+"} ${constant < 0n ? -constant : constant}`];
  return [...written, ...rest].join(" ").replace(/^\+ /, "").replace(/^- /, "-");
}

export function ofTerm(term: Term): Linear {
  return { terms: [{ by: 1n, term, key: termKey(term) }], constant: 0n };
}

export function added(forms: readonly Linear[]): Linear {
  const terms = new Map<string, Linear["terms"][number]>();
  for (const one of forms.flatMap((form) => form.terms)) {
    terms.set(one.key, { ...one, by: one.by + (terms.get(one.key)?.by ?? 0n) });
  }
  const kept = [...terms.values()].filter(({ by }) => by !== 0n).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return { terms: kept, constant: forms.reduce((sum, { constant }) => sum + constant, 0n) };
}

export function scaled({ terms, constant }: Linear, by: bigint): Linear {
  if (by === 0n) return constantOf(0n);
  return { terms: terms.map((one) => ({ ...one, by: one.by * by })), constant: constant * by };
}

export function less(a: Linear, b: Linear): Linear {
  return added([a, scaled(b, -1n)]);
}

/** A form with another in the place of a term, wherever it stands. */
export function replaced(form: Linear, key: string, by: Linear): Linear {
  const parts = form.terms.map((one) => {
    if (one.key === key) return scaled(by, one.by);
    const { term } = one;
    if (term.kind === "share") {
      const [of, share] = [replaced(term.of, key, by), replaced(term.share, key, by)];
      return scaled(shareForm(of, share, term.round), one.by);
    }
    if (term.kind === "day") return scaled(dayForm(replaced(term.of, key, by), term.zone), one.by);
    if (term.kind !== "min" && term.kind !== "max") return scaled(ofTerm(term), one.by);
    return scaled(ofTerm({ ...term, of: term.of.map((inner) => replaced(inner, key, by)) }), one.by);
  });
  return added([...parts, constantOf(form.constant)]);
}

/** A share of a form; where it is a whole multiple there is nothing to round. */
export function shareForm(of: Linear, share: Linear, round: "up" | "down"): Linear {
  const { constant } = share;
  if (share.terms.length === 0 && constant % 1_000_000n === 0n) return scaled(of, constant / 1_000_000n);
  if (of.terms.length > 0 || share.terms.length > 0) return ofTerm({ kind: "share", of, share, round });
  return constantOf(BigInt(shareOf(Number(of.constant), Number(share.constant), round)));
}

/** The day of an instant. */
function dayForm(of: Linear, zone: string): Linear {
  if (of.terms.length > 0) return ofTerm({ kind: "day", of, zone });
  return constantOf(BigInt(dayIn(Number(of.constant), zone)));
}

/** The terms of a form that are not facts, those within others included, the outer first. */
export function innerTerms(form: Linear): readonly Linear["terms"][number][] {
  return form.terms.flatMap((one) => {
    const { term } = one;
    if (term.kind === "share") return [one, ...innerTerms(term.of), ...innerTerms(term.share)];
    if (term.kind === "day") return [one, ...innerTerms(term.of)];
    if (term.kind === "min" || term.kind === "max") return [one, ...term.of.flatMap(innerTerms)];
    return term.kind === "table" ? [one] : [];
  });
}

/** The numbers of a request that a form reads. */
export function factsIn(form: Linear): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = ({ terms }: Linear): void => {
    for (const { term } of terms) {
      if (term.kind === "fact") names.add(term.name);
      else if (term.kind === "day") visit(term.of);
      else if (term.kind === "share") [term.of, term.share].forEach(visit);
      else if (term.kind === "min" || term.kind === "max") term.of.forEach(visit);
    }
  };
  visit(form);
  return names;
}

/** A number of a cell, given or derived, as a form. Facts of `fixed` stand as the constants that they are. */
export function linearOf(cell: Policy, operand: Operand, fixed: Known): Linear {
  if (typeof operand === "number") return constantOf(BigInt(operand));
  if ("param" in operand) {
    return constantOf(BigInt(cell.params.find(({ name }) => name === operand.param)?.value ?? 0));
  }
  const derived = derivedNamed(cell, operand.fact);
  if (derived !== undefined) return derivedForm(cell, derived.name, derived.derive, fixed);
  const value = valueIn(fixed, operand.fact);
  return typeof value === "number" ? constantOf(BigInt(value)) : ofTerm({ kind: "fact", name: operand.fact });
}

function derivedForm(cell: Policy, name: string, derive: Derivation, fixed: Known): Linear {
  const read = (operand: Operand) => linearOf(cell, operand, fixed);
  switch (derive.kind) {
    case "add":
      return added(derive.of.map(read));
    case "subtract": {
      const [from = constantOf(0n), ...others] = derive.of.map(read);
      return less(from, added(others));
    }
    case "min":
    case "max":
      return ofTerm({ kind: derive.kind, of: derive.of.map(read) });
    case "multiply":
      return scaled(read(derive.of), read(derive.by).constant);
    case "share":
      return shareForm(read(derive.of), read(derive.share), derive.round);
    case "day":
      return dayForm(read(derive.of), derive.zone);
    case "table":
      return ofTerm({ kind: "table", name, derive });
    case "count":
    case "sum":
    case "any":
    case "all":
      throw new Error(`\`${name}\` is told apart from what is derived of single facts`);
    default:
      return assertNever(derive);
  }
}
