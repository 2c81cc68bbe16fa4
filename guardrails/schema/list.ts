import { normalSteps } from "../../domain/normal-text.ts";
import type { JsonObject } from "../../domain/json.ts";
import { slug, some, strict } from "./literals.ts";

/** JSON Schema (draft 2020-12) of a file that declares a list. */
export function listSchema(): JsonObject {
  const named = {
    list: { ...slug, description: "the file's name, by which policies name it" },
    about: { type: "string", minLength: 1, description: "what is on it and why" },
  };
  const known = { enum: ["partner", "person", "domain"], description: "what its names are" };
  const normal = { ...some({ enum: normalSteps }, "spellings that are one"), uniqueItems: true };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "a list that policies look names up in",
    anyOf: [
      strict({ ...named, of: known }, ["list", "about", "of"]),
      strict({ ...named, of: { const: "text", description: "what its names are" }, normal }, [
        "list",
        "about",
        "of",
        "normal",
      ]),
    ],
  };
}
