import { z } from "zod";
import { writeDate } from "../../domain/day.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction } from "../definition.ts";
import { quoted } from "../shared/finding.ts";
import { readContract, termOf, type Contract, type Term } from "./contract.ts";
import { asksFor, countedFacts, countedFor, MAX_DAYS, MAX_SHARE_PPM, requesterOf } from "./counted.ts";
import {
  acceptanceIn,
  dayOf,
  evidenceFor,
  hasCome,
  noticeIn,
  noticeLateDays,
  outcomeIn,
  outcomes,
  recoveryDays,
  type Outcome,
} from "./outcome.ts";

const overuse = z.int().min(0).max(MAX_SHARE_PPM);

export const RecordRenewalArgs = z.strictObject({
  contractId: z.string().min(1).max(64),
  partnerId: z.string().min(1).max(64),
  outcome: z.enum(outcomes),
  /** The day it came about; empty where the record does not tell it. */
  happenedOn: z.union([z.iso.date(), z.literal("")]),
  reason: z.string().min(1).max(500),
  /** Where the acceptance is kept; empty where there is none. */
  evidence: z.string().max(500),
  /** The incumbent's share of the credit for the renewal: all of it, or nothing where nothing was renewed. */
  creditPpm: z.int().min(0).max(WHOLE_PPM),
  /** Use over what was paid for, as a share of it: what the next term has to be trued up by. */
  trueUpPpm: overuse,
});

const days = z.int().min(0).max(MAX_DAYS);

/** The facts that `policies/renewals.record.yaml` may name. */
export const RecordRenewalFacts = z.strictObject({
  outcome: z.enum(outcomes).meta({ title: "what became of the contract" }),
  evidence: z
    .enum(["given", "missing", "contradictory"])
    .meta({ title: "whether the record proves it, and nothing else as well" }),
  hasCome: z.boolean().meta({ title: "its day has come; for silence: is over" }),
  noticeLateDays: days.meta({ title: "days by which a notice came after the last day for one" }),
  recoveryDays: days.meta({ title: "days from the end of the term to the acceptance" }),
  trueUp: overuse.meta({ unit: "ppm", title: "use over what was paid for, as a share of it" }),
  ...countedFacts,
});

/** Why it ended as it did, in the record's words where it has any. */
function reasonOf(outcome: Outcome, contract: Contract, { end, decideBy }: Term): string {
  const said = noticeIn(contract)?.text;
  switch (outcome) {
    case "accepted":
      return "accepted by the customer";
    case "recovered":
      return "accepted by the customer after it had lapsed";
    case "auto-renewed":
      return `no notice until ${writeDate(decideBy)}`;
    case "notice-given":
      return said ?? "no reason given";
    case "lapsed":
      return said ?? `no acceptance until ${writeDate(end)}`;
  }
}

/** Use over the whole of what was paid for; 0 where usage is not told. */
function overuseOf(usagePpm: number | null): number {
  return Math.min(Math.max((usagePpm ?? 0) - WHOLE_PPM, 0), MAX_SHARE_PPM);
}

const renewing: readonly Outcome[] = ["accepted", "auto-renewed", "recovered"];

function requested(record: JsonObject): Action | undefined {
  const contract = readContract(record);
  const { contract_id: contractId, partner_id: partnerId, usage } = contract;
  const [term, outcome] = [termOf(contract), outcomeIn(contract)];
  if (contractId === undefined || partnerId === undefined || term === undefined || outcome === undefined)
    return undefined;
  const day = dayOf(outcome, contract, term);
  const args = {
    contractId,
    partnerId,
    outcome,
    happenedOn: day === null ? "" : writeDate(day),
    reason: reasonOf(outcome, contract, term),
    evidence: acceptanceIn(contract)?.text ?? "",
    creditPpm: renewing.includes(outcome) ? WHOLE_PPM : 0,
    trueUpPpm: overuseOf(usage ?? null),
  };
  return { tool: recordRenewal.tool, args };
}

function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  const args = RecordRenewalArgs.safeParse(action.args);
  if (record === undefined || !args.success) return {};
  const contract = readContract(record);
  const term = termOf(contract);
  const { outcome } = args.data;
  const proof = evidenceFor(outcome, contract);
  const known: Record<string, Json> = { ...countedFor(contract), outcome };
  if (proof !== undefined) known["evidence"] = proof;
  if (term !== undefined) {
    known["hasCome"] = hasCome(outcome, dayOf(outcome, contract, term), at);
    if (contract.notice_received_on !== undefined) known["noticeLateDays"] = noticeLateDays(contract, term);
    if (contract.accepted_on !== undefined) known["recoveryDays"] = recoveryDays(contract, term);
  }
  if (contract.usage !== undefined) known["trueUp"] = overuseOf(contract.usage);
  known["proposedAsRequested"] = asksFor(requested(record), args.data);
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
  const { contractId, partnerId, outcome, happenedOn, reason, creditPpm, trueUpPpm } = args.data;
  const on = happenedOn === "" ? "" : ` on ${happenedOn}`;
  const credit = creditPpm === 0 ? "" : `, ${formatPpm(creditPpm)} credited to ${partnerId}`;
  const trueUp = trueUpPpm === 0 ? "" : `, with a true-up for the ${formatPpm(trueUpPpm)} used over what was paid for`;
  return `${who} asks to record that contract ${contractId} ${inWords(outcome)}${on} (${quoted(reason)})${credit}${trueUp}`;
}

/** Records what became of a contract, with its reason, its evidence and the credit. Rules: policies/renewals.record.yaml. */
export const recordRenewal = {
  id: "renewals.record",
  step: "record",
  tool: "crm.record-renewal",
  args: RecordRenewalArgs,
  factSchema: RecordRenewalFacts,
  readsRecord: true,
  lookups: () => [],
  facts,
  describe,
  requestedBy: requesterOf,
  requested,
} as const satisfies FunctionAction;
