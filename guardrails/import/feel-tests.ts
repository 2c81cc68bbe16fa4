import { parseDate } from "../literals.ts";

/** A constant of FEEL: `text` is what a string says, else the constant as it is written. */
export type Literal = { readonly kind: "text" | "number" | "boolean" | "date"; readonly text: string };

type End = { readonly literal: Literal; readonly isIncluded: boolean };

/** One unary test: a constant, or a range that one end may be missing from. */
export type UnaryTest =
  | { readonly kind: "is"; readonly literal: Literal }
  | { readonly kind: "range"; readonly low?: End; readonly high?: End };

/** What a cell asks: of these tests one, or none where it is `not(…)`. No tests: anything. */
export type UnaryTests = { readonly negated: boolean; readonly tests: readonly UnaryTest[] };

type Token = { readonly kind: "literal" | "sign" | "word"; readonly text: string; readonly literal?: Literal };

const pieces =
  /\s*(?:(?<date>(?:date\s*\(\s*"[^"]*"\s*\))|@"[^"]*")|(?<text>"(?:[^"\\]|\\.)*")|(?<number>-?(?:\d+(?:\.\d+)?|\.\d+))|(?<sign><=|>=|<|>|\.\.|[[\](),])|(?<word>[\p{L}_][\p{L}\p{N}_.]*))/uy;

/** What in a cell is none of FEEL's simple unary tests over constants, in words. */
class NoTest extends Error {}

function literalOf(groups: { readonly [kind: string]: string | undefined }): Literal | undefined {
  if (groups["date"] !== undefined) {
    const day = /"([^"]*)"/.exec(groups["date"])?.[1] ?? "";
    if (parseDate(day) === undefined) throw new NoTest(`\`${groups["date"]}\` is no day`);
    return { kind: "date", text: day };
  }
  if (groups["text"] !== undefined) {
    const inner = groups["text"].slice(1, -1);
    if (/\\[^"\\]/.test(inner)) throw new NoTest(`${groups["text"]} has an escape`);
    return { kind: "text", text: inner.replace(/\\(.)/g, "$1") };
  }
  if (groups["number"] !== undefined) return { kind: "number", text: groups["number"] };
  const { word } = groups;
  return word === "true" || word === "false" ? { kind: "boolean", text: word } : undefined;
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; at = pieces.lastIndex) {
    pieces.lastIndex = at;
    const groups = pieces.exec(text)?.groups;
    if (groups === undefined) throw new NoTest(`\`${text.slice(at).trim()}\` is no test over constants`);
    const literal = literalOf(groups);
    const said = (groups["sign"] ?? groups["word"] ?? "").trim();
    if (literal !== undefined) tokens.push({ kind: "literal", text: literal.text, literal });
    else tokens.push({ kind: groups["sign"] === undefined ? "word" : "sign", text: said });
  }
  return tokens;
}

class Tests {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  get isDone(): boolean {
    return this.#at >= this.#tokens.length;
  }

  accept(kind: Token["kind"], ...texts: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind || !texts.includes(token.text)) return undefined;
    this.#at += 1;
    return token.text;
  }

  need(...texts: readonly string[]): string {
    const found = this.accept("sign", ...texts);
    if (found === undefined) throw this.fault();
    return found;
  }

  fault(): NoTest {
    const token = this.#tokens[this.#at];
    const said = token === undefined ? "the cell ends where more is expected" : `\`${token.text}\` is no constant`;
    return new NoTest(said);
  }

  literal(): Literal {
    const token = this.#tokens[this.#at];
    if (token?.literal === undefined) throw this.fault();
    this.#at += 1;
    return token.literal;
  }

  one(): UnaryTest {
    const order = this.accept("sign", "<", "<=", ">", ">=");
    if (order !== undefined) {
      const end = { literal: this.literal(), isIncluded: order.endsWith("=") };
      return order.startsWith("<") ? { kind: "range", high: end } : { kind: "range", low: end };
    }
    const open = this.accept("sign", "[", "(", "]");
    if (open === undefined) return { kind: "is", literal: this.literal() };
    const low = { literal: this.literal(), isIncluded: open === "[" };
    this.need("..");
    const high = this.literal();
    return { kind: "range", low, high: { literal: high, isIncluded: this.need("]", ")", "[") === "]" } };
  }

  list(): readonly UnaryTest[] {
    const tests = [this.one()];
    while (this.accept("sign", ",") !== undefined) tests.push(this.one());
    return tests;
  }
}

/**
 * A cell of a decision table, in FEEL's simple unary tests over constants: `-`, `< 5`, `[1..5)`, `"gold", "silver"`,
 * `not(…)`, `date("2026-07-01")`. Else what in it is none, in words: names, arithmetic, functions, other types.
 */
export function unaryTests(text: string): UnaryTests | string {
  if (/^\s*-?\s*$/.test(text)) return { negated: false, tests: [] };
  try {
    const reader = new Tests(text);
    const negated = reader.accept("word", "not") !== undefined;
    if (negated) reader.need("(");
    const tests = reader.list();
    if (negated) reader.need(")");
    if (!reader.isDone) throw reader.fault();
    return { negated, tests };
  } catch (error) {
    if (error instanceof NoTest) return error.message;
    throw error;
  }
}

/** Every constant of a cell. */
export function literalsOf({ tests }: UnaryTests): readonly Literal[] {
  return tests.flatMap((test) =>
    test.kind === "is" ? [test.literal] : [test.low, test.high].flatMap((end) => end?.literal ?? []),
  );
}
