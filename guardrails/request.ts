import type { Json, JsonObject } from "../domain/json.ts";
import { givenFacts } from "./clock.ts";
import { didYouMean } from "./did-you-mean.ts";
import { describeKind } from "./fact-types.ts";
import type { FactType } from "./fact-types.ts";
import { parseWhole } from "./literals.ts";
import { entriesAt, readerOf } from "./load/reader.ts";
import type { Reader } from "./load/reader.ts";
import type { Policy } from "./policy.ts";
import type { Problem } from "./problem.ts";
import { describeWritten, writtenFact, writtenFaults } from "./written-fact.ts";

export type LoadedRequest =
  | { readonly kind: "loaded"; readonly facts: JsonObject }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/**
 * The facts of one request, from YAML or JSON: a map of values as policies write them, or as whole parts per million and
 * minor units. What is left out is left out. Gives every problem at its place; never throws.
 */
export function loadRequest(file: string, text: string, policy: Policy): LoadedRequest {
  const types = givenFacts(policy.facts);
  const reader = readerOf(file, text);
  if (reader.value === undefined) return { kind: "refused", problems: reader.problems() };
  const names = types.map(({ name }) => name);
  const facts = entriesAt(reader, [], reader.value, "write facts by name").flatMap(([name, given]) => {
    const type = types.find((known) => known.name === name);
    if (type === undefined) {
      reader.reportKey([], name, `unknown fact \`${name}\``, didYouMean(name, names));
      return [];
    }
    const value = writtenFact(type, given);
    if (value !== undefined) return [[name, value] as const];
    if (type.kind !== "list") reader.report([name], `\`${name}\` cannot take this`, `write ${describeWritten(type)}`);
    else for (const { path, detail } of writtenFaults(type, given)) reportWithin(reader, [name, ...path], detail);
    return [];
  });
  const problems = reader.problems();
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "loaded", facts: Object.fromEntries(facts) };
}

/** A list is typed as JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What stands behind `=`, as the fact reads it: words of a set are kept apart by commas, and an amount has its unit. */
function typed(type: FactType, text: string): unknown {
  switch (type.kind) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "set":
      return text === "" ? [] : text.split(",").map((word) => word.trim());
    case "number":
      return parseWhole(text) ?? text;
    case "list":
      return jsonOf(text);
    case "ppm":
    case "minor":
    case "choice":
    case "date":
    case "date-time":
    case "duration":
    case "text":
      return text;
  }
}

/** Notes what is wrong within a list at its record. */
function reportWithin(reader: Reader, path: readonly string[], detail: string): void {
  const where = path.map((key, at) => (at === 1 ? Number(key) : key));
  reader.report(where, `\`${path.join("/")}\`: ${detail}`, "write it as the fact is declared");
}

/** One `fact=value` as people type it: the fact's name and value, or what is wrong with it and what to write. */
export type TypedFact =
  | { readonly kind: "fact"; readonly name: string; readonly value: Json }
  | { readonly kind: "refused"; readonly message: string; readonly fix: string };

/** Reads `effectiveDiscount=15%`, `listPrice=600000.00 USD`, `papers=consent,cold-chain`. */
export function typedFact(pair: string, policy: Policy): TypedFact {
  const types = givenFacts(policy.facts);
  const at = pair.indexOf("=");
  const name = at < 0 ? pair : pair.slice(0, at);
  const names = types.map((known) => known.name);
  const type = types.find((known) => known.name === name);
  if (type === undefined) {
    return { kind: "refused", message: `unknown fact \`${name}\``, fix: didYouMean(name, names) };
  }
  if (at < 0) return { kind: "refused", message: `\`${name}\` has no value`, fix: `write \`${name}=…\`` };
  const value = writtenFact(type, typed(type, pair.slice(at + 1)));
  if (value !== undefined) return { kind: "fact", name, value };
  const words = type.kind === "set" ? ", kept apart by commas" : type.kind === "list" ? ", as JSON" : "";
  return { kind: "refused", message: `\`${name}\` cannot take this`, fix: `write ${describeKind(type)}${words}` };
}
