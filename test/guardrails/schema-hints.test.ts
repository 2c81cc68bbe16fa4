import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { governedActions } from "../../functions/governed-actions.ts";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import { policySchema } from "../../guardrails/schema.ts";
import { sharedSchema } from "../../guardrails/schema/limits.ts";
import { policyFile, sharedIds } from "../fixtures/policy.ts";

type Schema = { readonly [key: string]: unknown };
const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const catalogue = governedCatalogue();
const ids = Object.keys(governedActions);
const schemaOf = (id: string): Schema => policySchema(id, catalogue[id] ?? [], sharedIds);

/** Ajv is told of the words that only editors read, and of nothing else: a misspelt keyword is refused. */
function checked(schema: object) {
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    formats: { date: true, "date-time": true },
  });
  ajv.addVocabulary(["markdownDescription", "enumDescriptions", "defaultSnippets"]);
  return ajv.compile(schema);
}

const compiled = new Map(ids.map((id) => [id, checked(schemaOf(id))]));
const takesOf = (id: string) => compiled.get(id)!;

/** Every key that a file may have, by where it stands, with what is said of it. */
function keysIn(value: unknown, path = ""): readonly (readonly [string, Schema])[] {
  if (Array.isArray(value)) return value.flatMap((inner, at) => keysIn(inner, `${path}/${at}`));
  if (!isSchema(value)) return [];
  const { properties } = value;
  const own = value["type"] === "object" && isSchema(properties) ? Object.entries(properties) : [];
  return [
    ...own.map(([key, schema]) => [`${path}.${key}`, schema as Schema] as const),
    ...Object.entries(value).flatMap(([key, inner]) => keysIn(inner, `${path}/${key}`)),
  ];
}

describe.for(ids)("what editors say of %s", (id) => {
  test("the schema is one, by another reader of schemas, and takes the policy as it is", () => {
    const takes = takesOf(id);
    expect([takes(parse(policyFile(`${id}.yaml`))), takes.errors ?? []]).toEqual([true, []]);
  });

  test("every key has a description, and each value of a list of words has one", () => {
    const keys = keysIn(schemaOf(id));
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter(([, schema]) => typeof schema["description"] !== "string").map(([path]) => path)).toEqual([]);
    const uneven = keys.filter(([, { enum: words, enumDescriptions: said }]) => {
      return Array.isArray(said) && said.length !== (words as unknown[]).length;
    });
    expect(uneven).toEqual([]);
  });
});

test("every key of a shared limit has a description", () => {
  const keys = keysIn(sharedSchema());
  expect(keys.filter(([, schema]) => typeof schema["description"] !== "string")).toEqual([]);
  const takes = checked(sharedSchema());
  expect(sharedIds.map((shared) => takes(parse(policyFile(`shared/${shared}.yaml`))))).toEqual(
    sharedIds.map(() => true),
  );
});

/** What an editor leaves when nothing is typed over. */
const filledIn = (body: unknown): unknown => JSON.parse(JSON.stringify(body).replaceAll(/\$\{\d+:([^}]*)\}/g, "$1"));

const sections = ["params", "rules", "overrides", "limits", "invariants", "routes"] as const;

const snippetsIn = (id: string, section: string) => {
  const [plain] = schemaOf(id)["anyOf"] as readonly Schema[];
  const properties = plain?.["properties"] as { readonly [key: string]: Schema };
  return (properties[section]?.["defaultSnippets"] ?? []) as readonly { readonly body: unknown }[];
};

describe.for(sections)("what is offered under `%s`", (section) => {
  test.for(ids)("is taken by the schema of %s as it is", (id) => {
    const policy = parse(policyFile(`${id}.yaml`)) as Schema;
    const takes = takesOf(id);
    const told = snippetsIn(id, section).map(({ body }) => {
      const entry = filledIn(body);
      return [
        takes({ ...policy, [section]: section === "params" || section === "routes" ? entry : [entry] }),
        takes.errors,
      ];
    });
    expect(told).toEqual(told.map(() => [true, null]));
  });
});

test("every section offers something, but for overrides where no fact can scope one", () => {
  const silent = ids.flatMap((id) => sections.filter((section) => snippetsIn(id, section).length === 0));
  expect(silent.filter((section) => section !== "overrides")).toEqual([]);
  expect(snippetsIn("quoting", "overrides")).toHaveLength(1);
});
