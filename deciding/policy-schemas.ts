import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { JsonObject } from "../domain/json.ts";
import type { FactType } from "../guardrails/fact-types.ts";
import { brandSchema } from "../guardrails/schema/brand.ts";
import { policySchema } from "../guardrails/schema.ts";
import { listSchema } from "../guardrails/schema/list.ts";
import { sharedSchema } from "../guardrails/schema/limits.ts";
import { BRAND } from "./brand-files.ts";
import { readCatalogue } from "./catalogue.ts";
import { SHARED } from "./shared-limits.ts";

function textOf(schema: JsonObject): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/**
 * The text of `schema/<id>.schema.json` beside a policy: JSON Schema of the policy over these facts and shared limits (by
 * id), for editors.
 */
export function schemaText(id: string, facts: readonly FactType[], shared: readonly string[] = []): string {
  return textOf(policySchema(id, facts, shared));
}

/**
 * Writes what editors complete and check policies by into the folder's `schema/`, from the facts and the shared limits
 * alone, and one for the files of those and one for brand files, if there are any; a file that says the same already is left. Answers what was
 * written, by id. Rejects when the folder cannot be read or written.
 */
export async function writeSchemas(folder: string): Promise<readonly string[]> {
  const { catalogue, shared, brand } = await readCatalogue(folder);
  const ids = Object.keys(shared.limits);
  const texts = Object.entries(catalogue).map(([id, facts]) => [id, schemaText(id, facts, ids)] as const);
  const limits = shared.files.length === 0 ? [] : [[`${SHARED}/limit`, textOf(sharedSchema())] as const];
  const lists = Object.keys(shared.lists).length === 0 ? [] : [[`${SHARED}/list`, textOf(listSchema())] as const];
  const brands = brand.files.length === 0 ? [] : [[`${BRAND}/file`, textOf(brandSchema())] as const];
  const written = await Promise.all(
    [...texts, ...limits, ...lists, ...brands].map(async ([id, text]) => {
      const file = join(folder, "schema", `${id}.schema.json`);
      if ((await readFile(file, "utf8").catch(() => "")) === text) return [];
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
      return [id];
    }),
  );
  return written.flat();
}
