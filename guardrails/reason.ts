import type { Json, JsonObject } from "../domain/json.ts";
import { typeNamed } from "./derived.ts";
import { showValue } from "./fact-types.ts";
import type { Shown } from "./fact-types.ts";
import type { Policy } from "./policy.ts";

const placeholder = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;

/** The names a reason cites, or undefined when a brace in it stands alone or holds something else. */
export function citedNames(reason: string): readonly string[] | undefined {
  if (/[{}]/.test(reason.replace(placeholder, ""))) return undefined;
  return [...reason.matchAll(placeholder)].map((match) => match[1] ?? "");
}

/** How a value of the named fact or parameter reads to a person. A name the policy does not know is shown as it is. */
function showNamed(policy: Policy, name: string, value: Json): string {
  const shown: Shown | undefined = policy.params.find((param) => param.name === name) ?? typeNamed(policy, name);
  if (Array.isArray(value)) return showValue({ kind: "set" }, value.map(String));
  if (typeof value === "object") return JSON.stringify(value);
  if (shown === undefined) return String(value);
  return showValue(shown, value);
}

/** A rule's reason with its values filled in: `Discount 18 % is over 15 %`. */
export function fillReason(policy: Policy, reason: string, values: JsonObject): string {
  return reason.replace(placeholder, (text, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return value === undefined ? text : showNamed(policy, name, value);
  });
}
