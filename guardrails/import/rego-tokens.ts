/** A piece of a Rego text: its kind, what it says, where it begins, from 1, and whether it is the first of its line. */
export type Token = {
  readonly kind: "word" | "text" | "number" | "sign" | "end";
  readonly value: string;
  readonly line: number;
  readonly column: number;
  readonly isFirst: boolean;
};

const pieces =
  /(?<space>\s+|#[^\n]*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?<sign>:=|==|!=|<=|>=|[-<>=(){}[\],;.+*/%|&:])/y;

/** What a text says; undefined for one with an escape that JSON has not. */
function unquoted(value: string): string | undefined {
  if (value.startsWith("`")) return value.slice(1, -1);
  try {
    return String(JSON.parse(value));
  } catch {
    return undefined;
  }
}

/** The tokens of a text; a piece that is none ends them, as a sign of its own. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let [at, line, start, last] = [0, 1, 0, 0];
  while (at < text.length) {
    pieces.lastIndex = at;
    const groups = pieces.exec(text)?.groups;
    const place = { line, column: at - start + 1, isFirst: line > last };
    const [kind, value] = Object.entries(groups ?? {}).find(([, found]) => found !== undefined) ?? ["", ""];
    const said = kind === "text" ? unquoted(value) : value;
    if (groups === undefined || said === undefined)
      return [...tokens, { kind: "sign", value: text.charAt(at), ...place }, { kind: "end", value: "", ...place }];
    if (kind === "text" || kind === "word" || kind === "number" || kind === "sign") {
      tokens.push({ kind, value: said, ...place });
      last = line;
    }
    for (let offset = 0; offset < value.length; offset += 1) {
      if (value.charAt(offset) !== "\n") continue;
      line += 1;
      start = at + offset + 1;
    }
    at += value.length;
  }
  return [...tokens, { kind: "end", value: "", line, column: at - start + 1, isFirst: true }];
}
