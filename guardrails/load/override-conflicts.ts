import { listed } from "../did-you-mean.ts";
import type { Override } from "../policy.ts";
import type { Reader } from "./reader.ts";

/** Whether one request may be in both scopes: no fact that both name keeps them apart. */
function meet(a: Override, b: Override): boolean {
  return Object.entries(a.for).every(([fact, values]) => {
    const others = Object.hasOwn(b.for, fact) ? b.for[fact] : undefined;
    return others === undefined || values.some((value) => others.includes(value));
  });
}

/** The parameters that both could set for one request at one time, neither being more specific; mostly none. */
export function competing(a: Override, b: Override): readonly string[] {
  const isAsSpecific = Object.keys(a.for).length === Object.keys(b.for).length;
  if (!isAsSpecific || a.from >= b.until || b.from >= a.until || !meet(a, b)) return [];
  return Object.keys(b.set).filter((name) => Object.hasOwn(a.set, name));
}

/**
 * Notes each pair of equally specific overrides that could both set a parameter for one request: neither would win.
 * `overrides` stand at their places in the file; those that did not load are undefined.
 */
export function checkConflicts(reader: Reader, overrides: readonly (Override | undefined)[]): void {
  for (const [index, later] of overrides.entries()) {
    for (const earlier of overrides.slice(0, index)) {
      if (later === undefined || earlier === undefined) continue;
      const both = competing(earlier, later);
      if (both.length === 0) continue;
      reader.report(
        ["overrides", index, "id"],
        `\`${earlier.id}\` and \`${later.id}\` can both set ${listed(both)} for one request, and neither is more specific`,
        "keep their days or their values apart, or let one name more facts",
      );
    }
  }
}
