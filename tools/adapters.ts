import type { Pool } from "pg";
import type { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { formatPpm } from "../domain/ppm.ts";
import { governedActions } from "../functions/governed-actions.ts";
import { subjectSystems } from "../functions/index.ts";
import { QualifyDealArgs } from "../functions/co-selling/qualify-deal.ts";
import { ProposeRenewalArgs } from "../functions/renewals/propose-renewal.ts";
import { RecordRenewalArgs } from "../functions/renewals/record-renewal.ts";
import type { AccountReader } from "./accounts/port.ts";
import { createAccounts } from "./accounts/postgres.ts";
import type { CrmReader, CrmWriter } from "./crm/port.ts";
import { createSandboxCrm } from "./crm/sandbox.ts";
import type { EffectTool } from "./effect-tool.ts";
import type { DealTeamReader, DealTeamWriter } from "./programme/deal-team-port.ts";
import { createDealTeams } from "./programme/deal-team.ts";
import type { FundReader, FundWriter } from "./programme/funds-port.ts";
import { createFunds } from "./programme/funds.ts";
import { createPrices, priceListRecords } from "./programme/prices.ts";
import type { PriceWriter } from "./programme/prices-port.ts";
import type { ProgrammeReader, ProgrammeWriter } from "./programme/port.ts";
import { createProgramme } from "./programme/postgres.ts";
import type { QuoteDeskReader } from "./quotes/port.ts";
import { approveDiscountTool, createSandboxQuotes, revokeApprovalTool } from "./quotes/sandbox.ts";
import type { RecordReader } from "./record-reader.ts";
import { sandboxRecords } from "./sandbox/records.ts";
import { sandboxTool } from "./sandbox/tool.ts";

/** The adapter registry: which system stands behind each port. */
export type Adapters = {
  readonly crm: CrmReader & CrmWriter;
  readonly programme: ProgrammeReader &
    ProgrammeWriter &
    DealTeamReader &
    DealTeamWriter &
    FundReader &
    FundWriter &
    PriceWriter;
  readonly quotes: QuoteDeskReader;
  readonly accounts: AccountReader;
  /** The systems that keep subjects, by name. */
  readonly records: { readonly [system: string]: RecordReader };
  /** Tools of operations that need no port: a schema says it all. */
  readonly others: readonly EffectTool[];
};

/** Systems whose every operation is written out: here, or in `effect-tools.ts` where it has a port. */
const writtenOut = new Set(["crm", "programme"]);

/** Operations of other systems that are more than what was asked. */
const otherwise = new Set(["quotes.approve-discount"]);

/**
 * The sandbox for every operation that a governed action needs of another system: its schema is all that is to be said. What
 * was asked stays there as an object of the operation's own name.
 */
function sandboxTools(pool: Pool): readonly EffectTool[] {
  return Object.values(governedActions).flatMap(({ tool, args }) => {
    const [system = "", operation = ""] = tool.split(".");
    if (writtenOut.has(system) || otherwise.has(tool)) return [];
    const change = (set: JsonObject) => ({ type: operation, set });
    return [sandboxTool(pool, { system, operation, args: args as z.ZodType<JsonObject>, change })];
  });
}

/** What a CRM does for a renewal: the contract is there, and takes the state that is recorded. */
function contractTools(pool: Pool): readonly EffectTool[] {
  const contract = (id: string, set: JsonObject) => ({ type: "contract", id, set });
  return [
    sandboxTool(pool, {
      system: "crm",
      operation: "open-renewal",
      args: ProposeRenewalArgs,
      change: ({ objectId }) => contract(objectId, {}),
    }),
    sandboxTool(pool, {
      system: "crm",
      operation: "record-renewal",
      args: RecordRenewalArgs,
      change: ({ objectId, outcome }) => contract(objectId, { renewal_state: outcome }),
    }),
  ];
}

/** What a CRM does for co-selling: the deal has its badge by the policy's bar, beside the score and what that rests on. */
function dealTools(pool: Pool): readonly EffectTool[] {
  return [
    sandboxTool(pool, {
      system: "crm",
      operation: "badge-deal",
      args: QualifyDealArgs,
      change: ({ objectId, scorePpm, badgeFromPpm, rationale }) => ({
        type: "deal",
        id: objectId,
        set: {
          co_sell_badge: scorePpm >= badgeFromPpm ? "qualified" : "not-qualified",
          co_sell_score: formatPpm(scorePpm),
          co_sell_rationale: rationale,
        },
      }),
    }),
  ];
}

/** The systems that ship: the sandbox for those outside, and our own records. `now`: the company's clock. */
export function embeddedAdapters(pool: Pool, now: () => string): Adapters {
  const programme = {
    ...createProgramme(pool, now),
    ...createDealTeams(pool, now),
    ...createFunds(pool, now),
    ...createPrices(pool, now),
  };
  const crm = createSandboxCrm(pool);
  const records = {
    ...Object.fromEntries(subjectSystems().map((system) => [system, sandboxRecords(pool, system)])),
    crm,
    programme: priceListRecords(pool, now),
  };
  const others = [
    ...sandboxTools(pool),
    ...contractTools(pool),
    ...dealTools(pool),
    approveDiscountTool(pool),
    revokeApprovalTool(pool),
  ];
  return {
    crm,
    programme,
    quotes: createSandboxQuotes(pool, now),
    accounts: createAccounts(pool, now),
    records,
    others,
  };
}
