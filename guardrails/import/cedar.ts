import type { FactType } from "../fact-types.ts";
import { comparisonsOf } from "../policy.ts";
import type { Comparison, Condition, Operator } from "../policy.ts";
import { tokensOf, type Token } from "./cedar-tokens.ts";
import type { DraftRule, Imported } from "./draft.ts";

/** The largest number, either way, that an imported fact holds; a request beyond it is asked about. */
const MOST = 1_000_000_000_000;

/** Thrown at the first token that has no faithful translation; `importCedar` tells it. */
class Untranslated extends Error {
  readonly at: Token;
  readonly fix: string;

  constructor(at: Token, message: string, fix: string) {
    super(message);
    this.at = at;
    this.fix = fix;
  }
}

type Kind = "number" | "text" | "boolean" | "set";
type Fact = { readonly kind: Kind; readonly title: string; readonly words: Set<string> };

const operators: { readonly [sign: string]: Operator } = {
  "==": "equal",
  "!=": "notEqual",
  "<": "lessThan",
  "<=": "lessThanInclusive",
  ">": "greaterThan",
  ">=": "greaterThanInclusive",
};

const subset = "write comparisons of context, principal and resource attributes, joined by &&, || and !";

/** Reads policies one after the other, and gathers the facts they name. */
class Reader {
  readonly facts = new Map<string, Fact>();
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end", value: "", line: 1, column: 1 };
  }

  is(value: string): boolean {
    return this.next.kind !== "text" && this.next.value === value;
  }

  take(): Token {
    const token = this.next;
    this.#at += 1;
    return token;
  }

  accept(value: string): boolean {
    if (!this.is(value)) return false;
    this.#at += 1;
    return true;
  }

  need(value: string): Token {
    if (!this.is(value))
      throw new Untranslated(
        this.next,
        `\`${this.next.value || "the end"}\` stands where \`${value}\` is expected`,
        subset,
      );
    return this.take();
  }

  /** The fact of an attribute, of one kind in all policies. */
  fact(name: string, title: string, kind: Kind, at: Token): Fact {
    const known = this.facts.get(name) ?? { kind, title, words: new Set<string>() };
    if (known.kind !== kind)
      throw new Untranslated(at, `\`${title}\` is used as a ${known.kind} and as a ${kind}`, "use it as one of them");
    if (known.title !== title)
      throw new Untranslated(at, `\`${title}\` and \`${known.title}\` would be one fact`, "rename one of them");
    if (name in {}) throw new Untranslated(at, `\`${title}\` cannot be a fact's name`, "rename it");
    this.facts.set(name, known);
    return known;
  }
}

const described = (token: Token) => (token.kind === "end" ? "the end" : `\`${token.value}\``);

/** `Type::"id"` as Cedar writes it. */
function readEntity(reader: Reader): string {
  const first = reader.take();
  let path = first.value;
  if (first.kind !== "word") throw new Untranslated(first, `${described(first)} is no entity`, 'write `User::"ana"`');
  for (;;) {
    reader.need("::");
    const part = reader.take();
    if (part.kind === "text") return `${path}::"${part.value}"`;
    path += `::${part.value}`;
  }
}

/** One part of the scope: nothing, or equality with one entity. */
function readScope(reader: Reader, name: "principal" | "action" | "resource"): readonly Condition[] {
  const at = reader.need(name);
  if (!reader.is("==")) {
    if (reader.is(",") || reader.is(")")) return [];
    throw new Untranslated(
      reader.next,
      `\`${name} ${reader.next.value}\` goes by groups or types, which a request does not bring`,
      `write \`${name} == …\`, or a condition on an attribute`,
    );
  }
  reader.take();
  const value = readEntity(reader);
  reader.fact(name, name, "text", at);
  return [{ fact: name, operator: "equal", value }];
}

type Attribute = { readonly name: string; readonly title: string; readonly at: Token };

function readAttribute(reader: Reader): Attribute {
  const root = reader.take();
  if (!["context", "principal", "resource"].includes(root.value) || root.kind !== "word") {
    throw new Untranslated(root, `${described(root)} is not in the part of Cedar that is read`, subset);
  }
  reader.need(".");
  const attribute = reader.take();
  if (attribute.kind !== "word") throw new Untranslated(attribute, `${described(attribute)} is no attribute`, subset);
  const words = [root.value, ...attribute.value.split("_").filter((word) => word !== "")];
  const name = words.map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  return { name, title: `${root.value}.${attribute.value}`, at: root };
}

function readLiteral(reader: Reader): { readonly kind: Kind; readonly value: string | number | boolean } {
  const token = reader.take();
  if (token.kind === "text") return { kind: "text", value: token.value };
  if (token.kind === "word" && (token.value === "true" || token.value === "false"))
    return { kind: "boolean", value: token.value === "true" };
  const value = Number(token.value);
  if (token.kind === "number" && Math.abs(value) < MOST) return { kind: "number", value };
  throw new Untranslated(
    token,
    `${described(token)} is no constant that is compared with`,
    "compare with a number, a text, true or false",
  );
}

function readComparison(reader: Reader): Comparison {
  const { name, title, at } = readAttribute(reader);
  if (reader.accept(".")) {
    const method = reader.take();
    if (method.value !== "contains")
      throw new Untranslated(method, `\`${title}.${method.value}\` is not in the part of Cedar that is read`, subset);
    reader.need("(");
    const { kind, value } = readLiteral(reader);
    if (kind !== "text" || typeof value !== "string" || value === "")
      throw new Untranslated(method, "a set holds texts", 'write `.contains("word")`');
    reader.need(")");
    reader.fact(name, title, "set", at).words.add(value);
    return { fact: name, operator: "contains", value };
  }
  const operator = operators[reader.next.value];
  if (operator === undefined) {
    reader.fact(name, title, "boolean", at);
    return { fact: name, operator: "equal", value: true };
  }
  const sign = reader.take();
  const { kind, value } = readLiteral(reader);
  if (kind !== "number" && operator !== "equal" && operator !== "notEqual")
    throw new Untranslated(sign, `\`${sign.value}\` compares numbers`, "use == or !=");
  reader.fact(name, title, kind, at);
  return { fact: name, operator, value };
}

function readUnary(reader: Reader): Condition {
  if (reader.accept("!")) {
    const isGroup = reader.is("(") || reader.is("!");
    const inner = isGroup ? readUnary(reader) : readComparison(reader);
    const isBare = isGroup || ("value" in inner && (inner.value === true || inner.operator === "contains"));
    const fix = "put what is negated in brackets";
    if (!isBare || operators[reader.next.value] !== undefined)
      throw new Untranslated(reader.next, "`!` binds to the attribute alone", fix);
    return { not: inner };
  }
  if (!reader.accept("(")) return readComparison(reader);
  const inner = readAny(reader);
  reader.need(")");
  return inner;
}

function readAll(reader: Reader): Condition {
  const parts = [readUnary(reader)];
  while (reader.accept("&&")) parts.push(readUnary(reader));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { all: parts };
}

function readAny(reader: Reader): Condition {
  const parts = [readAll(reader)];
  while (reader.accept("||")) parts.push(readAll(reader));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { any: parts };
}

function readPolicy(reader: Reader, ordinal: number): DraftRule {
  while (reader.accept("@")) {
    reader.take();
    if (reader.accept("(")) {
      reader.take();
      reader.need(")");
    }
  }
  const head = reader.take();
  if (head.value !== "permit" && head.value !== "forbid")
    throw new Untranslated(head, `${described(head)} begins no policy`, "write `permit (…)` or `forbid (…)`");
  reader.need("(");
  const parts = [...readScope(reader, "principal")];
  reader.need(",");
  parts.push(...readScope(reader, "action"));
  reader.need(",");
  parts.push(...readScope(reader, "resource"));
  reader.need(")");
  while (reader.is("when") || reader.is("unless")) {
    const isWhen = reader.take().value === "when";
    reader.need("{");
    const inner = readAny(reader);
    reader.need("}");
    parts.push(isWhen ? inner : { not: inner });
  }
  reader.need(";");
  const [only] = parts;
  if (only === undefined)
    throw new Untranslated(
      head,
      `the \`${head.value}\` holds of every request`,
      "give it a condition: what no rule covers is blocked already",
    );
  const when = parts.length === 1 ? only : { all: parts };
  const cited = [...new Set(comparisonsOf(when).map(({ fact }) => fact))].slice(0, 5);
  const reason = `Line ${head.line}, ${head.value}: ${cited.map((fact) => `${fact} {${fact}}`).join(", ")}`;
  return { id: `${head.value}-${ordinal}`, effect: head.value === "permit" ? "execute" : "block", when, reason };
}

function typeOf([name, { kind, title, words }]: readonly [string, Fact]): FactType {
  const said = { name, title, adjustable: false } as const;
  if (kind === "number") return { ...said, kind, min: -MOST, max: MOST };
  if (kind === "set") return { ...said, kind, values: [...words] };
  return kind === "text" ? { ...said, kind, maxLength: 1_000 } : { ...said, kind };
}

const notes = [
  "Cedar denies what no policy permits, and a forbid counts over every permit: so does this, by `block`.",
  'Entities are written as Cedar writes them: principal is `User::"ana"`. Another value of a set than those named is not known.',
  "Cedar passes over a policy whose attribute is missing; here such a request is never executed, and people are asked.",
];

/**
 * Cedar policies of one subset: `permit` and `forbid` with a scope of equalities, and `when` and `unless` of comparisons of one
 * attribute with a constant. Anything else is refused at its place: groups, types, `has`, `like`, arithmetic, extensions.
 */
export function importCedar(file: string, text: string): Imported {
  const reader = new Reader(text);
  const rules: DraftRule[] = [];
  try {
    while (reader.next.kind !== "end") rules.push(readPolicy(reader, rules.length + 1));
    if (rules.length === 0)
      throw new Untranslated(reader.next, "the file holds no policy", "write `permit (…)` or `forbid (…)`");
  } catch (error) {
    if (!(error instanceof Untranslated)) throw error;
    const { message, fix, at } = error;
    return { kind: "refused", problems: [{ file, line: at.line, column: at.column, message, fix }] };
  }
  return { kind: "imported", draft: { facts: [...reader.facts].map(typeOf), rules, default: "block", notes } };
}
