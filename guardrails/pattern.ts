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

/** Whether a pattern is found in a text, in time linear in the text. Throws for a pattern that `patternFault` refuses. */
export function patternTest(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
