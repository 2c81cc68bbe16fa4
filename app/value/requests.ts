import { createHash } from "node:crypto";
import { formatMinor } from "../../domain/money.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { dayPartners } from "../day/programme.ts";

/** A share of one, in millionths, that a seed gives to a name: the same to every play, whatever happens in it. */
export function drawn(seed: number, ...names: readonly (string | number)[]): number {
  const hash = createHash("sha256")
    .update([seed, ...names].join("/"))
    .digest();
  return Math.floor((hash.readUInt32BE(0) * 1_000_000) / 2 ** 32);
}

/** A whole number from `min` to `max`, both included. */
export function drawnBetween(share: number, { min, max }: Range): number {
  return min + Math.floor((share * (max - min + 1)) / 1_000_000);
}

type Range = { readonly min: number; readonly max: number };

/** What the requests are like. Source: our own assumption, printed with every result. */
export const asked = {
  /** Whole US dollars. */
  listPrice: { min: 8_000, max: 40_000 },
  discountPpm: { min: 40_000, max: 320_000 },
  /** Shares of the requests. */
  withConcessionsPpm: 250_000,
  concessionsPpm: { min: 5_000, max: 30_000 },
  withoutListPricePpm: 80_000,
  withLinkPpm: 60_000,
} as const;

/** A quote that asks for a discount. Amounts in minor units of USD. */
export type Request = {
  readonly n: number;
  readonly partnerId: string;
  readonly listPriceMinor: number;
  readonly netPriceMinor: number;
  readonly concessionsMinor: number;
  /** The record lacks the list price until somebody puts it in. */
  readonly lacksListPrice: boolean;
  /** The quote's id holds a web address that nobody checked. */
  readonly holdsLink: boolean;
};

const sellers = dayPartners.filter(({ standing }) => standing === "active");

/** The requests of a programme, in the order in which they come. Pure. */
export function requestsOf(seed: number, cases: number): readonly Request[] {
  return Array.from({ length: cases }, (_, at) => requestOf(seed, at + 1));
}

function requestOf(seed: number, n: number): Request {
  const share = (name: string) => drawn(seed, n, name);
  const listPriceMinor = drawnBetween(share("list price"), asked.listPrice) * 100;
  const off = (ppm: number) => Math.floor((listPriceMinor * ppm) / 1_000_000);
  const discountPpm = drawnBetween(share("discount"), asked.discountPpm);
  const givesMore = share("concessions") < asked.withConcessionsPpm;
  const partner = sellers[drawnBetween(share("partner"), { min: 0, max: sellers.length - 1 })];
  return {
    n,
    partnerId: partner?.partnerId ?? "",
    listPriceMinor,
    netPriceMinor: listPriceMinor - off(discountPpm),
    concessionsMinor: givesMore ? off(drawnBetween(share("worth"), asked.concessionsPpm)) : 0,
    lacksListPrice: share("list price is there") < asked.withoutListPricePpm,
    holdsLink: share("link") < asked.withLinkPpm,
  };
}

/** The deal as the CRM holds it. */
export function dealOf(request: Request): { readonly [property: string]: string } {
  const { n, partnerId, listPriceMinor, netPriceMinor, concessionsMinor, lacksListPrice, holdsLink } = request;
  return {
    dealname: `Customer ${n}`,
    customer_domain: `customer-${n}.example`,
    partner_id: partnerId,
    quote_id: holdsLink ? `Q-${n} https://quotes.example/${n}` : `Q-${n}`,
    quote_status: "approval_requested",
    quote_currency: "USD",
    quote_list_price: lacksListPrice ? "" : decimal(listPriceMinor),
    quote_net_price: decimal(netPriceMinor),
    quote_concessions: decimal(concessionsMinor),
    quote_floor_price: decimal(Math.floor(listPriceMinor / 3)),
    quote_protected_terms: "none",
    quote_requested_by: "sam",
  };
}

/** `8799990` minor units as a CRM writes them: `87999.90`. */
export function decimal(minor: number): string {
  return `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
}

/** What the requests are like, in sentences. */
export function askedInWords(): readonly string[] {
  const { listPrice, discountPpm, concessionsPpm } = asked;
  const money = (dollars: number) => formatMinor(dollars * 100, "USD");
  return [
    `Each request is a quote of one of ${sellers.length} partners over ${money(listPrice.min)} to ${money(listPrice.max)}, with ${formatPpm(discountPpm.min)} to ${formatPpm(discountPpm.max)} off, every value as likely.`,
    `${formatPpm(asked.withConcessionsPpm)} of them give concessions of ${formatPpm(concessionsPpm.min)} to ${formatPpm(concessionsPpm.max)} besides; ${formatPpm(asked.withoutListPricePpm)} lack their list price; in ${formatPpm(asked.withLinkPpm)} the quote's id holds a web address.`,
  ];
}
