import type { Role } from "../../functions/definition.ts";

import { compliance } from "./compliance.ts";
import { groundRules } from "./ground-rules.ts";
import { intelligence } from "./intelligence.ts";
import { orchestration } from "./orchestration.ts";

export type Prompts = { readonly [role in Role]: string };

/** The shipped prompts. Their digest, with the function's guidance and the tool schemas, is cited with every turn. */
export const prompts: Prompts = {
  intelligence: `${groundRules}\n\n${intelligence}`,
  orchestration: `${groundRules}\n\n${orchestration}`,
  compliance: `${groundRules}\n\n${compliance}`,
};
