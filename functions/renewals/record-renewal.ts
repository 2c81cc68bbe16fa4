import { z } from "zod";
import { writeDate } from "../../domain/day.ts";
import { creditTotalPpm, newestOf } from "../../domain/deal-team.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction, Readings } from "../definition.ts";
import { asksFor } from "../shared/as-requested.ts";
import { teamIn } from "../shared/deal-team.ts";
import { quoted } from "../shared/finding.ts";
import { crmIdOf, readContract, termOf } from "./contract.ts";
import { countedFacts, countedFor, MAX_DAYS, MAX_SHARE_PPM, requesterOf } from "./counted.ts";
import {
  incumbentArgs,
  incumbentFacts,
  incumbentInWords,
  incumbentsToldBy,
  knownOf,
  namedIn,
  teamLookups,
} from "./incumbent.ts";
import {
  acceptanceIn,
  acceptanceLateDays,
  dayOf,
  evidenceFor,
  hasCome,
  isRenewed,
  noticeLateDays,
  outcomeIn,
  outcomes,
  reasonOf,
  recoveryDays,
  type Outcome,
} from "./outcome.ts";
import { answered, answerIn, replyLookups } from "./reply.ts";

const overuse = z.int().min(0).max(MAX_SHARE_PPM);

export const RecordRenewalArgs = z.strictObject({
  /** The CRM's own id of the contract. */
  objectId: z.string().min(1).max(64),
  contractId: z.string().min(1).max(64),
  ...incumbentArgs,
  /** The last day of the term that it became of. */
  endsOn: z.iso.date(),
  outcome: z.enum(outcomes),
  /** The day it came about; empty where the record does not tell it. */
  happenedOn: z.union([z.iso.date(), z.literal("")]),
  reason: z.string().min(1).max(500),
  /** Where the acceptance is kept; empty where there is none. */
  evidence: z.string().max(500),
  /**
   * The incumbent's share of the credit for the renewal: what the team has settled for its role, else what the team has settled
   * for nobody else. Nothing where nothing was renewed.
   */
  creditPpm: z.int().min(0).max(WHOLE_PPM),
  /** Use over what was paid for, as a share of it: what the next term has to be trued up by. */
  trueUpPpm: overuse,
});

const days = z.int().min(0).max(MAX_DAYS);

/** The facts that `policies/renewals.record.yaml` may name. */
export const RecordRenewalFacts = z.strictObject({
  outcome: z.enum(outcomes).meta({ from: "derived", title: "what became of the contract" }),
  evidence: z.enum(["given", "missing", "contradictory"]).meta({
    from: "derived",
    title: "whether the record or the customer's answer proves it, and nothing proves another",
  }),
  hasCome: z.boolean().meta({ from: "derived", title: "its day has come; for silence: is over" }),
  noticeLateDays: days.meta({ from: "derived", title: "days by which a notice came after the last day for one" }),
  acceptanceLateDays: days.meta({
    from: "derived",
    title: "days by which an acceptance came after the contract had renewed itself",
  }),
  recoveryDays: days.meta({ from: "derived", title: "days from the end of the term to the acceptance" }),
  trueUp: overuse.meta({ from: "derived", unit: "ppm", title: "use over what was paid for, as a share of it" }),
  ...incumbentFacts,
  ...countedFacts,
});

/** Use over the whole of what was paid for; 0 where usage is not told. */
function overuseOf(usagePpm: number | null): number {
  return Math.min(Math.max((usagePpm ?? 0) - WHOLE_PPM, 0), MAX_SHARE_PPM);
}

/** The incumbent's credit for the renewal, as its team has it. */
function creditOf(readings: Readings, { partnerId, role }: ReturnType<typeof namedIn>): number {
  if (partnerId === "") return 0;
  const members = teamIn(readings)?.members ?? [];
  return newestOf(members, { partnerId, role })?.creditPpm ?? Math.max(0, WHOLE_PPM - creditTotalPpm(members));
}

function requested(record: JsonObject, readings: Readings = {}): Action | undefined {
  const contract = answered(readContract(record), readings);
  const { contract_id: contractId, usage } = contract;
  const [term, outcome, objectId] = [termOf(contract), outcomeIn(contract), crmIdOf(contract, readings)];
  if (contractId === undefined || objectId === undefined || term === undefined || outcome === undefined)
    return undefined;
  const incumbent = namedIn(incumbentsToldBy(contract, readings));
  const day = dayOf(outcome, contract, term);
  const args = {
    objectId,
    contractId,
    ...incumbent,
    endsOn: writeDate(term.end),
    outcome,
    happenedOn: day === null ? "" : writeDate(day),
    reason: reasonOf(outcome, contract, term),
    evidence: acceptanceIn(contract)?.text ?? "",
    creditPpm: isRenewed(outcome) ? creditOf(readings, incumbent) : 0,
    trueUpPpm: overuseOf(usage ?? null),
  };
  return { tool: recordRenewal.tool, args };
}

function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  const args = RecordRenewalArgs.safeParse(action.args);
  if (record === undefined || !args.success) return {};
  const contract = answered(readContract(record), evidence);
  const term = termOf(contract);
  const { outcome } = args.data;
  const proof = answerIn(evidence) === "unclear" ? undefined : evidenceFor(outcome, contract);
  const known: Record<string, Json> = { ...countedFor(contract), ...knownOf(evidence), outcome };
  if (proof !== undefined) known["evidence"] = proof;
  if (term !== undefined) {
    known["hasCome"] = hasCome(outcome, dayOf(outcome, contract, term), at);
    if (contract.notice_received_on !== undefined) known["noticeLateDays"] = noticeLateDays(contract, term);
    if (contract.accepted_on !== undefined) {
      known["acceptanceLateDays"] = acceptanceLateDays(contract, term);
      known["recoveryDays"] = recoveryDays(contract, term);
    }
  }
  if (contract.usage !== undefined) known["trueUp"] = overuseOf(contract.usage);
  known["proposedAsRequested"] = asksFor(requested(record, evidence), args.data);
  return known;
}

function inWords(outcome: Outcome): string {
  switch (outcome) {
    case "accepted":
      return "was renewed";
    case "auto-renewed":
      return "renewed itself";
    case "notice-given":
      return "was given notice";
    case "lapsed":
      return "lapsed";
    case "recovered":
      return "was won back";
  }
}

/** `Northwind asks to record that contract C-7001 renewed itself on 2026-10-02 (no notice until …), credited to …`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = RecordRenewalArgs.safeParse(given);
  if (!args.success) return undefined;
  const { contractId, outcome, happenedOn, reason, creditPpm, trueUpPpm } = args.data;
  const on = happenedOn === "" ? "" : ` on ${happenedOn}`;
  const credit = creditPpm === 0 ? "" : `, ${formatPpm(creditPpm)} credited to ${incumbentInWords(args.data)}`;
  const trueUp = trueUpPpm === 0 ? "" : `, with a true-up for the ${formatPpm(trueUpPpm)} used over what was paid for`;
  return `${who} asks to record that contract ${contractId} ${inWords(outcome)}${on} (${quoted(reason)})${credit}${trueUp}`;
}

/** Records what became of a contract, with its reason, its evidence and the credit. Rules: policies/renewals.record.yaml. */
export const recordRenewal = {
  id: "renewals.record",
  step: "record",
  tool: "crm.record-renewal",
  args: RecordRenewalArgs,
  partnerSees: ["contractId", "partnerId", "role", "endsOn", "outcome", "happenedOn"],
  occasion: { kind: "period", argument: "endsOn" },
  factSchema: RecordRenewalFacts,
  readsRecord: true,
  lookups: (record) => [...teamLookups(record), ...replyLookups(record)],
  facts,
  describe,
  requestedBy: requesterOf,
  requested,
} as const satisfies FunctionAction;
