/** What partners ask on the day, as the CRM keeps it: decimal strings and property names of the deals and registrations. */

/** One thing that is asked, and what the day's people answer if it comes to them. */
export type DayItem = {
  readonly name: string;
  readonly objectType: "deal" | "registration";
  readonly objectId: string;
  readonly properties: { readonly [property: string]: string };
  readonly answer: { readonly verdict: "approve" | "reject"; readonly reason: string } | null;
};

type Ask = {
  readonly name: string;
  readonly partnerId: string;
  readonly customer: string;
  /** Decimal amounts in USD. */
  readonly list: string;
  readonly net: string;
  readonly concessions?: string;
  readonly answer?: NonNullable<DayItem["answer"]>;
};

/** Effective discounts on each side of both limits. 100,000.00 is ten minor units per millionth: 15.0001 % is exact. */
const quotes: readonly Ask[] = [
  { name: "12 %", partnerId: "p-juniper", customer: "brightwater", list: "48000.00", net: "42240.00" },
  { name: "exactly 15 %", partnerId: "p-tidewater", customer: "fernhill", list: "80000.00", net: "68000.00" },
  { name: "15.0001 %", partnerId: "p-larkspur", customer: "osprey-rail", list: "100000.00", net: "84999.90" },
  {
    name: "18 % (14 % price, 4 % concessions)",
    partnerId: "p-juniper",
    customer: "millrace",
    list: "42000.00",
    net: "36120.00",
    concessions: "1680.00",
    answer: { verdict: "approve", reason: "First project with this customer; training seats pay back in year two" },
  },
  {
    name: "exactly 25 %",
    partnerId: "p-larkspur",
    customer: "hazelgrove",
    list: "64000.00",
    net: "48000.00",
    answer: { verdict: "reject", reason: "No competing offer is named; come back with 20 %" },
  },
  { name: "25.0001 %", partnerId: "p-tidewater", customer: "northlight", list: "100000.00", net: "74999.90" },
  { name: "31 %", partnerId: "p-cedar", customer: "quarrybank", list: "52000.00", net: "35880.00" },
];

/** A quote that would pass by itself: only refused deliveries speak of it, so that a hole in the door would be seen. */
const bait: Ask = { name: "", partnerId: "p-juniper", customer: "lantern", list: "20000.00", net: "18000.00" };

const FIRST_DEAL_ID = 9_100_000_000;
const FIRST_REGISTRATION_ID = 9_500_000_000;
/** Most objects of one type on one day: their ids are unique over days. */
const IDS_PER_DAY = 100;

export function objectIdOf(objectType: DayItem["objectType"], day: number, n: number): string {
  const first = objectType === "deal" ? FIRST_DEAL_ID : FIRST_REGISTRATION_ID;
  return String(first + day * IDS_PER_DAY + n);
}

/** A customer's registrable domain: another one every day, and never a real one. */
export function customerDomain(customer: string, day: number): string {
  return `${customer}-${day}.example`;
}

function deal(day: number, n: number, ask: Ask): DayItem {
  const properties = {
    dealname: `${ask.customer} ${day}`,
    customer_domain: customerDomain(ask.customer, day),
    partner_id: ask.partnerId,
    quote_id: `Q-${day}-${n}`,
    quote_status: "approval_requested",
    quote_currency: "USD",
    quote_list_price: ask.list,
    quote_net_price: ask.net,
    quote_concessions: ask.concessions ?? "0.00",
    quote_floor_price: "10000.00",
    quote_protected_terms: "none",
    quote_requested_by: "sam",
  };
  return {
    name: ask.name,
    objectType: "deal",
    objectId: objectIdOf("deal", day, n),
    properties,
    answer: ask.answer ?? null,
  };
}

export function quoteItems(day: number): DayItem[] {
  return quotes.map((ask, index) => deal(day, index + 1, ask));
}

/** The deals that only a replayed and a forged delivery name. */
export function baitDeals(day: number): { replayed: DayItem; forged: DayItem } {
  const n = quotes.length + 1;
  return {
    replayed: deal(day, n, { ...bait, name: "replayed after six minutes" }),
    forged: deal(day, n + 1, { ...bait, name: "forged", customer: "lantern-two" }),
  };
}

/** The customer and product family that a partner already holds when the second registration comes. */
export const heldCustomer = { customer: "saltmarsh", productFamily: "analytics", partnerId: "p-larkspur" } as const;

type Claim = { readonly name: string; readonly partnerId: string; readonly domain: string; readonly value: string };

/** A clean registration, and one for a shop of a customer that another partner holds: the registrable domain counts. */
export function registrationItems(day: number, startedAt: string): DayItem[] {
  const claims: Claim[] = [
    {
      name: "clean registration",
      partnerId: "p-juniper",
      domain: customerDomain("copperfield", day),
      value: "42000.00",
    },
    {
      name: "overlapping registration",
      partnerId: "p-juniper",
      domain: `shop.${customerDomain(heldCustomer.customer, day)}`,
      value: "30000.00",
    },
  ];
  return claims.map((claim, index) => registration(day, index + 1, startedAt, claim));
}

function registration(day: number, n: number, startedAt: string, claim: Claim): DayItem {
  const properties = {
    registration_id: `R-${day}-${n}`,
    registration_status: "submitted",
    partner_id: claim.partnerId,
    customer_domain: claim.domain,
    product_family: heldCustomer.productFamily,
    estimated_value: claim.value,
    currency: "USD",
    expected_close_date: dateAfter(startedAt, 75),
    presales_evidence: "Workshop with the data team, and a scoped proof of concept with two use cases",
    first_call_date: dateAfter(startedAt, -6),
    vendor_engaged: "false",
    requested_by: "sam",
  };
  const objectId = objectIdOf("registration", day, n);
  return { name: claim.name, objectType: "registration", objectId, properties, answer: null };
}

const DAY_MS = 86_400_000;

/** An ISO 8601 time some whole days later (earlier when negative). A day is 24 hours. */
export function daysAfter(iso: string, days: number): string {
  return new Date(Date.parse(iso) + days * DAY_MS).toISOString();
}

function dateAfter(iso: string, days: number): string {
  return daysAfter(iso, days).slice(0, 10);
}
