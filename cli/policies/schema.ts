import { didYouMean } from "../../guardrails/did-you-mean.ts";
import { governedCatalogue, type Catalogue } from "../../guardrails/fact-types.ts";
import { policySchema } from "../../guardrails/schema.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import { readFolder } from "./folder.ts";
import type { Environment } from "../session.ts";

/** The text of a schema file: `policies/schema/<id>.schema.json` holds exactly this. Throws `CliFailure` (not found). */
export function schemaText(id: string, catalogue: Catalogue = governedCatalogue()): string {
  const facts = Object.hasOwn(catalogue, id) ? catalogue[id] : undefined;
  if (facts === undefined) {
    const fix = didYouMean(id, Object.keys(catalogue));
    throw failure("notFound", "no-such-policy", `nothing is decided by a policy \`${id}\``, fix);
  }
  return `${JSON.stringify(policySchema(id, facts), null, 2)}\n`;
}

/** `mandate policy schema ID`: from the facts alone, so that it is there before the policy is. */
export async function schema({ args, options }: Call<object>): Promise<Answer> {
  const id = operand(args);
  const text = schemaText(id, await catalogueFor(options, id));
  return { data: { id, schema: JSON.parse(text) as unknown }, text };
}

/** Our own facts need no folder; others come from the configured one. */
async function catalogueFor(options: Environment, id: string): Promise<Catalogue> {
  const governed = governedCatalogue();
  return Object.hasOwn(governed, id) ? governed : (await readFolder(options)).facts.catalogue;
}
