import type { Operator } from "../policy.ts";
import { tokensOf, type Token } from "./rego-tokens.ts";

/** Something that has no faithful translation, at its token. */
export class Untranslated extends Error {
  readonly at: Token;
  readonly fix: string;

  constructor(at: Token, message: string, fix: string = SUBSET) {
    super(message);
    this.at = at;
    this.fix = fix;
  }
}

/** Constants as they are written: one, or those of a set or an array. */
export type Constants = { readonly constants: readonly Constant[]; readonly isMany: boolean };

export type Constant = { readonly kind: "text" | "number" | "boolean"; readonly value: string | number | boolean };

/** A constant as it is written, or a name of one that the file gives. */
export type Operand = { readonly at: Token } & (Constants | { readonly name: string });

/** One line of a body. `path` is what of the input is read, without `input`. */
export type Expression =
  | { readonly kind: "not"; readonly inner: Expression }
  | {
      readonly kind: "compare";
      readonly at: Token;
      readonly path: readonly string[];
      readonly operator: Operator;
      readonly operand: Operand;
    }
  | { readonly kind: "among"; readonly at: Token; readonly path: readonly string[]; readonly operand: Operand }
  | { readonly kind: "contains"; readonly at: Token; readonly path: readonly string[]; readonly operand: Operand }
  | { readonly kind: "true"; readonly at: Token; readonly path: readonly string[] }
  | { readonly kind: "rule"; readonly at: Token; readonly name: string };

/** One rule: `allow if { … }`, `deny contains msg if { … }`, or one of the file's own that others name. */
export type RegoRule = { readonly name: string; readonly at: Token; readonly body: readonly Expression[] };

export type Rego = {
  readonly rules: readonly RegoRule[];
  readonly constants: ReadonlyMap<string, Constants>;
  readonly defaults: ReadonlyMap<string, boolean>;
  readonly faults: readonly Untranslated[];
};

const SUBSET =
  "write `default allow := false`, `allow if { … }`, `deny contains msg if { … }`, with comparisons of `input.x` and constants, `in` and `not`";

const operators: { readonly [sign: string]: Operator } = {
  "==": "equal",
  "=": "equal",
  "!=": "notEqual",
  "<": "lessThan",
  "<=": "lessThanInclusive",
  ">": "greaterThan",
  ">=": "greaterThanInclusive",
};

/** The same comparison with its sides changed. */
const turned: { readonly [operator in Operator]?: Operator } = {
  lessThan: "greaterThan",
  lessThanInclusive: "greaterThanInclusive",
  greaterThan: "lessThan",
  greaterThanInclusive: "lessThanInclusive",
};

const described = (token: Token) => (token.kind === "end" ? "the end" : `\`${token.value}\``);

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  ahead(by = 0): Token {
    const last = this.#tokens.at(-1);
    const token = this.#tokens[this.#at + by] ?? last;
    if (token === undefined) throw new Error("a text has an end");
    return token;
  }

  is(value: string, by = 0): boolean {
    const token = this.ahead(by);
    return token.kind !== "text" && token.value === value && token.kind !== "end";
  }

  take(): Token {
    const token = this.ahead();
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
      throw new Untranslated(this.ahead(), `${described(this.ahead())} stands where \`${value}\` is expected`);
    return this.take();
  }

  word(): Token {
    const token = this.take();
    if (token.kind !== "word") throw new Untranslated(token, `${described(token)} is no name`);
    return token;
  }

  /** Past what is left of a rule: to the next word that begins a line at its very start. */
  recover(): void {
    do this.#at += 1;
    while (
      this.ahead().kind !== "end" &&
      !(this.ahead().isFirst && this.ahead().column === 1 && this.ahead().kind === "word")
    );
  }
}

function constantOf(token: Token): Constant | undefined {
  if (token.kind === "text") return { kind: "text", value: token.value };
  if (token.kind === "word" && (token.value === "true" || token.value === "false"))
    return { kind: "boolean", value: token.value === "true" };
  if (token.kind !== "number") return undefined;
  const value = Number(token.value);
  if (!Number.isSafeInteger(value))
    throw new Untranslated(
      token,
      `\`${token.value}\` is no whole number, which alone facts hold`,
      "write it in smaller units",
    );
  return { kind: "number", value };
}

/** `5`, `"gold"`, `{"a", "b"}`, `["a", "b"]`. */
function readConstants(reader: Reader): Constants {
  const close = reader.accept("{") ? "}" : reader.accept("[") ? "]" : undefined;
  const constants: Constant[] = [];
  do {
    if (close !== undefined && reader.is(close)) break;
    const token = reader.take();
    const constant = constantOf(token);
    if (constant === undefined)
      throw new Untranslated(token, `${described(token)} is no constant that is compared with`);
    constants.push(constant);
  } while (close !== undefined && reader.accept(","));
  if (close !== undefined) {
    const end = reader.need(close);
    if (constants.length === 0) throw new Untranslated(end, "nothing is in it", "name what it holds");
  }
  return { constants, isMany: close !== undefined };
}

const isConstant = (reader: Reader) => {
  const token = reader.ahead();
  return token.kind === "text" || token.kind === "number" || ["true", "false", "{", "["].includes(token.value);
};

function readOperand(reader: Reader): Operand {
  const at = reader.ahead();
  if (isConstant(reader)) return { at, ...readConstants(reader) };
  const { value } = reader.word();
  if (value === "input" || reader.is(".") || reader.is("("))
    throw new Untranslated(at, `\`${value}\` is no constant that is compared with`);
  return { at, name: value };
}

/** `input.order.value` is `order`, `value`. */
function readPath(reader: Reader): readonly string[] {
  reader.need("input");
  const path: string[] = [];
  while (reader.accept(".")) path.push(reader.word().value);
  const next = reader.ahead();
  if (path.length === 0 || (reader.is("[") && !next.isFirst))
    throw new Untranslated(next, "parts of `input` are named by words with dots between");
  return path;
}

function readExpression(reader: Reader): Expression {
  const at = reader.ahead();
  if (reader.accept("not")) return { kind: "not", inner: readExpression(reader) };
  if (reader.is("count") && reader.is("(", 1)) {
    reader.take();
    reader.take();
    const { value } = reader.word();
    for (const sign of [")", "==", "0"]) reader.need(sign);
    return { kind: "not", inner: { kind: "rule", at, name: value } };
  }
  if (!reader.is("input")) {
    const isName = at.kind === "word" && !isConstant(reader);
    const operand = readOperand(reader);
    if (reader.accept("in")) return { kind: "contains", at, path: readPath(reader), operand };
    const operator = operators[reader.ahead().value];
    if (operator !== undefined && !reader.ahead().isFirst) {
      reader.take();
      return { kind: "compare", at, path: readPath(reader), operator: turned[operator] ?? operator, operand };
    }
    if (!isName || !("name" in operand)) throw new Untranslated(at, `${described(at)} is no condition`);
    return { kind: "rule", at, name: operand.name };
  }
  const path = readPath(reader);
  if (reader.accept("in")) return { kind: "among", at, path, operand: readOperand(reader) };
  const sign = reader.ahead();
  const operator = sign.isFirst || sign.kind !== "sign" ? undefined : operators[sign.value];
  if (operator === undefined) return { kind: "true", at, path };
  reader.take();
  return { kind: "compare", at, path, operator, operand: readOperand(reader) };
}

/** `msg := "…"` and `msg := sprintf(…)` say why, and ask nothing. */
function isMessage(reader: Reader, message: string | undefined): boolean {
  if (message === undefined || !reader.is(message) || !(reader.is(":=", 1) || reader.is("=", 1))) return false;
  reader.take();
  reader.take();
  if (!reader.accept("sprintf")) {
    const said = reader.take();
    if (said.kind !== "text") throw new Untranslated(said, `${described(said)} is no message`, 'write `msg := "…"`');
    return true;
  }
  reader.need("(");
  for (let depth = 1; depth > 0 && reader.ahead().kind !== "end";) {
    const { value, kind } = reader.take();
    if (kind === "sign" && value === "(") depth += 1;
    if (kind === "sign" && value === ")") depth -= 1;
  }
  return true;
}

function readBody(reader: Reader, message: string | undefined): readonly Expression[] {
  if (!reader.accept("{")) return [readExpression(reader)];
  const body: Expression[] = [];
  const begin = reader.ahead();
  while (!reader.is("}")) {
    const first = reader.ahead();
    if (first !== begin && first.isFirst && first.kind !== "text" && first.value.startsWith("-"))
      throw new Untranslated(
        first,
        `\`${first.value}\` at the begin of a line is taken from what stands above it`,
        "write the constant behind what it is compared with",
      );
    if (!isMessage(reader, message)) body.push(readExpression(reader));
    const next = reader.ahead();
    if (!reader.accept(";") && !reader.is("}") && !next.isFirst)
      throw new Untranslated(next, `${described(next)} is not in the part of Rego that is read`);
  }
  reader.need("}");
  return body;
}

type Gathered = { rules: RegoRule[]; constants: Map<string, Constants>; defaults: Map<string, boolean> };

function readDefault(reader: Reader, gathered: Gathered): void {
  const name = reader.word();
  if (!reader.accept(":=")) reader.need("=");
  const { value, ...token } = reader.take();
  if (value !== "false")
    throw new Untranslated(
      { value, ...token },
      `\`${name.value}\` is \`${value}\` by default: what no rule covers is never executed`,
      "write `default allow := false`",
    );
  gathered.defaults.set(name.value, false);
}

/** `allow if …`, `allow := true if …`, `allow { … }`, `deny contains msg if …`, `deny[msg] { … }`, `most := 15`. */
function readRule(reader: Reader, gathered: Gathered): void {
  const at = reader.word();
  const name = at.value;
  let message: string | undefined;
  if (reader.accept("contains")) {
    const said = reader.take();
    message = said.kind === "word" ? said.value : undefined;
    if (said.kind !== "word" && said.kind !== "text") throw new Untranslated(said, `${described(said)} is no message`);
  } else if (reader.is("[")) {
    reader.take();
    message = reader.word().value;
    reader.need("]");
  } else if (reader.accept(":=") || reader.accept("=")) {
    const { constants, isMany } = readConstants(reader);
    if (!reader.is("if") && !reader.is("{")) {
      if (name === "allow" || name === "deny")
        throw new Untranslated(at, `\`${name}\` holds of every request`, "give it a condition");
      gathered.constants.set(name, { constants, isMany });
      return;
    }
    if (constants[0]?.value !== true || isMany)
      throw new Untranslated(at, `\`${name}\` takes another value than true`, "write what makes it true");
  }
  if (!reader.accept("if") && !reader.is("{"))
    throw new Untranslated(reader.ahead(), `${described(reader.ahead())} stands where \`if\` is expected`);
  const body = readBody(reader, message);
  const next = reader.ahead();
  if (!next.isFirst) throw new Untranslated(next, `${described(next)} is not in the part of Rego that is read`);
  if (next.value === "else") throw new Untranslated(next, "`else` gives the rules an order", "write it as `not`");
  gathered.rules.push({ name, at, body });
}

function readStatement(reader: Reader, gathered: Gathered): void {
  if (reader.is("package")) {
    reader.take();
    do reader.word();
    while (reader.accept("."));
  } else if (reader.is("import")) {
    const at = reader.take();
    const path = [reader.word().value];
    while (reader.accept(".")) path.push(reader.word().value);
    const isPlain = path.join(".") === "rego.v1" || path.slice(0, 2).join(".") === "future.keywords";
    if (!isPlain) throw new Untranslated(at, `\`import ${path.join(".")}\` brings what the file does not say`);
  } else if (reader.accept("default")) readDefault(reader, gathered);
  else readRule(reader, gathered);
}

/** A Rego file's rules, constants and defaults, and each statement of it that is not read. */
export function readRego(text: string): Rego {
  const reader = new Reader(text);
  const gathered: Gathered = { rules: [], constants: new Map(), defaults: new Map() };
  const faults: Untranslated[] = [];
  while (reader.ahead().kind !== "end") {
    try {
      readStatement(reader, gathered);
    } catch (error) {
      if (!(error instanceof Untranslated)) throw error;
      faults.push(error);
      reader.recover();
    }
  }
  return { ...gathered, faults };
}
