import { operandNames } from "../derived.ts";
import { capParam, readsOf } from "../policy.ts";
import type { Limit, Policy } from "../policy.ts";
import { isDerivedSound } from "./derived-use.ts";
import type { Written } from "./names.ts";
import type { Reader } from "./reader.ts";

/** The sections that may read a parameter. */
type Readers = Pick<Policy, "rules" | "invariants" | "derived"> & { readonly limits: readonly Pick<Limit, "cap">[] };

const paramUsers = ["rules", "limits", "invariants"] as const;

/** Notes parameters that nothing reads; says nothing while some of what might read them did not load. */
export function checkUse(
  reader: Reader,
  written: Written,
  declared: readonly string[],
  sections: Readers & { readonly terms: readonly string[] },
): void {
  const { rules, limits, invariants, derived = [], terms } = sections;
  const count = (value: unknown) => (Array.isArray(value) ? value.length : value === undefined ? 0 : Number.NaN);
  if (paramUsers.some((key) => count(written[key]) !== sections[key].length)) return;
  if (!isDerivedSound(written, derived)) return;
  const conditions = [...rules, ...invariants].flatMap(({ when }) => readsOf(when).params);
  const made = derived.flatMap(({ derive }) => operandNames(derive).params);
  const caps = limits.flatMap(({ cap }) => capParam(cap) ?? []);
  for (const name of declared.filter((candidate) => ![...conditions, ...made, ...caps, ...terms].includes(candidate))) {
    reader.reportKey(
      ["params"],
      name,
      `nothing uses \`${name}\``,
      "use it in a rule, a limit or an invariant, or remove it",
    );
  }
}
