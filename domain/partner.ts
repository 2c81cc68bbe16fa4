import { z } from "zod";

/** A partner as the programme's own records tell it. */
export const PartnerReading = z.strictObject({
  partnerId: z.string().min(1),
  name: z.string().min(1),
  tier: z.enum(["registered", "silver", "gold", "platinum"]),
  standing: z.enum(["active", "suspended", "unknown"]),
  /** Product families the partner is authorised to sell. */
  authorisedFor: z.array(z.string()),
  /** Product families the partner holds a current certification for. */
  certifiedFor: z.array(z.string()),
});
export type PartnerReading = z.infer<typeof PartnerReading>;
