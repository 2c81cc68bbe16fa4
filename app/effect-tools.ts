import { prettifyError, type z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import type { Permit, Receipt } from "../domain/permit.ts";
import { ApproveRegistrationArgs } from "../functions/deal-registration/register-deal.ts";
import { ApproveDiscountArgs } from "../functions/quoting/approve-discount.ts";
import { CrmNoteArgs } from "../functions/shared/crm-note.ts";
import { WriteBackArgs } from "../functions/shared/write-back.ts";
import type { Adapters } from "../tools/adapters.ts";
import type { EffectTool } from "../tools/effect-tool.ts";
import { ToolError } from "../tools/tool-error.ts";
import type { EffectTools } from "./activities/act.ts";

function effectTool<Args>(
  name: string,
  schema: z.ZodType<Args>,
  execute: (permit: Permit, args: Args) => Promise<Receipt>,
  lookUp: EffectTool["lookUp"],
): EffectTool {
  const run = async (permit: Permit, given: JsonObject) => {
    const args = schema.safeParse(given);
    if (!args.success)
      throw new ToolError("TARGET_ARGUMENTS_INVALID", `arguments of \`${name}\`: ${prettifyError(args.error)}`);
    return execute(permit, args.data);
  };
  return { name, execute: run, lookUp };
}

/** What may be done with a permit, by the name an action carries. */
export function createEffectTools({ crm, quotes, programme }: Adapters): EffectTools {
  const tools = [
    effectTool(
      "quotes.approve-discount",
      ApproveDiscountArgs,
      (permit, args) => quotes.approveDiscount(permit, args),
      (company, key) => quotes.findApproval(company, key),
    ),
    effectTool(
      "programme.register-deal",
      ApproveRegistrationArgs,
      (permit, args) => programme.registerDeal(permit, args),
      (company, key) => programme.findRegistration(company, key),
    ),
    effectTool(
      "crm.update-property",
      WriteBackArgs,
      (permit, { objectType, objectId, property, value }) =>
        crm.updateProperty(permit, { objectType, objectId, property, value }),
      (company, key) => crm.findCall(company, key),
    ),
    effectTool(
      "crm.add-note",
      CrmNoteArgs,
      (permit, { objectType, objectId, text: note }) => crm.addNote(permit, { objectType, objectId, text: note }),
      (company, key) => crm.findCall(company, key),
    ),
  ];
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]));
}
