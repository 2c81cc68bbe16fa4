import { RegisterDealArgs } from "../functions/deal-registration/register-deal.ts";
import { ReleaseRegistrationArgs } from "../functions/deal-registration/release-registration.ts";
import { governedActions } from "../functions/governed-actions.ts";
import { PutPriceListArgs } from "../functions/price-book/put-price-list.ts";
import { AdjustFundArgs } from "../functions/shared/adjust-fund.ts";
import { ChangeDealTeamArgs } from "../functions/shared/deal-team-change.ts";
import { TellSellerArgs } from "../functions/shared/deal-team-tell.ts";
import { CrmNoteArgs } from "../functions/shared/crm-note.ts";
import { DepositFundArgs } from "../functions/shared/deposit-fund.ts";
import { ReversePostingArgs } from "../functions/shared/reverse-posting.ts";
import { WriteBackArgs } from "../functions/shared/write-back.ts";
import type { Adapters } from "./adapters.ts";
import { namePartner } from "./crm/name-partner.ts";
import { tellOutcome } from "./crm/tell-outcome.ts";
import { effectTool, type EffectTool } from "./effect-tool.ts";

/**
 * What may be done with a permit, by the name an action carries. @throws Error when a governed action names a tool that is
 * not there: nothing starts with an action that could not be done.
 */
export function createEffectTools({ crm, programme, others }: Adapters): { readonly [name: string]: EffectTool } {
  const tools = [...others, ...programmeTools(programme), ...crmTools(crm)];
  const byName = Object.fromEntries(tools.map((tool) => [tool.name, tool]));
  const toolless = Object.values(governedActions).find(({ tool }) => !Object.hasOwn(byName, tool));
  if (toolless !== undefined) throw new Error(`no effect tool \`${toolless.tool}\`, which \`${toolless.id}\` needs`);
  return byName;
}

function programmeTools(programme: Adapters["programme"]): readonly EffectTool[] {
  return [
    effectTool({
      name: "programme.register-deal",
      args: RegisterDealArgs,
      execute: (permit, deal) => programme.registerDeal(permit, deal),
      lookUp: (company, key) => programme.findRegistration(company, key),
    }),
    effectTool({
      name: "programme.release-registration",
      args: ReleaseRegistrationArgs,
      execute: (permit, release) => programme.releaseRegistration(permit, release),
      lookUp: (company, key) => programme.findRelease(company, key),
    }),
    effectTool({
      name: "programme.change-deal-team",
      args: ChangeDealTeamArgs,
      execute: (permit, change) => programme.changeDealTeam(permit, change),
      lookUp: (company, key) => programme.findDealTeamChange(company, key),
    }),
    effectTool({
      name: "programme.deposit-fund",
      args: DepositFundArgs,
      execute: (permit, deposit) => programme.depositFund(permit, deposit),
      lookUp: (company, key) => programme.findFundEntry(company, key),
    }),
    effectTool({
      name: "programme.adjust-fund",
      args: AdjustFundArgs,
      execute: (permit, adjustment) => programme.adjustFund(permit, adjustment),
      lookUp: (company, key) => programme.findFundEntry(company, key),
    }),
    effectTool({
      name: "programme.reverse-posting",
      args: ReversePostingArgs,
      execute: (permit, reversal) => programme.reversePosting(permit, reversal),
      lookUp: (company, key) => programme.findFundEntry(company, key),
    }),
    effectTool({
      name: "programme.put-price-list",
      args: PutPriceListArgs,
      execute: (permit, sent) => programme.putPriceList(permit, sent),
      lookUp: (company, key) => programme.findPriceList(company, key),
    }),
  ];
}

function crmTools(crm: Adapters["crm"]): readonly EffectTool[] {
  return [
    effectTool({
      name: "crm.set-selling-partner",
      args: TellSellerArgs,
      execute: (permit, seller) => namePartner(crm, permit, seller),
      lookUp: (company, key) => crm.findCall(company, key),
    }),
    effectTool({
      name: "crm.update-property",
      args: WriteBackArgs,
      execute: (permit, told) => tellOutcome(crm, permit, told),
      lookUp: (company, key) => crm.findCall(company, key),
    }),
    effectTool({
      name: "crm.add-note",
      args: CrmNoteArgs,
      execute: (permit, { objectType, objectId, text }) => crm.addNote(permit, { objectType, objectId, text }),
      lookUp: (company, key) => crm.findCall(company, key),
    }),
  ];
}
