import type { AccountMatch } from "../shared/account-matches.ts";
import { isBefore } from "../../domain/deal-team.ts";
import type { Registration } from "./registration.ts";

/** Whether a registration is open, to what a claim is a rival, and how long ago the claimer's own one ended. Pure. */

/** What a claim is to open registrations of its customer; `near`: of customers who may be the same. */
export const overlaps = ["none", "near", "same-partner", "other-partner"] as const;
export type Overlap = (typeof overlaps)[number];

/** Days since a protection that never was. */
export const NO_PROTECTION_DAYS = 36_500;

const DAY_MS = 86_400_000;

/** The matches that a claim meets: a distributor who sources and a reseller who sells are no rivals. */
function met(matches: readonly AccountMatch[], { registration_id, partner_role }: Registration) {
  return matches.filter(({ registrationId, role }) => registrationId !== registration_id && role === partner_role);
}

/** Registrations that the claim meets and whose protection runs at that instant, the same customer's first. */
export function rivalsOf(
  matches: readonly AccountMatch[],
  registration: Registration,
  at: string,
): readonly AccountMatch[] {
  const open = met(matches, registration).filter(({ expiresAt }) => isBefore(at, expiresAt));
  return open.toSorted((one, other) => other.likenessPpm - one.likenessPpm);
}

/** The claimer's own earlier registrations, of the same customer or one near to it, whose protection has ended; the last first. */
export function ownEndedOf(
  matches: readonly AccountMatch[],
  registration: Registration,
  at: string,
): readonly AccountMatch[] {
  const own = met(matches, registration).filter(({ partnerId }) => partnerId === registration.partner_id);
  const ended = own.filter(({ expiresAt }) => !isBefore(at, expiresAt));
  return ended.toSorted((one, other) => Date.parse(other.expiresAt) - Date.parse(one.expiresAt));
}

/** Unknown while the record does not say who claims, as what, under which id. */
function saysWho({ registration_id: id, partner_id: partner, partner_role: role }: Registration): boolean {
  return id !== undefined && partner !== undefined && role !== undefined;
}

export function overlapOf(
  matches: readonly AccountMatch[] | undefined,
  registration: Registration,
  at: string,
): Overlap | undefined {
  if (matches === undefined || !saysWho(registration)) return undefined;
  const rivals = rivalsOf(matches, registration, at);
  const same = rivals.filter(({ likeness }) => likeness === "same");
  if (same.some(({ partnerId }) => partnerId === registration.partner_id)) return "same-partner";
  if (same.length > 0) return "other-partner";
  return rivals.length > 0 ? "near" : "none";
}

/** Whole days since the claimer's own protection of the customer ended; `NO_PROTECTION_DAYS` where none did. */
export function ownProtectionDays(
  matches: readonly AccountMatch[] | undefined,
  registration: Registration,
  at: string,
): number | undefined {
  if (matches === undefined || !saysWho(registration)) return undefined;
  const [last] = ownEndedOf(matches, registration, at);
  if (last === undefined) return NO_PROTECTION_DAYS;
  return Math.min(NO_PROTECTION_DAYS, Math.floor((Date.parse(at) - Date.parse(last.expiresAt)) / DAY_MS));
}
