import { z } from "zod";
import { DealRole } from "../../domain/deal-team.ts";
import type { Json } from "../../domain/json.ts";

/** The reading that says which registrations are for the same customer, or for one near to it. */
export const ACCOUNT_MATCHES = "accounts.matches";

/** A registration for the same customer and product family, or for a customer near to it. Its protection may have ended. */
const AccountMatch = z.strictObject({
  registrationId: z.string(),
  partnerId: z.string(),
  /** Null when the programme has no record of the partner. */
  partnerName: z.string().nullable(),
  role: DealRole.extract(["source", "sell"]),
  customerDomain: z.string(),
  customerName: z.string(),
  customerAliases: z.string(),
  productFamily: z.string(),
  registeredAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** What its protection is called where no name may stand; empty where it was read before they had one. */
  protection: z.string().default(""),
  likeness: z.enum(["same", "near"]),
  likenessPpm: z.int(),
  /** Why, a sentence each without a full stop. */
  reasons: z.array(z.string()),
});
export type AccountMatch = z.infer<typeof AccountMatch>;

const Reading = z.strictObject({ matches: z.array(AccountMatch) });

/** The matches that were read; undefined where they were not. */
export function matchesIn(reading: Json | undefined): readonly AccountMatch[] | undefined {
  return Reading.safeParse(reading).data?.matches;
}
