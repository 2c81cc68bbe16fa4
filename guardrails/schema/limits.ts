import type { JsonObject } from "../../domain/json.ts";
import type { FactType } from "../fact-types.ts";
import { namable, summedFact, wordFact } from "../load/fact-names.ts";
import { windows } from "../policy.ts";
import { money, paramRef, percent, slug, strict, whole } from "./literals.ts";

/** What may be added up, and a cap in its unit. */
type Measure = { readonly key: string; readonly what: JsonObject; readonly cap: JsonObject };

const unitOf = (type: FactType): string => (type.kind === "minor" ? type.currency : "");

/** Facts of one unit together. */
function measures(facts: readonly FactType[]): readonly Measure[] {
  const summed = namable(facts, summedFact);
  const number = { ...whole, minimum: 0 };
  const sums = [...new Set(summed.map(unitOf))].map((unit): Measure => {
    const names = summed.filter((type) => unitOf(type) === unit).map(({ name }) => name);
    const what = { enum: names, description: "the fact that is added up" };
    return { key: "sum", what, cap: unit === "" ? number : money(unit) };
  });
  return [...sums, { key: "count", what: { const: true, description: "count requests" }, cap: number }];
}

/** A cap over a window of time. Only a limit that asks takes a route. */
export function limitOf(facts: readonly FactType[]): JsonObject {
  const words = namable(facts, wordFact).map(({ name }) => name);
  const accounts = words.length === 0 ? { type: "array", maxItems: 0 } : { type: "array", items: { enum: words } };
  const about = "what the next request over the cap gets";
  const shared = {
    id: { ...slug, description: "shown in every decision the limit takes part in" },
    per: { ...accounts, description: "the facts that make one account; `[]` is one for all" },
    window: { enum: windows, description: "in the policy's time zone" },
    warnAt: { ...percent, description: "the share of the cap from which people are warned" },
  };
  const asks = { over: { const: "escalate", description: about }, route: { ...slug, description: "who answers" } };
  const blocks = { over: { const: "block", description: about } };
  const variants = measures(facts).flatMap(({ key, what, cap: literal }) => {
    const cap = { anyOf: [literal, paramRef], description: "the most that requests may come to together" };
    const required = ["id", key, "per", "window", "cap", "over"];
    return [asks, blocks].map((over) => strict({ ...shared, [key]: what, cap, ...over }, required));
  });
  return { anyOf: variants };
}
