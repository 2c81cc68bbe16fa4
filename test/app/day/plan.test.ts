import { describe, expect, test } from "vitest";
import { HUBSPOT_PATH } from "../../../gateway/webhooks/hubspot/route.ts";
import { listenersOf } from "../../../gateway/inbox/accept.ts";
import type { Delivery } from "../../../app/day/deliveries.ts";
import { planDay } from "../../../app/day/plan.ts";
import { WEBHOOK_PATH } from "../../../app/day/play.ts";
import { signedRequest } from "../../../app/day/post.ts";
import type { DayItem } from "../../../app/day/requests.ts";
import type { FactInput } from "../../../functions/definition.ts";
import { openRegistration } from "../../../functions/deal-registration/fixture.ts";
import { readRegistration, registrationFields } from "../../../functions/deal-registration/registration.ts";
import { readFields } from "../../../functions/fields.ts";
import { firstActionOf } from "../../../functions/index.ts";
import { customerDomainOf } from "../../../functions/shared/customer.ts";
import { quoteFields, readQuote } from "../../../functions/quoting/approve-discount.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { PartnerReading } from "../../../domain/partner.ts";
import { sharePpm } from "../../../domain/ppm.ts";
import { evaluate } from "../../../guardrails/evaluate.ts";
import {
  SIGNATURE_HEADER,
  TIMESTAMP_HEADER,
  verifyHubspotRequest,
} from "../../../gateway/webhooks/hubspot/signature.ts";
import { HubspotBatch, readHubspotEvent } from "../../../gateway/webhooks/hubspot/batch.ts";
import { evidenceOf, FIXTURE_AT, teamOf } from "../../../functions/shared/fixture.ts";
import { policyOf } from "../../fixtures/policy.ts";

/** A quote of which everything can be read. */
function wholeQuote(properties: JsonObject) {
  const quote = readQuote(properties);
  const { quote_list_price = NaN, quote_net_price = NaN, quote_concessions = NaN } = quote;
  return { quote_list_price, quote_net_price, quote_concessions };
}

const startedAt = "2026-03-02T09:00:00.000Z";
const plan = planDay({ day: 3, startedAt, company: "acme" });
const itemOf = (name: string): DayItem => {
  const item = plan.items.find((candidate) => candidate.name === name);
  if (item === undefined) throw new Error(`no item ${name}`);
  return item;
};

test("the same day is planned the same way again, so that its deliveries are duplicates", () => {
  expect(planDay({ day: 3, startedAt, company: "acme" })).toEqual(plan);
});

describe("what a decision makes of the day", () => {
  const expected: readonly [string, number | null, string, string[]][] = [
    ["12 %", 120_000, "execute", ["within-mandate"]],
    ["exactly 15 %", 150_000, "execute", ["within-mandate"]],
    ["15.0001 %", 150_001, "escalate", ["manager-band"]],
    ["18 % (14 % price, 4 % concessions)", 180_000, "escalate", ["manager-band"]],
    ["exactly 25 %", 250_000, "escalate", ["manager-band"]],
    ["25.0001 %", 250_001, "block", ["over-ceiling"]],
    ["31 %", 310_000, "block", ["over-ceiling", "partner-suspended"]],
    ["clean registration", null, "execute", ["clean-registration"]],
    ["overlapping registration", null, "escalate", ["held-by-another-partner"]],
  ];

  test("the table covers every item", () =>
    expect(expected.map(([name]) => name)).toEqual(plan.items.map(({ name }) => name)));

  test.for(expected)("%s", async ([name, ppm, verdict, rules]) => {
    const item = itemOf(name);
    const { input, functionId } = inputOf(item);
    const decision = await evaluate(policyOf(functionId), firstActionOf(functionId).facts(input));
    expect({ verdict: decision.kind, rules: decision.rules.map(({ id }) => id) }).toEqual({ verdict, rules });
    if (ppm === null) return;
    const { quote_list_price: list, quote_net_price: net, quote_concessions: given } = wholeQuote(item.properties);
    expect(sharePpm(list - net + given, list)).toBe(ppm);
    expect((list - net + given) * 1_000_000).toBe(ppm * list);
  });

  test("18 % is 14 % of price and 4 % of concessions", () => {
    const { properties } = itemOf("18 % (14 % price, 4 % concessions)");
    const { quote_list_price: list, quote_net_price: net, quote_concessions: given } = wholeQuote(properties);
    expect([sharePpm(list - net, list), sharePpm(given, list)]).toEqual([140_000, 40_000]);
  });

  test("one is approved and one is rejected, and nobody answers their own request", () => {
    expect(plan.items.flatMap(({ name, answer }) => (answer === null ? [] : [[name, answer.verdict]]))).toEqual([
      ["18 % (14 % price, 4 % concessions)", "approve"],
      ["exactly 25 %", "reject"],
    ]);
  });
});

describe("the records", () => {
  test("parse as the functions and the programme read them", () => {
    for (const { objectType, properties } of plan.crm) {
      const fields = objectType === "deal" ? quoteFields : registrationFields;
      expect(readFields(fields, properties).unread).toEqual({});
    }
    for (const partner of plan.partners) expect(PartnerReading.safeParse(partner).success).toBe(true);
  });

  test("customers are reserved names, and different ones, but for the overlap", () => {
    const domains = plan.crm.map(({ properties }) => customerDomainOf(readRegistration(properties)));
    expect(domains.every((domain) => domain?.endsWith("-3.example"))).toBe(true);
    expect(new Set(domains).size).toBe(domains.length);
    const held = plan.registrations.map(({ customerDomain }) => customerDomain);
    expect(domains.filter((domain) => held.includes(domain ?? ""))).toEqual(["saltmarsh-3.example"]);
    expect(held.map((domain) => customerDomainOf({ customer_domain: domain }))).toEqual(held);
  });

  test("objects, quotes, registrations and events are other ones every day", () => {
    const days = [1, 2, 3, 40, 41].map((day) => planDay({ day, startedAt, company: "acme" }));
    const ids = days.flatMap(({ crm }) => crm.map(({ objectType, objectId }) => `${objectType} ${objectId}`));
    expect(new Set(ids).size).toBe(ids.length);
    const eventIds = days.flatMap(({ deliveries }) =>
      deliveries.flatMap(({ batch }) => batch.filter(({ attemptNumber }) => attemptNumber === 0)),
    );
    expect(new Set(eventIds.map(({ eventId }) => eventId)).size).toBe(eventIds.length);
    const held = days.flatMap(({ registrations }) => registrations.map(({ customerDomain }) => customerDomain));
    expect(new Set(held).size).toBe(held.length);
  });
});

describe("the deliveries", () => {
  const nowMs = Date.parse(startedAt) + 700;
  const targetUrl = `https://mandate.example${WEBHOOK_PATH}`;
  const secret = "test-secret";

  const checkOf = (delivery: Delivery) => {
    const { body, headers } = signedRequest({ url: targetUrl, targetUrl, secret, clock: () => nowMs }, delivery);
    const [signature, timestamp] = [headers[SIGNATURE_HEADER], headers[TIMESTAMP_HEADER]];
    const check = verifyHubspotRequest(
      secret,
      { method: "POST", targetUrl, body: Buffer.from(body), signature, timestamp },
      nowMs,
    );
    return check.kind === "genuine" ? "genuine" : check.code;
  };

  test("go where the gateway takes them", () => expect(WEBHOOK_PATH).toBe(HUBSPOT_PATH));

  test("are signed as HubSpot signs, but for the stale and the forged one", () => {
    expect(plan.deliveries.map((delivery) => [delivery.signature, checkOf(delivery)])).toEqual([
      ["genuine", "genuine"],
      ["genuine", "genuine"],
      ["genuine", "genuine"],
      ["genuine", "genuine"],
      ["stale", "stale"],
      ["forged", "forged"],
    ]);
  });

  const itemsOf = (delivery: Delivery) =>
    HubspotBatch.parse(delivery.batch).map(
      (event, index) => readHubspotEvent(event, delivery.batch[index] as unknown as JsonObject)[0],
    );

  test("reach the function that listens, none from the future", () => {
    for (const event of plan.deliveries.flatMap(itemsOf)) {
      expect(listenersOf(event.notification)).toEqual([event.objectType === "deal" ? "quoting" : "deal-registration"]);
      expect(event.saidMs).toBeLessThan(Date.parse(startedAt));
    }
  });

  test("genuine ones tell of every item once, and of the first one twice with the same key and body", () => {
    const genuine = plan.deliveries.filter(({ signature }) => signature === "genuine").flatMap(itemsOf);
    expect(genuine.map(({ objectId }) => objectId)).toEqual([
      ...plan.items.map(({ objectId }) => objectId),
      plan.items[0]?.objectId,
    ]);
    const [first, again] = [genuine[0], genuine.at(-1)];
    expect([again?.sourceKey, again?.bodyDigestInput]).toEqual([first?.sourceKey, first?.bodyDigestInput]);
    expect(again?.body["attemptNumber"]).toBe(1);
  });

  test("refused ones name objects that no genuine one does, and that would pass by themselves", async () => {
    const refused = plan.deliveries.filter(({ signature }) => signature !== "genuine").flatMap(itemsOf);
    for (const { objectId } of refused) {
      expect(plan.items.some((item) => item.objectId === objectId)).toBe(false);
      const bait = plan.crm.find((object) => object.objectId === objectId);
      if (bait === undefined) throw new Error("the CRM does not hold it");
      const { input } = inputOf(bait);
      expect((await evaluate(policyOf("quoting"), firstActionOf("quoting").facts(input))).kind).toBe("execute");
    }
  });
});

/** What a decision reads of an item, with the programme as the plan leaves it. */
function inputOf({ objectType, properties }: Pick<DayItem, "objectType" | "properties">): {
  input: FactInput;
  functionId: string;
} {
  const functionId = objectType === "deal" ? "quoting" : "deal-registration";
  const action = firstActionOf(functionId).requested(properties);
  if (action === undefined) throw new Error("the record asks for nothing");
  const partner = plan.partners.find(({ partnerId }) => partnerId === properties["partner_id"]);
  const domain = customerDomainOf(readRegistration(properties)) ?? "";
  const open = plan.registrations
    .filter(({ customerDomain }) => customerDomain === domain)
    .map(({ registrationId, partnerId, expiresAt }) => openRegistration(partnerId, { registrationId, expiresAt }));
  const evidence = evidenceOf({
    "crm.record": properties,
    "programme.partner": PartnerReading.parse(partner),
    "programme.deal-team": teamOf(PartnerReading.parse(partner)),
    "programme.registration-id": { heldBy: [] },
    "quotes.approval": { last: null },
    "accounts.matches": { matches: open },
  });
  return { input: { evidence, action, at: FIXTURE_AT }, functionId };
}
