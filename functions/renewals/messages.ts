import type { z } from "zod";
import type { Lookup } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { STANDING_ACT, StandingActReading } from "../shared/taking-back.ts";
import { PriceRenewalArgs, priceRenewal } from "./price-renewal.ts";
import { RecordRenewalArgs, recordRenewal } from "./record-renewal.ts";
import { parseDate, writeDate } from "../../domain/day.ts";
import { writeMinor } from "../../domain/money.ts";
import type { FunctionMessage, Readings } from "../definition.ts";
import { teamIn } from "../shared/deal-team.ts";
import { readContract, termOf, type Contract, type Term } from "./contract.ts";
import { incumbentsOf, teamLookups } from "./incumbent.ts";
import { dayOf, isRenewed, outcomeIn, reasonOf, type Outcome } from "./outcome.ts";
import { offerEndsOn } from "./plan.ts";
import { answered, replyLookups } from "./reply.ts";

const contract = { kind: "text", title: "the contract's id" } as const;
const customer = { kind: "text", title: "the customer" } as const;
const partner = { kind: "text", title: "whom the customer turns to: the incumbent partner" } as const;
const endsOn = { kind: "date", title: "the last day of the term that runs" } as const;

/** Whom a customer without a partner turns to. */
const OURSELVES = "our renewals desk";

/** What every text of a renewal says. */
type Common = { readonly contract: string; readonly customer: string; readonly partner: string };

/** The contract with its answer, its term and what every text says; undefined where the readings do not tell it all. */
function read(readings: Readings): { contract: Contract; term: Term; common: Common } | undefined {
  const told = answered(readContract(readings["crm.record"]?.value ?? {}), readings);
  const [term, team] = [termOf(told), teamIn(readings)];
  if (told.contract_id === undefined || told.customer === undefined || term === undefined || team === undefined)
    return undefined;
  const names = incumbentsOf(team).map(({ name, partnerId }) => name ?? partnerId);
  const common = {
    contract: told.contract_id,
    customer: told.customer,
    partner: names.length === 0 ? OURSELVES : names.join(" or "),
  };
  return { contract: told, term, common };
}

/** What was permitted and done last for the term that runs, under one of our own actions; undefined where nothing was. */
function permitted<Args extends z.ZodObject>(args: Args, readings: Readings, term: Term): z.infer<Args> | undefined {
  const act = StandingActReading.safeParse(readings[STANDING_ACT]?.value).data?.act;
  const done = args.safeParse(act?.args).data;
  return done !== undefined && done["endsOn"] === writeDate(term.end) ? done : undefined;
}

function actLookup(objectId: string, action: string): Lookup {
  return { tool: STANDING_ACT, args: { functionId: "renewals", objectType: "contract", objectId, action } };
}

/** `occasion` begins with the day on which the offer is made. The price is the one that was permitted, whatever the record says by now. */
function offer(readings: Readings, occasion: string) {
  const { term, common } = read(readings) ?? {};
  const madeOn = parseDate(occasion.slice(0, "2026-12-31".length));
  if (term === undefined || common === undefined || madeOn === undefined) return undefined;
  const price = permitted(PriceRenewalArgs, readings, term);
  if (price === undefined) return undefined;
  const { currency, currentPriceMinor, offerPriceMinor } = price;
  return {
    ...common,
    endsOn: writeDate(term.end),
    offerPrice: writeMinor(offerPriceMinor, currency),
    currentPrice: writeMinor(currentPriceMinor, currency),
    validUntil: writeDate(offerEndsOn(term, madeOn)),
  };
}

function noticeAhead(readings: Readings) {
  const { term, common } = read(readings) ?? {};
  if (term?.autoRenews !== true || common === undefined) return undefined;
  return { ...common, endsOn: writeDate(term.end), decideBy: writeDate(term.decideBy) };
}

/** How a contract goes on: as its record has it by now, else as what is about to be recorded. */
function renewedAs(told: Contract): Outcome | undefined {
  const state = outcomeIn(told) ?? told.renewal_state;
  return state !== undefined && isRenewed(state) ? state : undefined;
}

function renewed(readings: Readings) {
  const { contract: told, term, common } = read(readings) ?? {};
  const recorded = term && permitted(RecordRenewalArgs, readings, term);
  if (recorded !== undefined && common !== undefined && isRenewed(recorded.outcome) && recorded.happenedOn !== "") {
    const { happenedOn, reason, endsOn: ended } = recorded;
    return { ...common, renewedOn: happenedOn, reason, endsOn: ended };
  }
  const outcome = told && renewedAs(told);
  if (told === undefined || term === undefined || common === undefined || outcome === undefined) return undefined;
  const day = dayOf(outcome, told, term);
  if (day === null) return undefined;
  const reason = reasonOf(outcome, told, term);
  return { ...common, renewedOn: writeDate(day), reason, endsOn: writeDate(term.end) };
}

/** What the partner has to do next, by where the renewal stands. Nothing once it is settled. */
function taskOf({ renewal_state: state, requested_price: asked }: Contract): string | undefined {
  if (state === "scheduled" || state === "assessed") return "tell us the price to offer";
  if (state !== "proposed" && state !== "negotiating") return undefined;
  return asked === null ? "tell us the price to offer" : "bring us the customer's answer: a signed order or a notice";
}

function reminder(readings: Readings) {
  const { contract: told, term, common } = read(readings) ?? {};
  const task = told && taskOf(told);
  if (term === undefined || common === undefined || task === undefined) return undefined;
  return { ...common, task, endsOn: writeDate(term.end), decideBy: writeDate(term.decideBy) };
}

const lookups = (record: JsonObject) => [...teamLookups(record), ...replyLookups(record)];

/** The texts that renewals send. Sending one is a governed action: `functions/shared/message.ts`. */
export const renewalMessages = {
  offer: {
    audience: ["customer", "partner"],
    subject: "Offer: contract {contract} for the next term",
    body:
      "Dear {customer},\n\n" +
      "your contract {contract} ends on {endsOn}. We offer the next term at {offerPrice}. You pay {currentPrice} now.\n\n" +
      "The offer is open until {validUntil}. To take it, answer this message or tell {partner}.",
    variables: {
      contract,
      customer,
      partner,
      endsOn,
      offerPrice: { kind: "money", title: "the price of the next term" },
      currentPrice: { kind: "money", title: "the price paid now" },
      validUntil: { kind: "date", title: "the last day on which the offer can be taken" },
    },
    lookups: (record, objectId) => [...lookups(record), actLookup(objectId, priceRenewal.id)],
    fill: offer,
  },
  reminder: {
    audience: ["partner", "partner-manager"],
    subject: "Contract {contract} of {customer}: due by {decideBy}",
    body:
      "Dear {partner},\n\n" +
      "the contract {contract} of {customer} ends on {endsOn}, and its renewal has to be settled by {decideBy}.\n\n" +
      "What is yours to do by then: {task}.",
    variables: {
      contract,
      customer,
      partner,
      endsOn,
      decideBy: { kind: "date", title: "the last day on which anything can be decided" },
      task: { kind: "text", title: "what the partner has to do next" },
    },
    lookups,
    fill: reminder,
  },
  "notice-ahead": {
    audience: ["customer", "partner"],
    subject: "Contract {contract} renews itself after {decideBy}",
    body:
      "Dear {customer},\n\n" +
      "your contract {contract} ends on {endsOn}. It renews itself for another term unless you give notice by {decideBy}.\n\n" +
      "If you want it to go on, you need not do anything. If you do not, answer this message by that day or tell {partner}.",
    variables: {
      contract,
      customer,
      partner,
      endsOn,
      decideBy: { kind: "date", title: "the last day on which notice can be given" },
    },
    lookups,
    fill: noticeAhead,
  },
  renewed: {
    audience: ["customer", "partner"],
    subject: "Contract {contract} is renewed",
    body:
      "Dear {customer},\n\n" +
      "your contract {contract} is renewed as of {renewedOn}: {reason}. The term that ends on {endsOn} is followed by the next.\n\n" +
      "Whatever you need, {partner} is there for you.",
    variables: {
      contract,
      customer,
      partner,
      renewedOn: { kind: "date", title: "the day on which it was renewed" },
      reason: { kind: "text", title: "why, as it was recorded" },
      endsOn,
    },
    lookups: (record, objectId) => [...lookups(record), actLookup(objectId, recordRenewal.id)],
    fill: renewed,
  },
} as const satisfies { readonly [template: string]: FunctionMessage };
