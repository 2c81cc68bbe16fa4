import { eventOf, redelivered, type Delivery } from "./deliveries.ts";
import { dayPartners, type DayPartner, type HeldRegistration } from "./programme.ts";
import {
  baitDeals,
  customerDomain,
  daysAfter,
  heldCustomer,
  quoteItems,
  registrationItems,
  type DayItem,
} from "./requests.ts";

/** A working day: what the programme and the CRM hold, and what the CRM sends. The same arguments give the same plan. */
export type DayPlan = {
  readonly company: string;
  readonly day: number;
  readonly startedAt: string;
  readonly partners: readonly DayPartner[];
  readonly registrations: readonly HeldRegistration[];
  /** What is asked, in the order of the summary. Each has an event in a genuine delivery. */
  readonly items: readonly DayItem[];
  /** Everything that the CRM holds: the items, and the deals that only refused deliveries name. */
  readonly crm: readonly Pick<DayItem, "objectType" | "objectId" | "properties">[];
  readonly deliveries: readonly Delivery[];
};

/** Plans day `day` (from 1), which started at an ISO 8601 time. Pure. */
export function planDay({ day, startedAt, company }: { day: number; startedAt: string; company: string }): DayPlan {
  const quotes = quoteItems(day);
  const claims = registrationItems(day, startedAt);
  const { replayed, forged } = baitDeals(day);
  const items = [...quotes, ...claims];
  const crm = [...items, replayed, forged];
  const events = crm.map((item, index) => eventOf(day, startedAt, index + 1, item));
  const eventsOf = (wanted: readonly DayItem[]) =>
    events.filter((_event, index) => wanted.some((item) => item === crm[index]));
  const genuine = (name: string, wanted: readonly DayItem[]): Delivery => ({
    name,
    batch: eventsOf(wanted),
    signature: "genuine",
  });
  const deliveries: Delivery[] = [
    genuine("quotes of the morning", quotes.slice(0, 3)),
    genuine("quotes of the afternoon", quotes.slice(3)),
    genuine("deal registrations", claims),
    { name: "the first quote once more", batch: eventsOf(quotes.slice(0, 1)).map(redelivered), signature: "genuine" },
    { name: replayed.name, batch: eventsOf([replayed]), signature: "stale" },
    { name: forged.name, batch: eventsOf([forged]), signature: "forged" },
  ];
  return {
    company,
    day,
    startedAt,
    partners: dayPartners,
    registrations: [held(day, startedAt)],
    items,
    crm,
    deliveries,
  };
}

/** A registration that runs: 20 of its 90 days are over. */
function held(day: number, startedAt: string): HeldRegistration {
  const { customer, productFamily, partnerId } = heldCustomer;
  return {
    registrationId: `R-${day}-held`,
    partnerId,
    customerDomain: customerDomain(customer, day),
    productFamily,
    valueMinor: 3_500_000,
    currency: "USD",
    registeredAt: daysAfter(startedAt, -20),
    expiresAt: daysAfter(startedAt, 70),
  };
}
