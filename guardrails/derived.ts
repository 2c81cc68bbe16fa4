import { assertNever } from "../domain/assert-never.ts";
import type { FactType, Scalar } from "./fact-types.ts";
import { readsOf } from "./policy.ts";
import type { Condition, Policy } from "./policy.ts";

/** What arithmetic is made with: a constant, a parameter or a fact, each a whole number in its own unit. */
export type Operand = number | { readonly fact: string } | { readonly param: string };

/** What a row of a table asks of one column: anything, one of some values, or a number from `min` to `max`, both included. */
export type TableCell = null | { readonly in: readonly Scalar[] } | { readonly min: number; readonly max: number };

/** Of every request that tells all columns exactly one row holds. */
export type TableRow = { readonly when: readonly TableCell[]; readonly value: Scalar };

/**
 * How a derived fact is made. Exact in whole numbers; a share alone is rounded, the way that it says. `day` is the day that
 * it is at an instant in a zone (an IANA name).
 */
export type Derivation =
  | { readonly kind: "add" | "subtract" | "min" | "max"; readonly of: readonly Operand[] }
  | { readonly kind: "multiply"; readonly of: Operand; readonly by: number | { readonly param: string } }
  | { readonly kind: "share"; readonly of: Operand; readonly share: Operand; readonly round: "up" | "down" }
  | { readonly kind: "day"; readonly of: { readonly fact: string }; readonly zone: string }
  | { readonly kind: "table"; readonly by: readonly string[]; readonly rows: readonly TableRow[] }
  | OverList;

/**
 * What is made of the records of a list: how many there are, what a field of theirs comes to together, whether `where` holds
 * of one, or of each. `where` reads fields; without it every record counts. Of a list without records `all` holds.
 */
export type OverList =
  | { readonly kind: "count"; readonly list: string; readonly where?: Condition }
  | { readonly kind: "sum"; readonly list: string; readonly of: string; readonly where?: Condition }
  | { readonly kind: "any" | "all"; readonly list: string; readonly where: Condition };

/** The ways to derive from operands alone. */
export type Arithmetic = Exclude<Derivation, OverList | { readonly kind: "table" }>;

const overLists: readonly string[] = ["count", "sum", "any", "all"] satisfies readonly OverList["kind"][];

export function isOverList(derivation: Derivation): derivation is OverList {
  return overLists.includes(derivation.kind);
}

/** A fact that the policy makes of others. Optional where one of these may be left out: it is not known then. */
export type DerivedFact = FactType & { readonly derive: Derivation };

type Deriving = Pick<Policy, "facts" | "derived">;

/** The facts that conditions may read: those that a request brings, and those that the policy makes of them. */
export function typesOf({ facts, derived = [] }: Deriving): readonly FactType[] {
  return derived.length === 0 ? facts : [...facts, ...derived];
}

/** The fact of that name, given or derived. */
export function typeNamed(policy: Deriving, name: string | null | undefined): FactType | undefined {
  return policy.derived?.find((type) => type.name === name) ?? policy.facts.find((type) => type.name === name);
}

export function derivedNamed({ derived }: Pick<Policy, "derived">, name: string): DerivedFact | undefined {
  return derived?.find((type) => type.name === name);
}

function operandsOf(derivation: Derivation): readonly Operand[] {
  switch (derivation.kind) {
    case "add":
    case "subtract":
    case "min":
    case "max":
      return derivation.of;
    case "multiply":
      return [derivation.of, derivation.by];
    case "day":
      return [derivation.of];
    case "share":
      return [derivation.of, derivation.share];
    case "table":
      return derivation.by.map((fact) => ({ fact }));
    case "count":
    case "sum":
    case "any":
    case "all": {
      const { params } = derivation.where === undefined ? { params: [] } : readsOf(derivation.where);
      return [{ fact: derivation.list }, ...params.map((param) => ({ param }))];
    }
    default:
      return assertNever(derivation);
  }
}

/** The facts and parameters that a derivation names itself. */
export function operandNames(derivation: Derivation): {
  readonly facts: readonly string[];
  readonly params: readonly string[];
} {
  const named = operandsOf(derivation).filter((operand) => typeof operand === "object");
  return {
    facts: [...new Set(named.flatMap((operand) => ("fact" in operand ? operand.fact : [])))],
    params: [...new Set(named.flatMap((operand) => ("param" in operand ? operand.param : [])))],
  };
}

/** What a request has to bring so that these facts are known, and the parameters that they are made with. */
export function beneath(
  policy: Pick<Policy, "derived">,
  names: readonly string[],
): { readonly facts: readonly string[]; readonly params: readonly string[] } {
  const facts = new Set<string>();
  const params = new Set<string>();
  const visit = (name: string): void => {
    const derived = derivedNamed(policy, name);
    if (derived === undefined) {
      facts.add(name);
      return;
    }
    const made = operandNames(derived.derive);
    for (const param of made.params) params.add(param);
    for (const inner of made.facts) visit(inner);
  };
  for (const name of names) visit(name);
  return { facts: [...facts], params: [...params] };
}
