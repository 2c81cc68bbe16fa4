import { RE2JS } from "re2js";

/** Why a pattern is refused, or undefined: RE2's language has no backreference and no lookaround, so it takes linear time. */
export function patternFault(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const flags = /^\(\?[a-zA-Z]+\)/;

/** The alternatives of a pattern that stand in no group. */
function alternativesOf(pattern: string): readonly string[] {
  const found = [""];
  let depth = 0;
  for (const [part] of pattern.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|./gsu)) {
    if (part === "(") depth += 1;
    if (part === ")") depth -= 1;
    if (part === "|" && depth === 0) found.push("");
    else found.push(`${found.pop() ?? ""}${part}`);
  }
  return found;
}

function standsAt(alternative: string, end: "start" | "end" | "both"): boolean {
  const atStart = /^(?:\^|\\A)/.test(alternative);
  const atEnd = /(?:^|[^\\])(?:\\\\)*(?:\$|\\z)$/.test(alternative);
  if (end === "both") return atStart && atEnd;
  return end === "start" ? atStart : atEnd;
}

/** Whether a pattern says where it begins and where it ends, in each of its alternatives. */
export function isWhole(pattern: string): boolean {
  return alternativesOf(pattern.replace(flags, "")).every((alternative) => standsAt(alternative, "both"));
}

/** Whether every alternative begins or ends with the text, or says by `.*` that anything may stand there. */
export function isAnchored(pattern: string): boolean {
  return alternativesOf(pattern.replace(flags, "")).every(
    (alternative) =>
      standsAt(alternative, "start") || standsAt(alternative, "end") || /^\.\*|(?:^|[^\\])\.\*$/.test(alternative),
  );
}

const compiled = new Map<string, RE2JS>();
/** Patterns stand in policies and facts, which are few. */
const MOST_KEPT = 1_000;

function compiledOf(pattern: string): RE2JS {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  if (compiled.size < MOST_KEPT) compiled.set(pattern, known);
  return known;
}

/** Whether a pattern is found in a text, in time linear in the text. Throws for a pattern that `patternFault` refuses. */
export function patternTest(pattern: string): (text: string) => boolean {
  const found = compiledOf(pattern);
  return (text) => found.matcher(text).find();
}

/** Where something stands in a text: from its first character up to, not including, the one after its last; UTF-16 units. */
export type Span = readonly [from: number, to: number];

/**
 * Every place where a pattern is found in a text, from left to right, none overlapping another; empty ones are left out. Each search is
 * linear in the text that is left: give it texts of bounded length where many may be found. Throws as `patternTest` does.
 */
export function patternSpans(pattern: string): (text: string) => readonly Span[] {
  const found = compiledOf(pattern);
  return (text) => {
    const matcher = found.matcher(text);
    const spans: Span[] = [];
    while (matcher.find()) if (matcher.end() > matcher.start()) spans.push([matcher.start(), matcher.end()]);
    return spans;
  };
}
