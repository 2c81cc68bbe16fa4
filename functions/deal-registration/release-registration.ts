import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { takeBackArgs, takingBack, type Found, type StandingAct } from "../shared/taking-back.ts";
import { RegisterDealArgs, registerDeal } from "./register-deal.ts";

export const ReleaseRegistrationArgs = z.strictObject({
  /** The CRM's own id of the registration. */
  objectId: z.string().min(1).max(64),
  registrationId: z.string().min(1).max(64),
  /** The programme's own name of it. */
  registration: z.string().min(1).max(80),
  /** Its protection goes on until what the record says now is decided. */
  keepsPlace: z.boolean(),
  ...takeBackArgs,
});

const found: { readonly [difference in Found["difference"]]: string } = {
  within: "the record says another thing by now, and no more than was registered",
  outside: "the record says another thing by now than was registered",
  withdrawn: "the record no longer stands by it",
  gone: "the record is gone",
};

/** `Mandate asks to release registration R-7: the record no longer stands by it`. */
function describe(given: JsonObject): string | undefined {
  const args = ReleaseRegistrationArgs.safeParse(given);
  if (!args.success) return undefined;
  const { registration, difference, keepsPlace } = args.data;
  const what = keepsPlace ? `have registration ${registration} decided anew` : `release registration ${registration}`;
  return `Mandate asks to ${what}: ${found[difference]}`;
}

/** Who claims what: while that is the same, a registration keeps its place until it is decided anew. */
const claim = ["partnerId", "role", "customerDomain", "productFamily"] as const;

function names({ ref, args }: StandingAct, { asksAnew, asked }: Found): JsonObject {
  const { objectId, registrationId } = RegisterDealArgs.pick({ objectId: true, registrationId: true }).parse({
    objectId: args["objectId"],
    registrationId: args["registrationId"],
  });
  const keepsPlace = asksAnew && claim.every((name) => asked[name] === args[name]);
  return { objectId, registrationId, registration: ref, keepsPlace };
}

/** What a registration's record says where nobody stands by it any more, in small letters. */
export const withdrawnStates: readonly string[] = ["withdrawn", "recalled", "cancelled", "released", "lost", "draft"];

/** Takes back a registration that its record no longer stands by. Rules: policies/deal-registration.release.yaml. */
export const releaseRegistration = takingBack({
  id: "deal-registration.release",
  step: "release-registration",
  tool: "programme.release-registration",
  args: ReleaseRegistrationArgs,
  describe,
  of: registerDeal,
  functionId: "deal-registration",
  objectType: "registration",
  withdrawn: withdrawnStates,
  within: {
    estimatedValue: "at-most",
    complete: [true],
    partnerCertified: [true],
    // Others' claims, and what the programme itself made of this one, are no change of the record.
    overlap: "anything",
    ownProtectionDays: "anything",
    idHeldBy: "anything",
    vendorEngaged: "anything",
  },
  names,
});
