import { z } from "zod";
import type { CrmOwner } from "./port.ts";

/** What is left out or null is empty; ids are texts, whatever they come as. */
const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((given) => given ?? "");

/** An owner in HubSpot's form (CRM owners API, v3). `userId` is null for those who left, who have the other one. */
const Owner = z.object({
  id: text,
  email: text,
  userId: text,
  userIdIncludingInactive: text,
  firstName: text,
  lastName: text,
  archived: z
    .union([z.boolean(), z.literal("true").transform(() => true), z.literal("false").transform(() => false)])
    .nullish()
    .transform((given) => given ?? false),
});

/** @throws ZodError for what is no owner. */
export function readOwner(given: unknown): CrmOwner {
  const { userId, userIdIncludingInactive, ...owner } = Owner.parse(given);
  return { ...owner, userId: userId === "" ? userIdIncludingInactive : userId };
}
