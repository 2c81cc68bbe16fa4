import { z } from "zod";
import { dayAtUtc, writeDate } from "../../domain/day.ts";
import { isBefore } from "../../domain/deal-team.ts";
import type { JsonObject } from "../../domain/json.ts";
import { PartnerReading } from "../../domain/partner.ts";
import type { FunctionMessage, Readings } from "../definition.ts";
import { ACCOUNT_MATCHES, matchesIn, type AccountMatch } from "../shared/account-matches.ts";
import { customerDomainOf } from "../shared/customer.ts";
import { customerIn, readRegistration, type Registration } from "./registration.ts";
import { matchesLookup, registerDeal } from "./register-deal.ts";
import { withdrawnStates } from "./release-registration.ts";
import { rivalsOf } from "./rivals.ts";

/** The reading of what a policy in force sets, by its tool. */
export const POLICY_PARAMS = "policy.params";

/** The parameters of a policy that have a value, by name. */
const PolicyParamsReading = z.strictObject({ params: z.record(z.string(), z.int()) });

/** The protection that the occasion names, of the very customer: over when it was read, and another partner's. */
function endedIn(readings: Readings, registration: Registration, occasion: string): AccountMatch | undefined {
  const { observedAt } = readings[ACCOUNT_MATCHES]?.source ?? {};
  const found = matchesIn(readings[ACCOUNT_MATCHES]?.value)?.find(
    ({ protection }) => protection !== "" && protection === occasion,
  );
  if (found === undefined || observedAt === undefined || isBefore(observedAt, found.expiresAt)) return undefined;
  const { partnerId, role, likeness } = found;
  const isRivals = partnerId !== registration.partner_id && role === registration.partner_role;
  return isRivals && likeness === "same" ? found : undefined;
}

/** Before when whoever held the protection asks again through a person; undefined where the policy does not say. */
function askedFirstBefore(readings: Readings, { expiresAt }: AccountMatch): number | undefined {
  const { cooling_days: days } = PolicyParamsReading.safeParse(readings[POLICY_PARAMS]?.value).data?.params ?? {};
  return days === undefined ? undefined : dayAtUtc(expiresAt) + days;
}

/** Whether the record stands by its claim, and it is neither met nor in vain: the customer is free, and the partner may register. */
function waits(readings: Readings, registration: Registration): boolean {
  const partner = PartnerReading.safeParse(readings["programme.partner"]?.value).data;
  const { observedAt } = readings[ACCOUNT_MATCHES]?.source ?? {};
  const matches = matchesIn(readings[ACCOUNT_MATCHES]?.value);
  if (partner?.standing !== "active" || observedAt === undefined || matches === undefined) return false;
  const says = (registration.registration_status ?? "").trim().toLowerCase();
  const isOver = says === registerDeal.writeBack.values.executed || withdrawnStates.includes(says);
  // The claim's own registration is among the open ones too.
  const { registration_id: _own, ...claim } = registration;
  const open = rivalsOf(matches, claim, observedAt);
  return !isOver && open.every(({ likeness }) => likeness !== "same");
}

/** The text is for a claim that still waits, while there is time to be asked first. */
function isDue(readings: Readings, occasion: string): boolean {
  const registration = readRegistration(readings["crm.record"]?.value);
  const ended = endedIn(readings, registration, occasion);
  if (ended === undefined || !waits(readings, registration)) return false;
  const before = askedFirstBefore(readings, ended);
  const { observedAt = "" } = readings[ACCOUNT_MATCHES]?.source ?? {};
  return before === undefined || dayAtUtc(observedAt) < before;
}

/** Tells of the protection that it ended, and nothing else of whose it was. */
function fill(readings: Readings, occasion: string) {
  const registration = readRegistration(readings["crm.record"]?.value);
  const ended = endedIn(readings, registration, occasion);
  const before = ended && askedFirstBefore(readings, ended);
  const { registration_id: id, product_family: productFamily } = registration;
  const customer = customerDomainOf(registration);
  if (ended === undefined || before === undefined || !isDue(readings, occasion)) return undefined;
  if (id === undefined || productFamily === undefined || customer === undefined) return undefined;
  const endedOn = writeDate(dayAtUtc(ended.expiresAt));
  return { registration: id, customer, productFamily, endedOn, askedFirstBefore: writeDate(before) };
}

function lookups(record: JsonObject) {
  const registration = readRegistration(record);
  const { partner_id: partnerId, product_family: productFamily } = registration;
  const customer = customerIn(registration);
  if (partnerId === undefined || customer === undefined || productFamily === undefined) return [];
  return [
    { tool: "programme.partner", args: { partnerId } },
    matchesLookup(customer, productFamily),
    { tool: POLICY_PARAMS, args: { policyId: registerDeal.id, subject: partnerId } },
  ];
}

/** To a partner whose claim was denied or waits, once the protection of its customer has ended. */
export const protectionEnded = {
  audience: ["partner"],
  subject: "{customer} is free to register for {productFamily}",
  body:
    "Your registration {registration} of {customer} for {productFamily} could not be granted while another registration " +
    "protected the customer. That protection ended on {endedOn}, and you may register the customer now.\n\n" +
    "You are asked first: before {askedFirstBefore}, whoever was protected registers again only through a person, who is " +
    "shown your request. If your request still waits, you need not do anything. If it was denied, submit it again.",
  variables: {
    registration: { kind: "text", title: "the id of the partner's own registration" },
    customer: { kind: "text", title: "the registrable domain of the customer" },
    productFamily: { kind: "text", title: "the product family" },
    endedOn: { kind: "date", title: "the day on which the protection ended" },
    askedFirstBefore: { kind: "date", title: "the day from which on the partner is not asked first any more" },
  },
  lookups,
  fill,
  isDue,
} as const satisfies FunctionMessage;
