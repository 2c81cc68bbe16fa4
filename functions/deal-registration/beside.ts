import { z } from "zod";
import type { Beside } from "../../domain/decision-details.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FactInput } from "../definition.ts";
import { ACCOUNT_MATCHES, matchesIn, type AccountMatch } from "../shared/account-matches.ts";
import { readRegistration, type Registration } from "./registration.ts";
import { ownEndedOf, rivalsOf } from "./rivals.ts";

/** The reading of what partners asked for of an account, and did not get or still wait for. */
export const CLAIMS = "ledger.claims";

/** A request for the account and product family that was denied or blocked, or that waits for people. */
const Claim = z.strictObject({
  partnerId: z.string(),
  partnerName: z.string().nullable(),
  registrationId: z.string(),
  customerDomain: z.string(),
  decidedAt: z.iso.datetime(),
  state: z.enum(["waits", "was denied"]),
  /** Protections whose end its case was told of; `asked`: its partner was told too, or is not to be. Absent in older records. */
  ended: z.array(z.strictObject({ protection: z.string(), asked: z.boolean() })).optional(),
});
type Claim = z.infer<typeof Claim>;

/** What the ledgers tell of an account, the newest first. */
export const ClaimsReading = z.strictObject({ claims: z.array(Claim) });

/** Records of each kind that are shown; who wants to see more looks at the programme. */
const MOST = 5;

const day = (iso: string) => iso.slice(0, 10);
const named = (id: string, name: string | null) => (name === null || name === "" ? id : `${name} (${id})`);
const customer = (domain: string, ...more: readonly (string | null | undefined)[]) =>
  [domain, ...more.filter((text) => text !== undefined && text !== null && text !== "")].join(", ");

/** How the record writes its own part of each row. */
type Asked = {
  readonly customer: string;
  readonly partner: string;
  readonly productFamily: string;
  readonly role: string;
};

function askedIn(registration: Registration, partner: JsonObject | undefined): Asked {
  const { customer_domain, customer_name, customer_aliases, partner_id = "", product_family = "" } = registration;
  const { name } = partner ?? {};
  return {
    customer: customer(customer_domain ?? "", customer_name, customer_aliases),
    partner: named(partner_id, typeof name === "string" ? name : null),
    productFamily: product_family,
    role: registration.partner_role ?? "",
  };
}

function besideMatch(asked: Asked, match: AccountMatch, title: string): Beside {
  const { customerDomain, customerName, customerAliases, partnerId, partnerName, productFamily } = match;
  return {
    title,
    reasons: match.reasons,
    rows: [
      { name: "customer", asked: asked.customer, other: customer(customerDomain, customerName, customerAliases) },
      { name: "partner", asked: asked.partner, other: named(partnerId, partnerName) },
      { name: "role", asked: asked.role, other: match.role },
      { name: "product family", asked: asked.productFamily, other: productFamily },
      { name: "registered", asked: "asked now", other: day(match.registeredAt) },
      { name: "protected until", asked: "", other: day(match.expiresAt) },
    ],
  };
}

/** Whether the claim's partner was told that this protection ended; undefined where that is not to be. */
function isAsked({ ended = [] }: Claim, { protection }: AccountMatch): boolean | undefined {
  return ended.find((told) => told.protection === protection)?.asked;
}

function besideClaim(asked: Asked, claim: Claim, protection: AccountMatch): Beside {
  const told = isAsked(claim, protection);
  return {
    title: `the request ${claim.registrationId} of another partner ${claim.state}`,
    reasons: [`it is for ${claim.customerDomain} too`],
    rows: [
      { name: "customer", asked: asked.customer, other: claim.customerDomain },
      { name: "partner", asked: asked.partner, other: named(claim.partnerId, claim.partnerName) },
      { name: "asked", asked: "now", other: day(claim.decidedAt) },
      ...(told === undefined
        ? []
        : [{ name: "told that the protection ended", asked: "", other: told ? "yes" : "not yet" }]),
    ],
  };
}

/** What others asked for where the partner asks again: their claims, and its own protection that ended last. */
function askedMeanwhile({
  evidence,
  at,
}: FactInput): { readonly own: AccountMatch; readonly others: readonly Claim[] } | undefined {
  const record = evidence["crm.record"]?.value;
  const matches = matchesIn(evidence[ACCOUNT_MATCHES]?.value);
  if (record === undefined || matches === undefined) return undefined;
  const registration = readRegistration(record);
  const [own] = ownEndedOf(matches, registration, at);
  const claims = ClaimsReading.safeParse(evidence[CLAIMS]?.value).data?.claims ?? [];
  return own && { own, others: claims.filter(({ partnerId }) => partnerId !== registration.partner_id) };
}

/**
 * The requests of others that waited for what the partner held, and whose partners are being told that it ended and have not
 * been yet: they are asked first. Pure.
 */
export function notAskedYet(input: FactInput): readonly string[] {
  const { own, others } = askedMeanwhile(input) ?? {};
  if (own === undefined || others === undefined) return [];
  return others.filter((claim) => isAsked(claim, own) === false).map(({ registrationId }) => registrationId);
}

/**
 * Open registrations of the same customer or one near to it, the partner's own that have ended, and, where it asks again, other
 * partners whose requests were denied or wait: each beside what is asked. Pure.
 */
export function besideOf({ evidence, action, at }: FactInput): readonly Beside[] {
  const record = evidence["crm.record"]?.value;
  const matches = matchesIn(evidence[ACCOUNT_MATCHES]?.value);
  if (record === undefined || matches === undefined) return [];
  const registration = readRegistration(record);
  const asked = askedIn(registration, evidence["programme.partner"]?.value);
  const ended = ownEndedOf(matches, registration, at);
  const { own, others = [] } = askedMeanwhile({ evidence, action, at }) ?? {};
  return [
    ...rivalsOf(matches, registration, at)
      .slice(0, MOST)
      .map((match) => besideMatch(asked, match, `registration ${match.registrationId}, which is open`)),
    ...ended
      .slice(0, 1)
      .map((match) =>
        besideMatch(asked, match, `the partner's own registration ${match.registrationId}, which has ended`),
      ),
    ...(own === undefined ? [] : others.slice(0, MOST).map((claim) => besideClaim(asked, claim, own))),
  ];
}
