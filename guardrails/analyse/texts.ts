import { patternTest } from "../../domain/pattern.ts";

/** What a text that no rule names must do with the patterns that rules ask of it. */
export type TextWanted = {
  /** Whether the fact can be the text, as rules read it. */
  readonly fits: (text: string) => boolean;
  /** Texts that are classes of their own. */
  readonly named: readonly string[];
  readonly patterns: readonly { readonly pattern: string; readonly matches: boolean }[];
};

const classes: { readonly [letter: string]: string } = { d: "1", w: "a", s: " ", D: "a", W: "-", S: "a" };
const asserted = /^(?:\^|\$|\\[bBAzZ])/;
const escaped = /^\\(.)/s;
const listed = /^\[(\^?)(\]?(?:\\.|[^\]\\])*)\]/s;
const repeated = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/;
const opened = /^\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?/;

/** Which text of a pattern is made: as short as it gets, or with each repetition once more and the last alternative. */
type Make = "shortest" | "longer";

function memberOf(negation: string, members: string): string {
  const first = members.startsWith("\\") ? (classes[members.charAt(1)] ?? members.charAt(1)) : members.charAt(0);
  if (negation === "") return first;
  const isAllowed = patternTest(`[^${members}]`);
  return ["a", "1", "-", " ", "~", "A"].find(isAllowed) ?? "";
}

function atomOf(rest: string, make: Make): { readonly text: string; readonly length: number } {
  const group = opened.exec(rest);
  if (group !== null) {
    const inner = sequenceOf(rest.slice(group[0].length), make);
    return { text: inner.text, length: group[0].length + inner.length + 1 };
  }
  const assertion = asserted.exec(rest);
  if (assertion !== null) return { text: "", length: assertion[0].length };
  const list = listed.exec(rest);
  if (list !== null) return { text: memberOf(list[1] ?? "", list[2] ?? ""), length: list[0].length };
  const escape = escaped.exec(rest);
  if (escape !== null) return { text: classes[escape[1] ?? ""] ?? escape[1] ?? "", length: escape[0].length };
  return { text: rest.startsWith(".") ? "a" : rest.charAt(0), length: 1 };
}

/** A text for a pattern up to its end or the group's, and how much of the pattern that is. A guess: it is checked. */
function sequenceOf(pattern: string, make: Make): { readonly text: string; readonly length: number } {
  const alternatives = [""];
  let at = 0;
  while (at < pattern.length && !pattern.startsWith(")", at)) {
    const rest = pattern.slice(at);
    const flags = /^\(\?[a-zA-Z-]+\)/.exec(rest);
    if (flags !== null || rest.startsWith("|")) {
      if (flags === null) alternatives.push("");
      at += flags?.[0].length ?? 1;
      continue;
    }
    const atom = atomOf(rest, make);
    const repeat = repeated.exec(rest.slice(atom.length));
    const sign = repeat?.[0].charAt(0);
    const least = sign === undefined || sign === "+" ? 1 : Number(repeat?.[1] ?? 0);
    const times = Math.min(100, repeat !== null && make === "longer" ? least + 1 : least);
    alternatives.push((alternatives.pop() ?? "") + atom.text.repeat(sign === "?" ? Math.min(1, times) : times));
    at += atom.length + (repeat?.[0].length ?? 0);
  }
  return { text: (make === "shortest" ? alternatives[0] : alternatives.at(-1)) ?? "", length: at };
}

const plain = ["other", "", "a", "1", "A", " ", "-", "a1", "A-1", "some other text", "name@example.com", "example.com"];

function around(text: string): readonly string[] {
  return [text, `${text}a`, `a${text}`, `${text} a`, `a ${text}`, `${text}1`, text.toUpperCase(), text.toLowerCase()];
}

/** A text that does what is wanted, checked against every pattern; undefined when none of those tried does. */
export function textFor({ fits, named, patterns }: TextWanted): string | undefined {
  const tests = patterns.map(({ pattern, matches }) => ({ holds: patternTest(pattern), matches }));
  const made = (["shortest", "longer"] as const).map((make) =>
    patterns.map(({ pattern }) => sequenceOf(pattern, make).text),
  );
  const wanted = (["shortest", "longer"] as const).map((make) =>
    patterns.filter(({ matches }) => matches).map(({ pattern }) => sequenceOf(pattern, make).text),
  );
  const joined = wanted.flatMap((texts) =>
    ["", " ", "-"].flatMap((between) => [texts.join(between), texts.toReversed().join(between)]),
  );
  const candidates = [...plain, ...[...made.flat(), ...joined, ...named].flatMap(around)];
  return candidates.find(
    (text) => fits(text) && !named.includes(text) && tests.every(({ holds, matches }) => holds(text) === matches),
  );
}
