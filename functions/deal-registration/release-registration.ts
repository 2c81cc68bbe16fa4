import { z } from "zod";
import type { JsonObject } from "../../domain/json.ts";
import { Difference, takingBack, type Found, type StandingAct } from "../shared/taking-back.ts";
import { RegisterDealArgs, registerDeal } from "./register-deal.ts";

export const ReleaseRegistrationArgs = z.strictObject({
  /** The CRM's own id of the registration. */
  objectId: z.string().min(1).max(64),
  registrationId: z.string().min(1).max(64),
  /** The programme's own name of it. */
  registration: z.string().min(1).max(80),
  /** What the record says now, beside what was registered. */
  difference: Difference.exclude(["none"]),
  /** Its protection goes on until what the record says now is decided. */
  keepsPlace: z.boolean(),
  /** Whether the record still says that it is registered: it is then set back, and decided anew. */
  asksAnew: z.boolean(),
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

function toTell({ ref, args }: StandingAct, { difference, asked, saysDone }: Found): JsonObject {
  const { objectId, registrationId } = RegisterDealArgs.pick({ objectId: true, registrationId: true }).parse({
    objectId: args["objectId"],
    registrationId: args["registrationId"],
  });
  const asksAnew = difference === "outside" && saysDone;
  const keepsPlace = asksAnew && claim.every((name) => asked[name] === args[name]);
  return { objectId, registrationId, registration: ref, difference, keepsPlace, asksAnew };
}

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
  state: {
    property: "registration_status",
    done: "registered",
    withdrawn: ["withdrawn", "recalled", "cancelled", "released", "denied", "blocked", "lost", "draft"],
  },
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
  toTell,
  asksAnew: (args) => args["asksAnew"] === true,
});
