import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { entries, sections } from "../brand/file.ts";
import { slug, strict } from "./literals.ts";

function schemaOf(schema: z.ZodObject): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema) as JsonObject;
  return rest;
}

const named = (schema: z.ZodObject, description: string): JsonObject => ({
  type: "object",
  propertyNames: { pattern: slug.pattern },
  additionalProperties: schemaOf(schema),
  description,
});

/** JSON Schema (draft 2020-12) of a file of brand rules, from what its loader takes; patterns and names are checked there. */
export function brandSchema(): JsonObject {
  const words = { type: "array", items: { type: "string", pattern: "^[a-z']+$" }, minItems: 10 };
  const properties = {
    brand: { ...slug, description: "the file's name, by which `message.yaml` names it" },
    languages: schemaOf(sections.languages),
    links: schemaOf(sections.links),
    hygiene: schemaOf(sections.hygiene),
    evidence: named(entries.evidence, "what settles claims, where a text cites it"),
    propositions: named(
      entries.propositions,
      "approved wordings, with `{number}`, `{percent}`, `{money}` and `{date}`",
    ),
    claims: named(entries.claims, "what may not be said: RE2 patterns over the normal form"),
    speech: schemaOf(sections.speech),
    words: {
      type: "object",
      additionalProperties: words,
      description: "a language's commonest words, without accents",
    },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "what texts to people are held against",
    ...strict(properties, ["brand"]),
  };
}
