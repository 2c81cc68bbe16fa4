import { governedActions } from "../../functions/governed-actions.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { formatMinor } from "../../domain/money.ts";
import { nameInWords } from "../../domain/name-in-words.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { provenanceInWords, provenanceOf, provenances, type Decided } from "../../domain/provenance.ts";
import { wordOf } from "./loose.ts";

function plain(value: Json): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** An action's arguments as read by a person; amounts in the currency that the arguments name. */
export function showArgs(args: JsonObject): string {
  const currency = typeof args["currency"] === "string" ? args["currency"] : "";
  return Object.entries(args)
    .filter(([name]) => name !== "currency")
    .map(([name, value]) => `${nameInWords(name)} ${showArg(name, value, currency)}`)
    .join(", ");
}

function showArg(name: string, value: Json, currency: string): string {
  if (typeof value === "number" && name.endsWith("Minor")) return formatMinor(value, currency).trim();
  if (typeof value === "number" && name.endsWith("Ppm")) return formatPpm(value);
  return plain(value);
}

/** The values a decision read, with the units that the action's fact schema declares. */
export function showFacts(actionId: string, facts: JsonObject): string {
  const shape = wordOf(governedActions, actionId)?.factSchema.shape ?? {};
  return Object.entries(facts)
    .map(([name, value]) => `${nameInWords(name)} ${showFact(value, wordOf(shape, name)?.meta?.() ?? {})}`)
    .join(", ");
}

/** Where a decision's facts came from, grouped: `from the system of record: list price, partner`. */
export function showProvenance(actionId: string, facts: JsonObject, decided: Decided): readonly string[] {
  const shape = wordOf(governedActions, actionId)?.factSchema.shape ?? {};
  const named = Object.keys(facts).map((name) => {
    const { from } = wordOf(shape, name)?.meta?.() ?? {};
    return [
      name,
      provenanceOf(
        name,
        provenances.find((known) => known === from),
        decided,
      ),
    ] as const;
  });
  return provenances.flatMap((from) => {
    const names = named.flatMap(([name, of]) => (of === from ? [nameInWords(name)] : []));
    return names.length === 0 ? [] : [`${provenanceInWords[from]}: ${names.join(", ")}`];
  });
}

function showFact(value: Json, meta: { readonly [key: string]: unknown }): string {
  if (typeof value === "number" && meta["unit"] === "ppm") return formatPpm(value);
  if (typeof value === "number" && meta["unit"] === "minor") {
    return formatMinor(value, typeof meta["currency"] === "string" ? meta["currency"] : "").trim();
  }
  return plain(value);
}
