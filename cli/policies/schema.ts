import { schemaText } from "../../deciding/policy-schemas.ts";
import { didYouMean } from "../../guardrails/did-you-mean.ts";
import { governedCatalogue, type Catalogue } from "../../guardrails/fact-types.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import type { Environment } from "../session.ts";
import { readFolder } from "./folder.ts";

/** `mandate policy schema ID`: from the facts alone, so that it is there before the policy is. */
export async function schema({ args, options }: Call<object>): Promise<Answer> {
  const id = operand(args);
  const catalogue = await catalogueFor(options, id);
  const facts = Object.hasOwn(catalogue, id) ? catalogue[id] : undefined;
  if (facts === undefined) {
    const fix = didYouMean(id, Object.keys(catalogue));
    throw failure("notFound", "no-such-policy", `nothing is decided by a policy \`${id}\``, fix);
  }
  const text = schemaText(id, facts);
  return { data: { id, schema: JSON.parse(text) as unknown }, text };
}

/** Our own facts need no folder; others come from the configured one. */
async function catalogueFor(options: Environment, id: string): Promise<Catalogue> {
  const governed = governedCatalogue();
  return Object.hasOwn(governed, id) ? governed : (await readFolder(options)).facts.catalogue;
}
