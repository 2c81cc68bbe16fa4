import { z } from "zod";
import { endOfDayUtc, writeDate } from "../../domain/day.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction, Readings } from "../definition.ts";
import { readFields, unknownFrom, whatIsKnown } from "../fields.ts";
import { asksFor } from "../shared/as-requested.ts";
import { quoted } from "../shared/finding.ts";
import { contractFields, crmIdOf, readContract, termOf, type Contract } from "./contract.ts";
import { countedFacts, countedFor, MAX_SHARE_PPM, requesterOf } from "./counted.ts";
import {
  activityApart,
  idleDaysOf,
  incumbentArgs,
  incumbentFacts,
  incumbentIdleDaysFact,
  incumbentInWords,
  incumbentStandingFact,
  incumbentsToldBy,
  knownOf,
  namedIn,
  standingOf,
  teamLookups,
} from "./incumbent.ts";
import { isOpen } from "./outcome.ts";

export const ProposeRenewalArgs = z.strictObject({
  /** The CRM's own id of the contract. */
  objectId: z.string().min(1).max(64),
  contractId: z.string().min(1).max(64),
  customer: z.string().min(1).max(200),
  ...incumbentArgs,
  /** The last day of the term that runs. */
  endsOn: z.iso.date(),
  /** The last day to decide: the notice date where the contract renews itself, else the end. */
  decideBy: z.iso.date(),
});

const signals = ["usage", "health", "standing"] as const;
type Signal = (typeof signals)[number];

const Signals = z.array(z.enum(signals)).refine((told) => new Set(told).size === told.length, "expected each once");

/** The facts that `policies/renewals.propose.yaml` may name. */
export const ProposeRenewalFacts = z.strictObject({
  told: Signals.meta({
    from: "derived",
    title: "which of usage, health and the incumbent's standing the records tell",
  }),
  usage: z
    .int()
    .min(0)
    .max(MAX_SHARE_PPM)
    .optional()
    .meta({ from: "record", unit: "ppm", title: "share of what is paid for that is used, where told" }),
  health: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .meta({ from: "record", title: "the customer's health, 0 to 100, where told" }),
  incumbentStanding: incumbentStandingFact
    .optional()
    .meta({ from: "record", title: "the incumbent's standing, where told" }),
  incumbentIdleDays: incumbentIdleDaysFact.meta({ from: "derived", title: "days since the incumbent's last activity" }),
  partnerChangeAsked: z.boolean().meta({ from: "derived", title: "the contract is asked to go to another partner" }),
  decidedTooLate: z.boolean().meta({ from: "derived", title: "the last day to decide is over" }),
  ...incumbentFacts,
  ...countedFacts,
});

function requested(record: JsonObject, readings: Readings = {}): Action | undefined {
  const contract = readContract(record);
  const { contract_id: contractId, customer, renewal_state: state } = contract;
  if (state !== undefined && !isOpen(state)) return undefined;
  const term = termOf(contract);
  const args = whatIsKnown({
    objectId: crmIdOf(contract, readings),
    contractId,
    customer,
    ...namedIn(incumbentsToldBy(contract, readings)),
    endsOn: term && writeDate(term.end),
    decideBy: term && writeDate(term.decideBy),
  });
  return { tool: proposeRenewal.tool, args };
}

/** A signal that is told and cannot be read is named, and its fact left out: what hangs on it then asks. */
function toldFacts(contract: Contract, readings: Readings): JsonObject {
  const { usage, health } = contract;
  const { told: isStandingTold, standing } = standingOf(contract, readings);
  const told: Signal[] = [
    ...(usage === null ? [] : (["usage"] as const)),
    ...(health === null ? [] : (["health"] as const)),
    ...(isStandingTold ? (["standing"] as const) : []),
  ];
  return {
    told,
    ...(typeof usage === "number" ? { usage: Math.min(usage, MAX_SHARE_PPM) } : {}),
    ...(typeof health === "number" ? { health } : {}),
    ...(standing === undefined ? {} : { incumbentStanding: standing }),
  };
}

function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  if (record === undefined) return {};
  const { partnerId } = ProposeRenewalArgs.partial().safeParse(action.args).data ?? {};
  const contract = readContract(record);
  const named = knownOf(evidence);
  const known: Record<string, Json> = { ...countedFor(contract), ...named, ...toldFacts(contract, evidence) };
  const { requested_partner_id: asked } = contract;
  const idleDays = idleDaysOf(contract, at);
  const term = termOf(contract);
  if (idleDays !== undefined) known["incumbentIdleDays"] = idleDays;
  if (named["incumbents"] !== undefined && asked !== undefined) {
    const incumbent = named["partner"] ?? "";
    known["partnerChangeAsked"] = partnerId !== incumbent || (asked !== null && asked !== incumbent);
  }
  if (term !== undefined) known["decidedTooLate"] = Date.parse(at) > Date.parse(endOfDayUtc(term.decideBy));
  known["proposedAsRequested"] = asksFor(requested(record, evidence), action.args);
  return known;
}

/** Why people are asked: what of the contract cannot be read. */
function unknown({ evidence }: FactInput): { readonly [fact: string]: string } {
  const { values, unread } = readFields(contractFields, evidence["crm.record"]?.value ?? {});
  const dates = ["start_date", "end_date", "auto_renew", "notice_days"];
  const read = dates.every((property) => unread[property] === undefined);
  const impossible = read && termOf(values) === undefined;
  return {
    ...(impossible && { decidedTooLate: "start_date, end_date and notice_days cannot all be true" }),
    ...unknownFrom(unread, {
      decidedTooLate: dates,
      usage: ["usage"],
      health: ["health"],
      incumbentIdleDays: ["partner_last_activity"],
      partnerChangeAsked: ["requested_partner_id"],
      account: ["customer"],
      requester: ["requested_by"],
    }),
  };
}

/** `Northwind asks to open the renewal of Contoso's contract C-7001 with partner-7, keeping: it ends on 2026-12-31 …`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = ProposeRenewalArgs.safeParse(given);
  if (!args.success) return describePart(given, who);
  const { contractId, customer, endsOn, decideBy } = args.data;
  const due = decideBy === endsOn ? "" : `, and renews itself unless notice is given by ${decideBy}`;
  const contract = `${quoted(customer)}'s contract ${contractId} with ${incumbentInWords(args.data)}`;
  return `${who} asks to open the renewal of ${contract}: it ends on ${endsOn}${due}`;
}

/** `Northwind asks to open the renewal of contract C-7001, of which not everything can be read`. */
function describePart(given: JsonObject, who: string): string | undefined {
  const args = ProposeRenewalArgs.partial().safeParse(given);
  if (!args.success) return undefined;
  const { contractId } = args.data;
  const of = contractId === undefined ? "a contract" : `contract ${contractId}`;
  return `${who} asks to open the renewal of ${of}, of which not everything can be read`;
}

/** Opens a contract's renewal in the CRM, with the incumbent. Limits: policies/renewals.propose.yaml. */
export const proposeRenewal = {
  id: "renewals.propose",
  step: "propose",
  tool: "crm.open-renewal",
  args: ProposeRenewalArgs,
  partnerSees: ["contractId", "customer", "partnerId", "role", "endsOn", "decideBy"],
  occasion: { kind: "period", argument: "endsOn" },
  factSchema: ProposeRenewalFacts,
  readsRecord: true,
  lookups: teamLookups,
  facts,
  unknown,
  agrees: activityApart,
  describe,
  requestedBy: requesterOf,
  requested,
  writeBack: { property: "renewal_state", values: { executed: "proposed", denied: "assessed", blocked: "assessed" } },
} as const satisfies FunctionAction;
