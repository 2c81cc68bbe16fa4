import type { FactType } from "../fact-types.ts";
import { comparisonsOf } from "../policy.ts";
import type { Condition } from "../policy.ts";
import type { DraftRule, Imported } from "./draft.ts";
import { isFactName } from "./heading.ts";
import {
  readRego,
  Untranslated,
  type Constant,
  type Constants,
  type Expression,
  type Operand,
  type Rego,
  type RegoRule,
} from "./rego-rules.ts";
import type { Token } from "./rego-tokens.ts";

/** The largest number, either way, that an imported fact holds; a request beyond it is asked about. */
const MOST = 1_000_000_000_000;

type Kind = Constant["kind"] | "set";
type Fact = { readonly kind: Kind; readonly title: string; readonly words: Set<string> };

/** The file as conditions, and the facts that these name. */
class Translation {
  readonly facts = new Map<string, Fact>();
  readonly #rego: Rego;
  readonly #open = new Set<string>();

  constructor(rego: Rego) {
    this.#rego = rego;
  }

  /** What a body asks, all of it. */
  body({ name, at, body }: RegoRule): Condition {
    if (this.#open.has(name)) throw new Untranslated(at, `\`${name}\` hangs on itself`, "write it without itself");
    this.#open.add(name);
    try {
      const parts = body.map((expression) => this.#expression(expression));
      const [only] = parts;
      if (only === undefined) throw new Untranslated(at, `\`${name}\` holds of every request`, "give it a condition");
      return parts.length === 1 ? only : { all: parts };
    } finally {
      this.#open.delete(name);
    }
  }

  #expression(expression: Expression): Condition {
    switch (expression.kind) {
      case "not":
        return { not: this.#expression(expression.inner) };
      case "rule":
        return this.#named(expression.name, expression.at);
      case "true":
        return { fact: this.#fact(expression.path, "boolean", expression.at).name, operator: "equal", value: true };
      case "contains": {
        const word = this.#one(expression.operand);
        if (word.kind !== "text" || word.value === "") throw new Untranslated(expression.at, "a set holds texts");
        const { name, fact } = this.#fact(expression.path, "set", expression.at);
        fact.words.add(String(word.value));
        return { fact: name, operator: "contains", value: word.value };
      }
      case "among": {
        const { constants, isMany } = this.#constants(expression.operand);
        if (!isMany) throw new Untranslated(expression.at, "`in` asks of a set or an array of constants");
        const kinds = new Set(constants.map(({ kind }) => kind));
        const [kind] = kinds;
        if (kind === undefined || kinds.size > 1 || kind === "boolean")
          throw new Untranslated(expression.at, "a set of constants holds texts, or numbers");
        const { name } = this.#fact(expression.path, kind, expression.at);
        return { fact: name, operator: "in", value: [...new Set(constants.map(({ value }) => value))] };
      }
      case "compare": {
        const { at, operator } = expression;
        const { kind, value } = this.#one(expression.operand);
        if (kind !== "number" && operator !== "equal" && operator !== "notEqual")
          throw new Untranslated(at, "an order compares numbers", "use == or !=");
        if (kind === "number" && Math.abs(Number(value)) >= MOST)
          throw new Untranslated(at, `${String(value)} is too large`);
        return { fact: this.#fact(expression.path, kind, at).name, operator, value };
      }
    }
  }

  /** A rule of the file's own, wherever it is named: true where one of its bodies is. */
  #named(name: string, at: Token): Condition {
    const rules = this.#rego.rules.filter((rule) => rule.name === name);
    if (rules.length === 0) throw new Untranslated(at, `\`${name}\` is nothing that the file says`);
    const parts = rules.map((rule) => this.body(rule));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { any: parts };
  }

  #constants(operand: Operand): Constants {
    if ("constants" in operand) return operand;
    const known = this.#rego.constants.get(operand.name);
    if (known === undefined) throw new Untranslated(operand.at, `\`${operand.name}\` is no constant of the file`);
    return known;
  }

  #one(operand: Operand): Constant {
    const { constants, isMany } = this.#constants(operand);
    const [constant] = constants;
    if (constant === undefined || isMany) throw new Untranslated(operand.at, "it is compared with one constant");
    return constant;
  }

  /** The fact of a path, of one kind in the whole file. */
  #fact(path: readonly string[], kind: Kind, at: Token): { readonly name: string; readonly fact: Fact } {
    const title = `input.${path.join(".")}`;
    const words = path.flatMap((part) => part.split("_")).filter((word) => word !== "");
    const name = words
      .map((word, index) => (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
      .join("");
    const fact = this.facts.get(name) ?? { kind, title, words: new Set<string>() };
    if (!isFactName(name)) throw new Untranslated(at, `\`${title}\` cannot be a fact's name`, "rename it");
    if (fact.title !== title)
      throw new Untranslated(at, `\`${title}\` and \`${fact.title}\` would be one fact`, "rename one of them");
    if (fact.kind !== kind)
      throw new Untranslated(at, `\`${title}\` is used as a ${fact.kind} and as a ${kind}`, "use it as one of them");
    this.facts.set(name, fact);
    return { name, fact };
  }
}

function typeOf([name, { kind, title, words }]: readonly [string, Fact]): FactType {
  const said = { name, title, adjustable: false } as const;
  if (kind === "number") return { ...said, kind, min: -MOST, max: MOST };
  if (kind === "set") return { ...said, kind, values: [...words] };
  return kind === "text" ? { ...said, kind, maxLength: 1_000 } : { ...said, kind };
}

const effects = { allow: "execute", deny: "block" } as const;

const notesOf = (isAllowing: boolean) => [
  isAllowing
    ? "What no `allow` covers is blocked, and a `deny` counts over every `allow`: whoever asks OPA for both has to hold it so too."
    : "The file only denies, and says of nothing that it is allowed: a request that no `deny` covers is escalated.",
  "Another value of a set than those named is not known. Where a request lacks what is read, Rego passes over the rule; here people are asked.",
];

/** The rules named allow and deny; all others are read where they are named. Throws nothing: what is not read is added to `faults`. */
function rulesOf(rego: Rego, translation: Translation, faults: Untranslated[]): readonly DraftRule[] {
  let ordinal = 0;
  return rego.rules.flatMap((rule): readonly DraftRule[] => {
    try {
      const when = translation.body(rule);
      if (rule.name !== "allow" && rule.name !== "deny") return [];
      ordinal += 1;
      const cited = [...new Set(comparisonsOf(when).map(({ fact }) => fact))].slice(0, 5);
      const reason = `Line ${rule.at.line}, ${rule.name}: ${cited.map((fact) => `${fact} {${fact}}`).join(", ")}`;
      return [{ id: `${rule.name}-${ordinal}`, effect: effects[rule.name], when, reason }];
    } catch (error) {
      if (!(error instanceof Untranslated)) throw error;
      faults.push(error);
      return [];
    }
  });
}

/**
 * A Rego file of one subset: `default allow := false`, `allow if` and `deny contains msg if` with bodies of comparisons of
 * `input.x` with constants, `in`, `not`, and rules of the file's own of the same kind. Each other statement is refused at its
 * line: iteration, functions, `data`, `else`, `with`, values worked out.
 */
export function importRego(file: string, text: string): Imported {
  const rego = readRego(text);
  const faults = [...rego.faults];
  const translation = new Translation(rego);
  const rules = rulesOf(rego, translation, faults);
  const isAllowing = rules.some(({ effect }) => effect === "execute") || rego.defaults.has("allow");
  const problems = faults
    .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .map(({ at: { line, column }, message, fix }) => ({ file, line, column, message, fix }));
  const distinct = problems.filter(
    (one, index) => problems.findIndex((other) => other.line === one.line && other.message === one.message) === index,
  );
  if (distinct.length > 0) return { kind: "refused", problems: distinct };
  if (rules.length === 0) {
    const fix = "name the rules `allow` and `deny`";
    return {
      kind: "refused",
      problems: [{ file, line: 1, column: 1, message: "the file neither allows nor denies", fix }],
    };
  }
  const draft = {
    facts: [...translation.facts].map(typeOf),
    rules,
    default: isAllowing ? "block" : "escalate",
  } as const;
  return { kind: "imported", draft: { ...draft, notes: notesOf(isAllowing) } };
}
