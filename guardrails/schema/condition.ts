import type { JsonObject } from "../../domain/json.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { operatorsFor, takesList } from "../load/operators.ts";
import { equalityOperators, orderOperators } from "../policy.ts";
import type { Operator } from "../policy.ts";
import { words } from "../sentences.ts";
import { factNote } from "./notes.ts";
import { derivedName, literalOf, paramRef, some, span, strict } from "./literals.ts";

/** A list of `shared/`: only the loader knows which there are. */
const listRef = strict({ list: { type: "string", description: "its name" } }, ["list"], "a list of `shared/`");

const later = { ...span, description: "so much later" };
const earlier = { ...span, description: "so much earlier" };
const pattern = { type: "string", minLength: 1, description: "a regular expression in RE2's language" };

/** Another fact of the kind, given or derived. */
function besideOf({ kind, name }: FactType, facts: readonly FactType[], isDeriving: boolean): readonly JsonObject[] {
  if (kind === "text" || kind === "set" || kind === "list") return [];
  const others = facts.filter((other) => other.kind === kind && other.name !== name).map((other) => other.name);
  const named = [...(others.length === 0 ? [] : [{ enum: others }]), ...(isDeriving ? [derivedName(facts)] : [])];
  if (named.length === 0) return [];
  const fact = { anyOf: named, description: "its name" };
  const beside = strict({ fact }, ["fact"], "another fact of the same unit");
  const apart = [
    strict({ fact, plus: later }, ["fact", "plus"], "so much after another"),
    strict({ fact, minus: earlier }, ["fact", "minus"], "so much before another"),
  ];
  return kind === "date" || kind === "date-time" ? [beside, ...apart] : [beside];
}

/** `{ fact: submittedAt, within: 24h, before: now }`. */
function withinOf(type: FactType, facts: readonly FactType[], isDeriving: boolean): readonly JsonObject[] {
  if (type.kind !== "date" && type.kind !== "date-time") return [];
  const others = facts.filter(({ kind, name }) => kind === type.kind && name !== type.name).map(({ name }) => name);
  const named = [...(others.length === 0 ? [] : [{ enum: others }]), ...(isDeriving ? [derivedName(facts)] : [])];
  if (named.length === 0) return [];
  const fact = { const: type.name, description: type.title, markdownDescription: factNote(type) };
  const within = { ...span, description: "how far apart the two may be, both ends included" };
  const sides = { of: "on either side of it", before: "it lies before", after: "it lies after" };
  return Object.entries(sides).map(([side, description]) =>
    strict({ fact, within, [side]: { anyOf: named, description } }, ["fact", "within", side]),
  );
}

/** A comparison of what the policy derives itself: only the loader knows what that is. */
function ofDerived(facts: readonly FactType[]): JsonObject {
  const operators = [...equalityOperators, ...orderOperators];
  const plain = { type: ["string", "number", "boolean"] };
  const value = {
    anyOf: [
      plain,
      some(plain),
      paramRef,
      strict({ fact: { type: "string", description: "its name" }, plus: later, minus: earlier }, ["fact"]),
    ],
  };
  const properties = {
    fact: { ...derivedName(facts), description: "what the policy derives" },
    operator: { enum: operators, description: "how it is compared" },
    value: { ...value, description: "what it is compared with" },
  };
  return strict(properties, ["fact", "operator", "value"], "what the policy derives");
}

/** The comparisons that a fact takes: with one value (or a parameter of its unit), with a list, with a pattern. */
function comparisonsWith(type: FactType, facts: readonly FactType[], isDeriving: boolean): readonly JsonObject[] {
  const operators = operatorsFor(type);
  const isSingle = (operator: Operator) => !takesList(operator) && operator !== "matches";
  const literal = literalOf(type);
  const compare = (fitting: readonly Operator[], value: JsonObject): readonly JsonObject[] => {
    const fact = { const: type.name, description: type.title, markdownDescription: factNote(type) };
    const operator = {
      enum: fitting,
      description: "how the fact is compared",
      enumDescriptions: fitting.map((one) => `${type.name} ${words[one]} …`),
    };
    const compared = { description: `what \`${type.name}\` is compared with: ${describeKind(type)}`, ...value };
    const comparison = strict({ fact, operator, value: compared }, ["fact", "operator", "value"]);
    return fitting.length === 0 ? [] : [comparison];
  };
  return [
    ...withinOf(type, facts, isDeriving),
    ...compare(operators.filter(isSingle), {
      anyOf: [literal, ...("min" in type ? [paramRef] : []), ...besideOf(type, facts, isDeriving)],
    }),
    ...compare(operators.filter(takesList), {
      anyOf: [{ ...some(literal), uniqueItems: true }, ...(type.kind === "text" ? [listRef] : [])],
    }),
    ...compare(
      operators.filter((operator) => operator === "matches"),
      pattern,
    ),
  ];
}

function group(word: string, inner: JsonObject, description: string): JsonObject {
  return strict({ [word]: { ...inner, description } }, [word], description);
}

/** What `when` takes; `inner` is the reference to it. With `isDeriving` also facts that the policy derives. */
export function conditionOf(facts: readonly FactType[], inner: JsonObject, isDeriving = false): JsonObject {
  return {
    anyOf: [
      ...facts.flatMap((type) => comparisonsWith(type, facts, isDeriving)),
      ...(isDeriving ? [ofDerived(facts)] : []),
      group("all", some(inner), "every one of these holds"),
      group("any", some(inner), "at least one of these holds"),
      group("not", inner, "this does not hold"),
      group("condition", { type: "string" }, "a condition declared under `conditions`"),
    ],
  };
}
