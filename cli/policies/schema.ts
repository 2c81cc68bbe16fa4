import { schemaText } from "../../deciding/policy-schemas.ts";
import { didYouMean } from "../../guardrails/did-you-mean.ts";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { CliFailure, failure } from "../failure.ts";
import type { Environment } from "../session.ts";
import { readFolderCatalogue } from "./folder.ts";

/** `mandate policy schema ID`: from what it may name alone, so that it is there before the policy is. */
export async function schema({ args, options }: Call<object>): Promise<Answer> {
  const id = operand(args);
  const { catalogue, shared } = await namesFor(options, id);
  const facts = Object.hasOwn(catalogue, id) ? catalogue[id] : undefined;
  if (facts === undefined) {
    const fix = didYouMean(id, Object.keys(catalogue));
    throw failure("notFound", "no-such-policy", `nothing is decided by a policy \`${id}\``, fix);
  }
  const text = schemaText(id, facts, shared);
  return { data: { id, schema: JSON.parse(text) as unknown }, text };
}

/** Facts and shared limits, by id, of the configured folder. Our own facts are there without one. */
async function namesFor(options: Environment, id: string) {
  const own = governedCatalogue();
  try {
    const { catalogue, shared } = await readFolderCatalogue(options);
    return { catalogue, shared: Object.keys(shared.limits) };
  } catch (error) {
    if (!(error instanceof CliFailure) || !Object.hasOwn(own, id)) throw error;
    return { catalogue: own, shared: [] };
  }
}
