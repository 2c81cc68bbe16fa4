import type { Role } from "../../functions/definition.ts";

import { compliance } from "./compliance.ts";
import { groundRules } from "./ground-rules.ts";
import { intelligence } from "./intelligence.ts";
import { orchestration } from "./orchestration.ts";
import type { Prompt } from "./prompt.ts";

export type Prompts = { readonly [role in Role]: Prompt };

/** A role's prompt as it is told: the ground rules first. Other ground rules are another version of every role's. */
function told(role: Prompt): Prompt {
  return { ...role, text: `${groundRules.text}\n\n${role.text}` };
}

/** The shipped prompts. Name and version are cited with every turn, beside the digest of all that its model was told. */
export const prompts: Prompts = {
  intelligence: told(intelligence),
  orchestration: told(orchestration),
  compliance: told(compliance),
};
