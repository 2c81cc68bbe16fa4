import type { PartnerReading } from "../../domain/partner.ts";

/** A partner as the programme keeps it. */
export type DayPartner = Omit<PartnerReading, "standing"> & { readonly standing: "active" | "suspended" };

/** The partners of the demo's programme. The third holds no certification, the fourth is suspended. */
export const dayPartners = [
  {
    partnerId: "p-juniper",
    name: "Juniper Bay Partners",
    tier: "gold",
    standing: "active",
    authorisedFor: ["analytics", "storage"],
    certifiedFor: ["analytics", "storage"],
  },
  {
    partnerId: "p-larkspur",
    name: "Larkspur Consulting",
    tier: "silver",
    standing: "active",
    authorisedFor: ["analytics"],
    certifiedFor: ["analytics"],
  },
  {
    partnerId: "p-tidewater",
    name: "Tidewater Systems",
    tier: "registered",
    standing: "active",
    authorisedFor: ["analytics", "storage"],
    certifiedFor: [],
  },
  {
    partnerId: "p-cedar",
    name: "Cedar and Stone",
    tier: "platinum",
    standing: "suspended",
    authorisedFor: ["analytics"],
    certifiedFor: ["analytics"],
  },
] as const satisfies readonly DayPartner[];

/** A registration that a partner already holds. Times are ISO 8601. */
export type HeldRegistration = {
  readonly registrationId: string;
  readonly partnerId: string;
  /** A registrable domain. */
  readonly customerDomain: string;
  readonly productFamily: string;
  readonly valueMinor: number;
  readonly currency: "USD";
  readonly registeredAt: string;
  readonly expiresAt: string;
};

/**
 * Who is who on the demo's day. The seller asks; the manager and the director may answer. The ops engineer may change
 * policies, and the director is the second person for that.
 */
export const dayPeople = [
  { personId: "dana", name: "Dana", role: "partner-manager" },
  { personId: "lee", name: "Lee", role: "regional-director" },
  { personId: "sam", name: "Sam", role: "seller" },
  { personId: "ola", name: "Ola", role: "ops-engineer" },
] as const;

/** Who says who is who on the demo's day: one asks, the other seconds. */
export const dayAdmins = [
  { personId: "ana", name: "Ana", role: "admin" },
  { personId: "ben", name: "Ben", role: "admin" },
] as const;
