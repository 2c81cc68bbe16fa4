import { ApproveRegistrationArgs } from "../functions/deal-registration/register-deal.ts";
import { CrmNoteArgs } from "../functions/shared/crm-note.ts";
import { WriteBackArgs } from "../functions/shared/write-back.ts";
import type { Adapters } from "./adapters.ts";
import { effectTool, type EffectTool } from "./effect-tool.ts";

/** What may be done with a permit, by the name an action carries. */
export function createEffectTools({ crm, programme, others }: Adapters): { readonly [name: string]: EffectTool } {
  const tools = [
    ...others,
    effectTool({
      name: "programme.register-deal",
      args: ApproveRegistrationArgs,
      execute: (permit, deal) => programme.registerDeal(permit, deal),
      lookUp: (company, key) => programme.findRegistration(company, key),
    }),
    effectTool({
      name: "crm.update-property",
      args: WriteBackArgs,
      execute: (permit, { objectType, objectId, property, value }) =>
        crm.updateProperty(permit, { objectType, objectId, property, value }),
      lookUp: (company, key) => crm.findCall(company, key),
    }),
    effectTool({
      name: "crm.add-note",
      args: CrmNoteArgs,
      execute: (permit, { objectType, objectId, text }) => crm.addNote(permit, { objectType, objectId, text }),
      lookUp: (company, key) => crm.findCall(company, key),
    }),
  ];
  return Object.fromEntries(tools.map((tool) => [tool.name, tool]));
}
