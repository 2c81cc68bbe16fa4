import { canonicalJson } from "../audit/canonical-json.ts";
import type { Ask } from "../audit/ledgers/standing.ts";
import type { Ledger } from "../audit/records.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/proposal.ts";
import { actionOf } from "../functions/governed-actions.ts";
import type { Occasion } from "../functions/definition.ts";
import { functionOf } from "../functions/index.ts";
import type { StepRef } from "../workflows/activities.ts";

/** What of a step its effect's key is made of: never its event, its round or the run that takes it. */
type Asking = Pick<StepRef, "company" | "functionId" | "objectType" | "objectId" | "action">;

/**
 * The key of what is asked, a keyed SHA-256 (hex): the same ask told twice, by whatever road, is one act. The arguments carry
 * the business key, and the standing approval that is replaced. Records name it openly, so nobody may guess amounts by it.
 * Source: docs/decisions/0016, which says what is not in it.
 */
export function effectKeyOf(vault: Pick<Ledger["vault"], "blind">, step: Asking, { tool, args }: Action): string {
  const { company, functionId, objectType: type, objectId: id, action } = step;
  const subject = { system: functionOf(functionId).subject.system, type, id };
  const { occasion } = actionOf(functionId, action);
  const asked = { company, action, subject, tool, args, occasion: occasionOf(occasion, args) };
  return vault.blind(company, canonicalJson(asked));
}

/** What is asked, as the ledgers look it up. Of a period one act stands: what another took the place of may be asked anew. */
export function askOf(vault: Pick<Ledger["vault"], "blind">, step: Asking, action: Action): Ask {
  const { occasion } = actionOf(step.functionId, step.action);
  return { askKey: effectKeyOf(vault, step, action), oneStands: occasion.kind === "period" };
}

/** What tells a rightful repeat; empty where there is none. */
function occasionOf(occasion: Occasion, args: JsonObject): JsonObject[string] {
  return occasion.kind === "none" ? "" : (args[occasion.argument] ?? "");
}
