import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FactType } from "../guardrails/fact-types.ts";
import { policySchema } from "../guardrails/schema.ts";
import { readCatalogue } from "./catalogue.ts";

/** The text of `schema/<id>.schema.json` beside a policy: JSON Schema of the policy over these facts, for editors. */
export function schemaText(id: string, facts: readonly FactType[]): string {
  return `${JSON.stringify(policySchema(id, facts), null, 2)}\n`;
}

/**
 * Writes what editors complete and check policies by into the folder's `schema/`, from the facts alone; a file that says
 * the same already is left. Answers the ids written. Rejects when the folder cannot be read or written.
 */
export async function writeSchemas(folder: string): Promise<readonly string[]> {
  const { catalogue } = await readCatalogue(folder);
  await mkdir(join(folder, "schema"), { recursive: true });
  const written = await Promise.all(
    Object.entries(catalogue).map(async ([id, facts]) => {
      const file = join(folder, "schema", `${id}.schema.json`);
      const text = schemaText(id, facts);
      if ((await readFile(file, "utf8").catch(() => "")) === text) return [];
      await writeFile(file, text);
      return [id];
    }),
  );
  return written.flat();
}
