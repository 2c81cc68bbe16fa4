/** A piece of a Cedar text: its kind, what it says, and where it begins, from 1. */
export type Token = {
  readonly kind: "word" | "text" | "number" | "sign" | "end";
  readonly value: string;
  readonly line: number;
  readonly column: number;
};

const pieces =
  /(?<space>\s+|\/\/[^\n]*)|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<text>"[^"\\\n]*")|(?<number>-?\d+)|(?<sign>&&|\|\||==|!=|<=|>=|::|[-!<>(){}[\],;.@+*/%?:])/y;

/** The tokens of a text; a piece that is none ends them, as a sign of its own. A text with a backslash is none. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let [at, line, start] = [0, 1, 0];
  while (at < text.length) {
    pieces.lastIndex = at;
    const groups = pieces.exec(text)?.groups;
    const place = { line, column: at - start + 1 };
    if (groups === undefined)
      return [...tokens, { kind: "sign", value: text.charAt(at), ...place }, { kind: "end", value: "", ...place }];
    const [kind, value] = Object.entries(groups).find(([, found]) => found !== undefined) ?? ["space", ""];
    if (kind === "text") tokens.push({ kind, value: value.slice(1, -1), ...place });
    else if (kind === "word" || kind === "number" || kind === "sign") tokens.push({ kind, value, ...place });
    for (let offset = 0; offset < value.length; offset += 1) {
      if (value.charAt(offset) !== "\n") continue;
      line += 1;
      start = at + offset + 1;
    }
    at += value.length;
  }
  return [...tokens, { kind: "end", value: "", line, column: at - start + 1 }];
}
