import { Engine } from "json-rules-engine";
import type { Almanac } from "json-rules-engine";
import { assertNever } from "../domain/assert-never.ts";
import type { OverList } from "./derived.ts";
import { addLater, engineCompare } from "./engine-conditions.ts";
import type { EngineCondition } from "./engine-conditions.ts";
import { paramFact } from "./engine-names.ts";
import type { Entry } from "./fact-types.ts";
import { readsOf } from "./policy.ts";
import type { Condition } from "./policy.ts";

/** What a field of the record at a place is called. A name that no fact of a policy can have. */
const fieldFact = (at: number, field: string) => `entry.${at}.${field}`;

function ofEntry(condition: Condition, at: number): EngineCondition {
  if ("all" in condition) return { all: condition.all.map((inner) => ofEntry(inner, at)) };
  if ("any" in condition) return { any: condition.any.map((inner) => ofEntry(inner, at)) };
  if ("not" in condition) return { not: ofEntry(condition.not, at) };
  return engineCompare(condition, (field) => fieldFact(at, field));
}

/** The records of which the condition holds, as an engine of their own finds them: a rule for each. */
async function entriesWhere(almanac: Almanac, entries: readonly Entry[], where: Condition): Promise<readonly Entry[]> {
  const engine = new Engine(
    entries.map((_, at) => ({
      name: String(at),
      conditions: { all: [ofEntry(where, at)] },
      event: { type: "holds" },
    })),
  );
  addLater(engine);
  const params = await Promise.all(
    readsOf(where).params.map(async (name) => [paramFact(name), await almanac.factValue(paramFact(name))] as const),
  );
  const fields = entries.flatMap((entry, at) =>
    Object.entries(entry).map(([field, value]) => [fieldFact(at, field), value] as const),
  );
  const { results, failureResults } = await engine.run(Object.freeze(Object.fromEntries([...params, ...fields])));
  if (results.length + failureResults.length !== entries.length) throw new Error("the engine left records out");
  const held = new Set(results.map(({ name }) => name));
  return entries.filter((_, at) => held.has(String(at)));
}

/** What the engine makes of a list's records. */
export async function overEntries(derivation: OverList, almanac: Almanac): Promise<boolean | number> {
  const entries = await almanac.factValue<readonly Entry[]>(derivation.list);
  const { where } = derivation;
  const held = where === undefined ? entries : await entriesWhere(almanac, entries, where);
  switch (derivation.kind) {
    case "count":
      return held.length;
    case "any":
      return held.length !== 0;
    case "all":
      return entries.every((entry) => held.includes(entry));
    case "sum":
      return Number(held.map((entry) => BigInt(Number(entry[derivation.of]))).reduce((sum, one) => sum + one, 0n));
    default:
      return assertNever(derivation);
  }
}
