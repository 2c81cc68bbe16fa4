import { normalSteps } from "../../domain/normal-text.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import type { Policy } from "../policy.ts";

/** The facts that two policies are compared over, and how the two declare different ones. */
export type SharedFacts = { readonly facts: readonly FactType[]; readonly differences: readonly string[] };

/** Values that both types take; undefined when there are none. */
function common(a: FactType, b: FactType): FactType | undefined {
  if ("min" in a && "min" in b && a.kind === b.kind) {
    const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
    return min > max ? undefined : { ...a, min, max };
  }
  if ((a.kind === "choice" && b.kind === "choice") || (a.kind === "set" && b.kind === "set")) {
    const values = a.values.filter((value) => b.values.includes(value));
    return values.length === 0 ? undefined : { ...a, values };
  }
  if (a.kind === "text" && b.kind === "text") return commonText(a, b);
  return a.kind === b.kind ? a : undefined;
}

type Text = FactType & { readonly kind: "text" };

/** Texts that are spelled alike in both. Where each has a pattern, those of the second are found by trying. */
function commonText(a: Text, b: Text): FactType {
  const normal = normalSteps.filter((step) => a.normal?.includes(step) === true || b.normal?.includes(step) === true);
  const pattern = a.pattern ?? b.pattern;
  const { normal: _, ...rest } = a;
  const maxLength = Math.min(a.maxLength, b.maxLength);
  return { ...rest, maxLength, ...(normal.length > 0 && { normal }), ...(pattern !== undefined && { pattern }) };
}

function typeText(type: FactType): string {
  const spelled = type.kind === "text" && type.normal !== undefined ? `, spelled by ${type.normal.join(", ")}` : "";
  return `${describeKind(type)}${spelled}${type.optional === true ? ", optional" : ""}`;
}

/** Undefined when a fact of both is of two kinds: the policies then have no request in common. */
export function sharedFacts(a: Policy, b: Policy): SharedFacts | undefined {
  const facts: FactType[] = [];
  const differences: string[] = [];
  for (const type of a.facts) {
    const other = b.facts.find(({ name }) => name === type.name);
    if (other === undefined && type.clock === true) {
      facts.push(type);
      continue;
    }
    if (other === undefined) {
      differences.push(`\`${type.name}\` is a fact of the first alone`);
      facts.push(type);
      continue;
    }
    const shared = common(type, other);
    if (shared === undefined) return undefined;
    if (typeText(type) !== typeText(other))
      differences.push(`\`${type.name}\` is ${typeText(type)} in the first and ${typeText(other)} in the second`);
    const { optional: _, ...required } = shared;
    facts.push(type.optional === true && other.optional === true ? shared : required);
  }
  for (const type of b.facts.filter(({ name }) => !a.facts.some((fact) => fact.name === name))) {
    if (type.clock !== true) differences.push(`\`${type.name}\` is a fact of the second alone`);
    facts.push(type);
  }
  return { facts, differences };
}
