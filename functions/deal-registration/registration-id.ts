import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import type { Readings } from "../definition.ts";
import { areSame } from "../shared/as-requested.ts";

/** The reading of what was registered under an id, by its tool. */
export const REGISTRATION_ID = "programme.registration-id";

/** What was registered under an id, as the programme's records tell it: one per object of the CRM. */
export const RegistrationIdReading = z.strictObject({
  heldBy: z.array(
    z.strictObject({
      /** The CRM's own id. */
      objectId: z.string(),
      /** The programme's own name of it. */
      ref: z.string(),
      /** Its protection runs. */
      isOpen: z.boolean(),
      asked: z.record(z.string(), z.json()),
    }),
  ),
});

function holdersIn(readings: Readings) {
  return RegistrationIdReading.safeParse(readings[REGISTRATION_ID]?.value).data?.heldBy;
}

/** Whose the id is. Undefined where it was not read. */
export function idHeldBy(readings: Readings, objectId: string | undefined): "this" | "another" | "nobody" | undefined {
  const holders = holdersIn(readings);
  if (holders === undefined) return undefined;
  if (holders.some((holder) => holder.objectId !== objectId)) return "another";
  return holders.length > 0 ? "this" : "nobody";
}

/**
 * A registration as it is asked of the programme, as far as it can be read: with the one that it takes the place of. What is in
 * force already is asked in the very words in which it was, and is found to be done.
 */
export function asAsked(asked: JsonObject, readings: Readings): JsonObject {
  const own = holdersIn(readings)?.find(({ objectId }) => objectId === asked["objectId"]);
  if (own === undefined) return { ...asked, replaces: null };
  const { replaces = null, protectionDays: _days, ...before } = own.asked;
  return { ...asked, replaces: own.isOpen && areSame(before, asked) ? replaces : own.ref };
}
