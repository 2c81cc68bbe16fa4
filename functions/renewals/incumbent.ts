import { z } from "zod";
import { dayAtUtc, latestDayAt } from "../../domain/day.ts";
import type { Evidence, Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { PartnerReading } from "../../domain/partner.ts";
import { readContract, type Contract } from "./contract.ts";
import { MAX_DAYS } from "./counted.ts";

const standings = ["active", "dispute", "suspended"] as const;
type Standing = (typeof standings)[number];

export const incumbentStandingFact = z.enum(standings);
export const incumbentIdleDaysFact = z.int().min(0).max(MAX_DAYS);

/** The programme's own record of the incumbent is read beside the contract. */
export function incumbentLookups(record: JsonObject): readonly Lookup[] {
  const { partner_id: partnerId } = readContract(record);
  return partnerId === undefined ? [] : [{ tool: "programme.partner", args: { partnerId } }];
}

/** What is told of the incumbent's standing, strictest first: by the contract's record and by the programme's. */
type ToldStanding = { readonly told: boolean; readonly standing?: Standing };

/**
 * The stricter of two words: the contract's own, and the programme's on the partner, where "unknown" says nothing.
 * Told without a standing: the record says something that cannot be read.
 */
export function standingOf({ partner_standing: own }: Contract, reading: Evidence | undefined): ToldStanding {
  if (own === undefined) return { told: true };
  const partner = PartnerReading.safeParse(reading?.value);
  const programmes = partner.success && partner.data.standing !== "unknown" ? partner.data.standing : null;
  const rank = Math.max(...[own, programmes].map((word) => (word === null ? -1 : standings.indexOf(word))));
  const standing = standings[rank];
  return standing === undefined ? { told: false } : { told: true, standing };
}

/** Days since the incumbent's last activity; undefined when none is told, or one that is still to come. */
export function idleDaysOf({ partner_last_activity: last }: Contract, at: string): number | undefined {
  if (last === undefined || last === null || last > latestDayAt(at)) return undefined;
  return Math.min(Math.max(dayAtUtc(at) - last, 0), MAX_DAYS);
}
