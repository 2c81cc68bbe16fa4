import { z } from "zod";
import { parseDate } from "../../domain/day.ts";
import type { JsonObject } from "../../domain/json.ts";
import { Currency, DecimalMinor } from "../../domain/money.ts";
import { PercentPpm } from "../../domain/ppm.ts";
import type { Readings } from "../definition.ts";

/** How the CRM's readings of contracts are named: `contract/<its id>`. */
const REF_START = "contract/";

/** Where a renewal stands, as the CRM keeps it. */
const states = [
  "scheduled",
  "assessed",
  "proposed",
  "negotiating",
  "accepted",
  "auto-renewed",
  "notice-given",
  "lapsed",
  "recovered",
] as const;
export type RenewalState = (typeof states)[number];

/** An id, a name or a reference as CRMs hold it. */
const Id = z.string().trim().min(1).max(64);
const Text = z.string().trim().min(1).max(500);

/** `2026-12-31` as days since 1970-01-01. Years 1900 to 2199: a placeholder such as `9999-12-31` is no date. */
const Day = z
  .string()
  .regex(/^(19|20|21)\d{2}-\d{2}-\d{2}$/, "expected a date such as `2026-12-31`")
  .transform((text, context) => {
    const day = parseDate(text);
    if (day === undefined) context.addIssue(`\`${text}\` is no day of the calendar`);
    return day ?? z.NEVER;
  });

function whole(digits: number): z.ZodType<number> {
  return z
    .string()
    .regex(new RegExp(`^\\d{1,${digits}}$`), "expected a whole number")
    .transform(Number);
}

/** A property that may be left empty, or out: null then. */
function maybe<Of extends z.ZodType>(schema: Of) {
  const isNothing = (given: unknown) => given === undefined || (typeof given === "string" && given.trim() === "");
  return z.preprocess((given) => (isNothing(given) ? null : given), schema.nullable());
}

/**
 * A contract as the CRM keeps it, every property a string: amounts are decimals, shares are percentages, dates are days.
 * Days become numbers, amounts minor units, shares parts per million. Unknown properties are ignored.
 */
export const ContractRecord = z.object({
  contract_id: Id,
  /** The deal that the contract came from: its team is the contract's. Empty: the contract has a team of its own. */
  deal_id: maybe(Id),
  customer: z.string().trim().min(1).max(200),
  /** Who sold the contract, as the CRM says: what its team is seeded with. Empty: no partner did. */
  partner_id: maybe(Id),
  start_date: Day,
  /** The last day of the term. */
  end_date: Day,
  auto_renew: z.enum(["true", "false"]).transform((text) => text === "true"),
  /** How many days before the end notice must be given. Needed where the contract renews itself. */
  notice_days: maybe(whole(4)),
  currency: Currency,
  /** What is paid now for what is to be renewed, like for like, per term. */
  price: DecimalMinor,
  /** The list price of the same. */
  list_price: DecimalMinor,
  /** The contract's own cap on a rise, as a share of the price paid now. Empty: it has none. */
  price_cap: maybe(PercentPpm),
  /** What is asked for the next term. Empty until somebody asks. */
  requested_price: maybe(DecimalMinor),
  /** Other contracts that end with this one and are priced together. */
  co_term_with: maybe(Text),
  renewal_state: z.enum(states),
  /** The share of what is paid for that is used. Over 100 % is use that nobody paid for. */
  usage: maybe(PercentPpm),
  /** The customer's health, 0 to 100. */
  health: maybe(whole(3).refine((points) => points <= 100, "expected 0 to 100")),
  partner_standing: maybe(z.enum(["active", "dispute", "suspended"])),
  /** The last call, quote or change of stage that the incumbent made for this customer. */
  partner_last_activity: maybe(Day),
  /** Another partner that the contract is to go to. Empty: it stays. */
  requested_partner_id: maybe(Id),
  /** Where the customer's letter that asks for it is kept. */
  customer_letter: maybe(Text),
  /** Where the customer's acceptance is kept: a signature, an order. */
  acceptance_evidence: maybe(Text),
  accepted_on: maybe(Day),
  non_renewal_reason: maybe(Text),
  /** The day on which the customer's notice reached us, whoever opened it. */
  notice_received_on: maybe(Day),
  requested_by: Id,
});

/** What could be read of a contract. A property that cannot be read is absent, and takes no other with it. */
export type Contract = {
  readonly [Name in keyof z.infer<typeof ContractRecord>]?: z.infer<typeof ContractRecord>[Name];
};

/** Reads the record property by property. Never throws. */
export function readContract(record: JsonObject): Contract {
  const fields = Object.entries(ContractRecord.shape).flatMap(([name, schema]) => {
    const read = schema.safeParse(record[name]);
    return read.success ? [[name, read.data] as const] : [];
  });
  return Object.fromEntries(fields);
}

/**
 * The CRM's own id of the contract, as its reading names it; until it is read, and where the reading names none, the
 * contract's number.
 */
export function crmIdOf({ contract_id: contractId }: Contract, readings: Readings): string | undefined {
  const ref = readings["crm.record"]?.source.ref ?? "";
  const id = ref.startsWith(REF_START) ? ref.slice(REF_START.length) : "";
  return id === "" ? contractId : id;
}

/** A contract's term, in days since 1970-01-01. */
export type Term = {
  readonly start: number;
  /** Its last day. */
  readonly end: number;
  readonly autoRenews: boolean;
  /** The last day on which anything can be decided: the notice date where it renews itself, else the end. */
  readonly decideBy: number;
};

/** Undefined where the dates cannot be read or cannot be true: an end before the start, a notice date before it. */
export function termOf({ start_date, end_date, auto_renew, notice_days }: Contract): Term | undefined {
  if (start_date === undefined || end_date === undefined || auto_renew === undefined) return undefined;
  const notice = auto_renew ? notice_days : 0;
  if (notice === undefined || notice === null || start_date >= end_date) return undefined;
  const decideBy = end_date - notice;
  return decideBy < start_date ? undefined : { start: start_date, end: end_date, autoRenews: auto_renew, decideBy };
}
