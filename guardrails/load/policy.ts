import { z } from "zod";
import { modes } from "../../domain/decision-details.ts";
import type { Term } from "../../functions/definition.ts";
import { didYouMean, listed } from "../did-you-mean.ts";
import { combineBrand, type BrandFiles } from "../brand/combine.ts";
import type { Catalogue, FactType } from "../fact-types.ts";
import type { NameLists } from "../name-list.ts";
import { now, todayIn } from "../clock.ts";
import { operandNames, type DerivedFact } from "../derived.ts";
import { isZone } from "../../domain/zone.ts";
import { readsOf, type Policy } from "../policy.ts";
import type { Problem } from "../problem.ts";
import type { SharedLimits } from "../shared.ts";
import { readCondition } from "./condition.ts";
import { readDerived } from "./derive.ts";
import { checkDerivedUse, checkScopes } from "./derived-use.ts";
import { readInvariants } from "./invariants.ts";
import { readLimits } from "./limits.ts";
import { namedConditions } from "./named-conditions.ts";
import { checkUnique } from "./names.ts";
import type { Written } from "./names.ts";
import { readOverrides } from "./overrides.ts";
import { checkUse } from "./param-use.ts";
import { readParams } from "./params.ts";
import { readMap, readerOf } from "./reader.ts";
import type { Reader } from "./reader.ts";
import type { FileText } from "./written-text.ts";
import { readRoutes, type Roles } from "./routes.ts";
import { readRules } from "./rules.ts";
import { sharedParams } from "./shared-limit.ts";
import { Timezone, readDemotion, readRates, readSubject, warnOfZone } from "./settings.ts";
import type { TableFiles } from "./tables.ts";
import { checkTerms, termsOf } from "./terms.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { frozen } from "../frozen.ts";

export type LoadedPolicy =
  | { readonly kind: "loaded"; readonly policy: Policy; readonly warnings: readonly Problem[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** The file's sections. Each is read on its own, so that a mistake in one does not hide those in another. */
const PolicyFields = z.strictObject({
  policy: z.string().describe("the policy's id, which is also the file's name"),
  default: z.enum(["escalate", "block"]).describe("`escalate` or `block`: what no rule covers is never executed"),
  timezone: Timezone,
  mode: z
    .enum(modes)
    .optional()
    .describe(`one of ${listed(modes)}, or leave it out for \`led\``),
  subject: z.string().optional().describe("the name of a fact"),
  demote: z.unknown().optional(),
  rates: z.unknown().optional(),
  params: z.unknown().optional(),
  derive: z.unknown().optional(),
  tables: z.unknown().optional(),
  conditions: z.unknown().optional(),
  overrides: z.unknown().optional(),
  rules: z.unknown().optional(),
  limits: z.unknown().optional(),
  routes: z.unknown().optional(),
  defaultRoute: z.string().min(1).describe("the route of every escalation that names none"),
  invariants: z.unknown().optional(),
  brand: z.array(z.string()).min(1).optional().describe("the names of files in `brand/`, as a list"),
});

/** How a policy's file is called: by its id, as in the folder that is put in force, or as it likes. */
export type Naming = "by-id" | "any";

function factsFor(reader: Reader, name: string | null, id: unknown, catalogue: Catalogue) {
  if (typeof id !== "string") return undefined;
  const known = Object.keys(catalogue);
  if (!known.includes(id)) reader.report(["policy"], `nothing is decided by a policy \`${id}\``, didYouMean(id, known));
  else if (name !== null && name !== `${id}.yaml`) {
    reader.report(["policy"], `policy \`${id}\` is kept in another file`, `name the file \`${id}.yaml\``);
  }
  return known.includes(id) ? catalogue[id] : undefined;
}

type Sections = Pick<
  Policy,
  "facts" | "derived" | "params" | "overrides" | "rules" | "limits" | "invariants" | "routes"
>;

const owners = [
  { key: "rules", noun: "rule" },
  { key: "limits", noun: "limit" },
  { key: "overrides", noun: "override" },
] as const;

type Given = {
  readonly facts: readonly FactType[];
  readonly shared: SharedLimits;
  readonly terms: readonly Term[];
  readonly roles: Roles;
  readonly tables: TableFiles;
  readonly lists: NameLists;
};

/** What the sections of the file may name: facts with those that it derives, parameters, and shared conditions. */
function vocabularyOf(reader: Reader, written: Written, plain: Vocabulary, tables: TableFiles) {
  const derived = readDerived(reader, written, plain, tables);
  const declared = [written["derive"], written["tables"]].flatMap((section) => Object.keys(section ?? {}));
  const unread = declared.filter((name) => !derived.some((type) => type.name === name));
  const lookedUp = new Map<string, FactType>();
  const vocabulary: Vocabulary = {
    ...plain,
    facts: [...plain.facts, ...derived],
    unread,
    lookedUp,
    conditions: namedConditions(reader, written["conditions"], (path, value) =>
      readCondition(reader, path, value, vocabulary),
    ),
  };
  return { derived, lookedUp, vocabulary };
}

function readSections(
  reader: Reader,
  written: Written,
  { facts, shared, terms, roles, tables, lists }: Given,
): Sections {
  const factNames = facts.map(({ name }) => name);
  const own = readParams(reader, written["params"], factNames);
  const routes = readRoutes(reader, written["routes"], roles);
  const ownNames = Object.keys(written["params"] ?? {});
  const brought = sharedParams(reader, written["limits"], shared, [...ownNames, ...factNames]);
  const params = [...own, ...brought];
  const declaredParams = [...ownNames, ...brought.map(({ name }) => name)];
  const defaultRoute = typeof written["defaultRoute"] === "string" ? written["defaultRoute"] : "";
  const named = { declared: routes.map(({ id }) => id), default: defaultRoute };
  const zone = zoneOf(written);
  const clock = clockIn(zone, facts);
  const plain = { facts: [...facts, ...clock], params, declaredParams, lists, zone };
  const { derived, lookedUp, vocabulary } = vocabularyOf(reader, written, plain, tables);
  const read = {
    params,
    overrides: readOverrides(reader, written["overrides"], vocabulary),
    rules: readRules(reader, written["rules"], vocabulary, named),
    limits: readLimits(reader, written["limits"], vocabulary, { shared, routes: named }),
    invariants: readInvariants(reader, written["invariants"], vocabulary),
    routes,
  };
  const sections = { ...read, ...withClock([...facts, ...lookedUp.values()], derived, clock, read) };
  checkUnique(reader, written, owners);
  checkUnique(reader, written, [{ key: "invariants", noun: "invariant" }]);
  checkUse(reader, written, ownNames, { ...sections, terms: terms.map(({ param }) => param) });
  checkDerivedUse(reader, written, derived, sections);
  checkScopes(reader, derived, sections.overrides);
  vocabulary.conditions?.checkUse();
  checkTerms(reader, terms, ownNames, own);
  if (defaultRoute !== "" && !named.declared.includes(defaultRoute)) {
    reader.report(["defaultRoute"], `unknown route \`${defaultRoute}\``, didYouMean(defaultRoute, named.declared));
  }
  return sections;
}

/** The zone that the file says, as far as it is one. */
function zoneOf({ timezone }: Written): string {
  return typeof timezone === "string" && isZone(timezone) ? timezone : "UTC";
}

/** What the decision's clock tells, but for a name that a fact has. */
function clockIn(zone: string, facts: readonly FactType[]): readonly (FactType | DerivedFact)[] {
  return [now, todayIn(zone)].filter(({ name }) => !facts.some((fact) => fact.name === name));
}

/** The facts with what the clock tells, where something reads it. */
function withClock(
  facts: readonly FactType[],
  derived: readonly DerivedFact[],
  clock: readonly (FactType | DerivedFact)[],
  { rules, invariants }: Pick<Policy, "rules" | "invariants">,
): Pick<Policy, "facts" | "derived"> {
  const read = new Set([
    ...[...rules, ...invariants].flatMap(({ when }) => readsOf(when).facts),
    ...derived.flatMap(({ derive }) => operandNames(derive).facts),
  ]);
  const today = clock.filter((type): type is DerivedFact => "derive" in type && read.has(type.name));
  const told = clock.filter((type) => !("derive" in type) && (today.length > 0 || read.has(type.name)));
  const made = [...today, ...derived];
  return { facts: [...facts, ...told], ...(made.length > 0 && { derived: made }) };
}

/** The fact that a policy's brand rules are found by. */
export const TEXTS = "brandFindings";

/** What the brand files that a policy names say together. */
function readBrand(reader: Reader, names: readonly string[], files: BrandFiles, facts: readonly FactType[]) {
  if (!facts.some(({ name }) => name === TEXTS)) {
    reader.reportKey([], "brand", "nothing that this policy decides is a text", "remove it");
  }
  const named = names.flatMap((name, index) => {
    const file = Object.hasOwn(files, name) ? files[name] : undefined;
    const fix = didYouMean(name, Object.keys(files));
    if (file === undefined) reader.report(["brand", index], `no sound brand file \`${name}\``, fix);
    return file ?? [];
  });
  if (named.length < names.length) return undefined;
  const combined = combineBrand(named);
  if (combined.kind === "combined") return combined.rules;
  for (const { message, fix } of combined.faults) reader.report(["brand"], message, fix);
  return undefined;
}

/**
 * What a policy may name beside its facts, as its folder holds it. `roles`: those that its routes may ask; without them any may be asked.
 * `tables`: the texts of the CSV files beside it, by name. `lists`: what is declared, not what it holds.
 */
export type Nameable = {
  readonly shared?: SharedLimits;
  readonly tables?: TableFiles;
  readonly brand?: BrandFiles;
  readonly roles?: Roles | undefined;
  readonly lists?: NameLists;
  readonly naming?: Naming | undefined;
};

/**
 * Reads a policy file against the catalogue's facts and what its folder lets it name. Gives the policy, or every
 * problem in the file in its order; never throws for what the text says. What is taken and may not be what was meant is a
 * warning. `file` is for messages; `by-id`, its name must be the policy's id.
 */
export function loadPolicy(
  file: string,
  text: FileText,
  catalogue: Catalogue,
  { shared = {}, roles, tables = {}, lists = {}, brand: files = {}, naming = "by-id" }: Nameable = {},
): LoadedPolicy {
  const reader = readerOf(file, text);
  if (reader.value === undefined) return { kind: "refused", problems: reader.problems() };
  const fields = readMap(reader, [], reader.value, PolicyFields);
  const written: Written = typeof reader.value === "object" ? { ...reader.value } : {};
  const name = naming === "any" ? null : (file.split(/[/\\]/).at(-1) ?? "");
  const facts = factsFor(reader, name, written["policy"], catalogue);
  const terms = termsOf(written["policy"]);
  const sections = facts && readSections(reader, written, { facts, shared, terms, roles, tables, lists });
  const demotion = readDemotion(reader, written["demote"]);
  const subject = readSubject(reader, written["subject"], facts ?? []);
  const rates = readRates(reader, written["rates"], facts ?? [], lists);
  const brand = fields?.brand && readBrand(reader, fields.brand, files, facts ?? []);
  const defaultRoute = sections?.routes.find(({ id }) => id === fields?.defaultRoute);
  const problems = reader.problems();
  if (problems.length > 0 || fields === undefined || sections === undefined || defaultRoute === undefined) {
    return { kind: "refused", problems };
  }
  const { policy: id, default: verdict, timezone = "UTC", mode = "led" } = fields;
  warnOfZone(reader, timezone);
  const settings = { id, default: verdict, timezone, mode, demotion, subject };
  const policy = frozen({ ...settings, ...sections, defaultRoute, ...(rates && { rates }), ...(brand && { brand }) });
  return { kind: "loaded", policy, warnings: reader.warnings() };
}
