import { DealTeamReading } from "../../domain/deal-team.ts";
import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Readings } from "../definition.ts";

/** The reading of a deal's team, by its tool. */
export const TEAM = "programme.deal-team";

/** The property of a CRM deal that names a partner. The CRM knows one, and no role: it is read as the partner who sells. */
export const CRM_PARTNER = "partner_id";

/** Teams are kept under deals' ids; a contract that came from no deal has one of its own, under this and its number. */
const CONTRACT = "contract/";

/** The id of the team of a contract that came from no deal. */
export function contractTeamId(contractId: string): string {
  return `${CONTRACT}${contractId}`;
}

/** `deal 1001`, `contract C-7001`: what a team is of, in a sentence. */
export function teamInWords(id: string): string {
  return id.startsWith(CONTRACT) ? `contract ${id.slice(CONTRACT.length)}` : `deal ${id}`;
}

/** Longer than this is no partner's id. */
const MAX_ID_CHARS = 256;

/** Reads a deal's team; `record` is the deal's own, whose partner sells while the team holds nobody who does. */
export function teamLookup(dealId: string, record: JsonObject): Lookup {
  const named = record[CRM_PARTNER];
  const crmPartner = typeof named === "string" && named.length <= MAX_ID_CHARS ? named : "";
  return { tool: TEAM, args: { dealId, crmPartner } };
}

/** The team that a reading holds; undefined for what is none. */
export function teamFrom(reading: JsonObject | undefined): DealTeamReading | undefined {
  return DealTeamReading.safeParse(reading).data;
}

/** The team that was read; undefined where it was not, or is none. */
export function teamIn(readings: Readings): DealTeamReading | undefined {
  return teamFrom(readings[TEAM]?.value);
}

/** The one there is; undefined where there is none, or several. */
export function oneOf<Of>([first, ...others]: readonly Of[]): Of | undefined {
  return others.length === 0 ? first : undefined;
}

export function howMany({ length }: readonly unknown[]): "none" | "one" | "several" {
  return length === 0 ? "none" : length === 1 ? "one" : "several";
}
