import type { JsonObject } from "../../domain/json.ts";
import { Currency } from "../../domain/money.ts";
import type { FactType } from "../fact-types.ts";
import { anyWordFact, namable, summedFact, wordFact, type Wanted } from "../load/fact-names.ts";
import { windows } from "../policy.ts";
import { rollingPattern } from "../rolling-window.ts";
import { derivedName, anyMoney, money, paramRef, paramRefOf, percent, slug, strict, whole } from "./literals.ts";
import { paramsOf } from "./params.ts";

/** What may be added up, and a cap in its unit. */
type Measure = { readonly key: string; readonly what: JsonObject; readonly cap: JsonObject };

const unitOf = (type: FactType): string => (type.kind === "minor" ? type.currency : "");

/** Facts of one unit together. */
function measures(facts: readonly FactType[], isDeriving: boolean): readonly Measure[] {
  const summed = namable(facts, summedFact);
  const number = { ...whole, minimum: 0 };
  const sums = [...new Set(summed.map(unitOf))].map((unit): Measure => {
    const names = summed.filter((type) => unitOf(type) === unit).map(({ name }) => name);
    const what = { enum: names, description: "the fact that is added up" };
    return { key: "sum", what, cap: unit === "" ? number : money(unit) };
  });
  const amount = { anyOf: [number, anyMoney] };
  const derived = { ...derivedName(facts), description: "what the policy derives, added up" };
  const made = isDeriving ? [{ key: "sum", what: derived, cap: amount }] : [];
  return [...sums, ...made, { key: "count", what: { const: true, description: "count requests" }, cap: number }];
}

const about = "what the next request over the cap gets";
const asks = { over: { const: "escalate", description: about }, route: { ...slug, description: "who answers" } };
const blocks = { over: { const: "block", description: about } };
const windowed = {
  window: {
    anyOf: [{ enum: windows }, { type: "string", pattern: rollingPattern.source }],
    description:
      "a window of the calendar in the time zone of the file, or the days before each request, such as `90d`",
    examples: ["calendar-quarter", "90d"],
  },
  warnAt: { ...percent, description: "the share of the cap from which people are warned" },
};
const most = (literals: readonly JsonObject[]): JsonObject => ({
  anyOf: literals,
  description: "the most that requests may come to together",
});

/** A shared limit that the policy names, and what is called otherwise here. */
function namedOf(facts: readonly FactType[], shared: readonly string[]): readonly JsonObject[] {
  if (shared.length === 0) return [];
  const fact = (wanted: Wanted) => ({ enum: namable(facts, wanted).map(({ name }) => name) });
  const [sum, per] = [fact(summedFact), fact(wordFact)];
  const named = {
    shared: { enum: shared, description: "a limit of `shared/`, counted with all other policies that name it" },
    ...(sum.enum.length === 0
      ? {}
      : { sum: { ...sum, description: "what it adds up, where that is called otherwise" } }),
    ...(per.enum.length === 0
      ? {}
      : {
          per: {
            type: "object",
            additionalProperties: per,
            description: "facts of its account that are called otherwise here",
          },
        }),
  };
  return [strict(named, ["shared"])];
}

const leftOut = "a request that leaves out a fact of `per` is not counted and asks nobody";

function accountsOf(facts: readonly FactType[], wanted: Wanted, isDeriving: boolean): JsonObject {
  const words = namable(facts, wanted).map(({ name }) => name);
  const items = [...(words.length === 0 ? [] : [{ enum: words }]), derivedName(facts)];
  if (isDeriving) return { type: "array", items: { anyOf: items } };
  return words.length === 0 ? { type: "array", maxItems: 0 } : { type: "array", items: { enum: words } };
}

const cooldown = {
  type: "string",
  pattern: rollingPattern.source,
  description: "how long after one request no other is let through: days of 24 hours, such as `14d`",
  examples: ["14d"],
};

/** One request, and none again before so many days are over. */
function cooldownsOf(own: JsonObject, passing: JsonObject): readonly JsonObject[] {
  const needed = ["id", "cooldown", "per", "over"];
  return [own, passing].flatMap((fields) => {
    const { window: _, warnAt: __, ...rest } = fields;
    const required = "unknown" in rest ? [...needed, "unknown"] : needed;
    return [asks, blocks].map((over) => strict({ ...rest, cooldown, ...over }, required));
  });
}

/** A cap over a window of time, of the policy's own or shared. Only a limit that asks takes a route. */
export function limitOf(facts: readonly FactType[], shared: readonly string[], isDeriving: boolean): JsonObject {
  const accounts = accountsOf(facts, wordFact, isDeriving);
  const own = {
    id: { ...slug, description: "shown in every decision the limit takes part in" },
    per: { ...accounts, description: "the facts that make one account; `[]` is one for all" },
    ...windowed,
  };
  const passing = {
    ...own,
    per: { ...own.per, ...accountsOf(facts, anyWordFact, isDeriving) },
    unknown: { const: "passes", description: leftOut },
  };
  const variants = measures(facts, isDeriving).flatMap(({ key, what, cap: literal }) => {
    const required = ["id", key, "per", "window", "cap", "over"];
    const cap = most([literal, paramRef]);
    return [asks, blocks].flatMap((over) => [
      strict({ ...own, [key]: what, cap, ...over }, required),
      strict({ ...passing, [key]: what, cap, ...over }, [...required, "unknown"]),
    ]);
  });
  return { anyOf: [...variants, ...cooldownsOf(own, passing), ...namedOf(facts, shared)] };
}

const factName = { type: "string", pattern: "^[a-z][A-Za-z0-9]*$" };

/** JSON Schema (draft 2020-12) of a shared limit's file. As of a policy, looser than the loader. */
export function sharedSchema(): JsonObject {
  const file = {
    shared: { ...slug, description: "the file's name, by which policies name it" },
    timezone: { type: "string", description: "an IANA name; its windows are counted in it, else in UTC" },
    params: paramsOf(),
    per: { type: "array", items: factName, description: "the facts that make one account; `[]` is one for all" },
    ...windowed,
  };
  const amounts = most([anyMoney, { ...whole, minimum: 0 }, { $ref: "#/$defs/param" }]);
  const counts = most([{ ...whole, minimum: 0 }, { $ref: "#/$defs/param" }]);
  const deposited = strict(
    { deposited: { enum: Currency.options, description: "the fund's currency" } },
    ["deposited"],
    "what a fund was given",
  );
  const sum = { ...factName, description: "the fact that is added up" };
  const count = { const: true, description: "count requests" };
  const needed = ["per", "window", "cap"];
  const variant = (key: string, what: JsonObject, cap: JsonObject, over: JsonObject) =>
    strict({ ...file, [key]: what, cap, ...over }, ["shared", key, ...needed, ...Object.keys(over)]);
  const { shared, timezone, per } = file;
  const once = (over: JsonObject) =>
    strict({ shared, timezone, per, cooldown, ...over }, ["shared", "per", "cooldown", ...Object.keys(over)]);
  const variants = [asks, blocks].flatMap((over) => [
    variant("sum", sum, amounts, over),
    variant("count", count, counts, over),
    once(over),
  ]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "a limit that several policies share",
    anyOf: [...variants, variant("sum", sum, deposited, blocks)],
    $defs: { param: paramRefOf() },
  };
}
