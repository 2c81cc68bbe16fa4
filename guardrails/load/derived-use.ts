import { beneath, operandNames, type DerivedFact } from "../derived.ts";
import { listed } from "../did-you-mean.ts";
import { readsOf } from "../policy.ts";
import type { Limit, Policy } from "../policy.ts";
import type { Written } from "./names.ts";
import type { Reader } from "./reader.ts";

/** The sections that may name what is derived. */
type Readers = Pick<Policy, "rules" | "invariants" | "overrides"> & {
  readonly limits: readonly Pick<Limit, "sum" | "per">[];
};

const sections = ["derive", "tables"] as const;
const users = ["rules", "limits", "invariants", "overrides"] as const;

const countOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? Object.keys(value).length : value === undefined ? 0 : Number.NaN;

/** Whether everything that the file derives did load. */
export function isDerivedSound(written: Written, derived: readonly DerivedFact[]): boolean {
  return sections.reduce((sum, key) => sum + countOf(written[key]), 0) === derived.length;
}

/** Notes what is derived and read by nothing; says nothing while some of what might read it did not load. */
export function checkDerivedUse(
  reader: Reader,
  written: Written,
  derived: readonly DerivedFact[],
  read: Readers,
): void {
  if (!isDerivedSound(written, derived) || users.some((key) => countOf(written[key]) !== read[key].length)) return;
  const used = new Set([
    ...[...read.rules, ...read.invariants].flatMap(({ when }) => readsOf(when).facts),
    ...read.overrides.flatMap((override) => Object.keys(override.for)),
    ...read.limits.flatMap(({ sum, per }) => [...(sum === null ? [] : [sum]), ...per]),
    ...derived.flatMap(({ derive }) => operandNames(derive).facts),
  ]);
  for (const section of sections) {
    const entries: unknown = written[section];
    const names = typeof entries === "object" && entries !== null ? Object.keys(entries) : [];
    for (const name of names.filter((one) => !used.has(one))) {
      reader.reportKey(
        [section],
        name,
        `nothing reads \`${name}\``,
        "use it in a rule, a limit or an override, or remove it",
      );
    }
  }
}

/** What an override goes by may not hang on what overrides set: notes a derived fact that reads a parameter. */
export function checkScopes(reader: Reader, derived: readonly DerivedFact[], overrides: Policy["overrides"]): void {
  for (const [index, { for: scope }] of overrides.entries()) {
    for (const name of Object.keys(scope)) {
      const { params } = beneath({ derived }, [name]);
      if (params.length === 0) continue;
      const message = `\`${name}\` is made with ${listed(params)}, and overrides set parameters`;
      reader.reportKey(["overrides", index, "for"], name, message, "name a fact that no parameter goes into");
    }
  }
}
