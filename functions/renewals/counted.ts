import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { readContract, type Contract } from "./contract.ts";

/** Facts that every action of a renewal has: whom it counts for, and whether it is what was asked. */
export const countedFacts = {
  proposedAsRequested: z
    .boolean()
    .meta({ from: "derived", title: "the proposed action is what the CRM record asks for" }),
  account: z.string().max(200).meta({ from: "record", title: "the customer whose contract it is" }),
  requester: z.string().max(64).meta({ from: "requester", title: "who asks for it" }),
};

/** The share a fact can hold at most, 2000 %; larger ones are kept as this one. */
export const MAX_SHARE_PPM = 20_000_000;

/** The most days a fact can hold. */
export const MAX_DAYS = 100_000;

/** Whom a contract counts for, beside its partner. What cannot be read is left out. */
export function countedFor({ customer, requested_by }: Contract): JsonObject {
  const names = Object.entries({ account: customer, requester: requested_by });
  return Object.fromEntries(names.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Who asks, as the record has it; empty when it does not say. */
export function requesterOf(record: JsonObject): string {
  return readContract(record).requested_by ?? "";
}
