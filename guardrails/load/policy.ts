import { z } from "zod";
import { didYouMean } from "../did-you-mean.ts";
import type { Catalogue, FactType } from "../fact-types.ts";
import { readsOf } from "../policy.ts";
import type { Policy, PolicyRule } from "../policy.ts";
import type { Problem } from "../problem.ts";
import { readParams } from "./params.ts";
import { readMap, readerOf } from "./reader.ts";
import type { Reader } from "./reader.ts";
import { readRoutes } from "./routes.ts";
import { readRules } from "./rules.ts";

export type LoadedPolicy =
  | { readonly kind: "loaded"; readonly policy: Policy }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** The file's sections. Each is read on its own, so that a mistake in one does not hide those in another. */
const PolicyFields = z.strictObject({
  policy: z.string().describe("the policy's id, which is also the file's name"),
  default: z.enum(["escalate", "block"]).describe("`escalate` or `block`: what no rule covers is never executed"),
  params: z.unknown().optional(),
  rules: z.unknown().optional(),
  routes: z.unknown().optional(),
  defaultRoute: z.string().describe("the route of every escalation that names none"),
});

function factsFor(reader: Reader, file: string, id: unknown, catalogue: Catalogue): readonly FactType[] | undefined {
  if (typeof id !== "string") return undefined;
  const known = Object.keys(catalogue);
  if (!known.includes(id)) reader.report(["policy"], `nothing is decided by a policy \`${id}\``, didYouMean(id, known));
  else if (file.split(/[/\\]/).at(-1) !== `${id}.yaml`) {
    reader.report(["policy"], `policy \`${id}\` is kept in another file`, `name the file \`${id}.yaml\``);
  }
  return known.includes(id) ? catalogue[id] : undefined;
}

function checkUse(reader: Reader, declared: readonly string[], rules: readonly PolicyRule[]): void {
  const used = new Set(rules.flatMap(({ when }) => readsOf(when).params));
  for (const name of declared.filter((candidate) => !used.has(candidate))) {
    reader.reportKey(["params"], name, `no rule uses \`${name}\``, "use it in a rule or remove it");
  }
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}

/** What a policy is when its file does not say otherwise. */
const unsaid = {
  timezone: "UTC",
  mode: "led",
  demotion: null,
  subject: null,
  overrides: [],
  limits: [],
  invariants: [],
} as const;

type Sections = Pick<Policy, "facts" | "params" | "rules" | "routes">;

function readSections(
  reader: Reader,
  written: { readonly [name: string]: unknown },
  facts: readonly FactType[],
): Sections {
  const factNames = facts.map(({ name }) => name);
  const params = readParams(reader, written["params"], factNames);
  const routes = readRoutes(reader, written["routes"]);
  const declaredParams = Object.keys(written["params"] ?? {});
  const defaultRoute = typeof written["defaultRoute"] === "string" ? written["defaultRoute"] : "";
  const named = { declared: routes.map(({ id }) => id), default: defaultRoute };
  const rules = readRules(reader, written["rules"], { facts, params, declaredParams }, named);
  const allRead = Array.isArray(written["rules"]) && written["rules"].length === rules.length;
  if (allRead) checkUse(reader, declaredParams, rules);
  if (defaultRoute !== "" && !named.declared.includes(defaultRoute)) {
    reader.report(["defaultRoute"], `unknown route \`${defaultRoute}\``, didYouMean(defaultRoute, named.declared));
  }
  return { facts, params, rules, routes };
}

/**
 * Reads a policy file against the catalogue's facts. Gives the policy, or every problem in the file in its order;
 * never throws for what the text says. `file` is for messages, and its name must be the policy's id.
 */
export function loadPolicy(file: string, text: string, catalogue: Catalogue): LoadedPolicy {
  const reader = readerOf(file, text);
  if (reader.value === undefined) return { kind: "refused", problems: reader.problems() };
  const fields = readMap(reader, [], reader.value, PolicyFields);
  const written: { readonly [name: string]: unknown } = typeof reader.value === "object" ? { ...reader.value } : {};
  const facts = factsFor(reader, file, written["policy"], catalogue);
  const sections = facts && readSections(reader, written, facts);
  const defaultRoute = sections?.routes.find(({ id }) => id === fields?.defaultRoute);
  const problems = reader.problems();
  if (problems.length > 0 || fields === undefined || sections === undefined || defaultRoute === undefined) {
    return { kind: "refused", problems };
  }
  return {
    kind: "loaded",
    policy: frozen({ id: fields.policy, default: fields.default, ...unsaid, ...sections, defaultRoute }),
  };
}
