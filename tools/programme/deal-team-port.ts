import type { Evidence } from "../../domain/evidence.ts";
import type { Permit, Receipt } from "../../domain/permit.ts";
import type { DealTeamChange } from "../../functions/shared/deal-team-change.ts";

/** Reads who takes part in a deal. */
export type DealTeamReader = {
  /**
   * The whole team, with what was and what is to come. `crmPartner`, the partner that the CRM's deal names or empty, sells
   * until somebody's row in that role begins.
   */
  readDealTeam(company: string, dealId: string, crmPartner: string): Promise<Evidence>;
};

export type DealTeamWriter = {
  /** Ends the partner's row in the role, at the company's clock, and begins another. Once per effect key. */
  changeDealTeam(permit: Permit, change: DealTeamChange): Promise<Receipt>;
  findDealTeamChange(company: string, effectKey: string): Promise<Receipt | undefined>;
};
