import { z } from "zod";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { Action } from "../../domain/proposal.ts";
import type { FactInput, FunctionAction } from "../definition.ts";
import { quoted } from "../shared/finding.ts";
import { readContract } from "./contract.ts";
import { asksFor, countedFacts, countedFor, requesterOf } from "./counted.ts";
import { idleDaysOf, incumbentIdleDaysFact } from "./incumbent.ts";

export const AssignPartnerArgs = z.strictObject({
  contractId: z.string().min(1).max(64),
  /** The part of the deal team that is assigned: who keeps the contract. */
  role: z.literal("keep"),
  fromPartnerId: z.string().min(1).max(64),
  toPartnerId: z.string().min(1).max(64),
  /** Where the customer's letter is kept; empty where there is none. */
  letter: z.string().max(500),
});

/** The facts that `policies/renewals.assign-partner.yaml` may name. */
export const AssignPartnerFacts = z.strictObject({
  partnerChanges: z.boolean().meta({ title: "the contract goes to another partner than the incumbent" }),
  customerLetter: z.boolean().meta({ title: "the record holds the customer's letter that asks for it" }),
  incumbentIdleDays: incumbentIdleDaysFact.meta({ title: "days since the incumbent's last activity" }),
  ...countedFacts,
});

function requested(record: JsonObject): Action | undefined {
  const {
    contract_id: contractId,
    partner_id: incumbent,
    requested_partner_id: asked,
    customer_letter: letter,
  } = readContract(record);
  if (contractId === undefined || incumbent === undefined || asked === undefined || letter === undefined)
    return undefined;
  const team = { role: "keep", fromPartnerId: incumbent, toPartnerId: asked ?? incumbent };
  return { tool: assignPartner.tool, args: { contractId, ...team, letter: letter ?? "" } };
}

/** The incumbent is always the record's: a proposal cannot call another partner so. */
function facts({ evidence, action, at }: FactInput): JsonObject {
  const record = evidence["crm.record"]?.value;
  const args = AssignPartnerArgs.safeParse(action.args);
  if (record === undefined || !args.success) return {};
  const contract = readContract(record);
  const { partner_id: incumbent, customer_letter: letter } = contract;
  const known: Record<string, Json> = countedFor(contract);
  const idleDays = idleDaysOf(contract, at);
  if (incumbent !== undefined) known["partnerChanges"] = args.data.toPartnerId !== incumbent;
  if (letter !== undefined) known["customerLetter"] = letter !== null;
  if (idleDays !== undefined) known["incumbentIdleDays"] = idleDays;
  known["proposedAsRequested"] = asksFor(requested(record), args.data);
  return known;
}

/** `Northwind asks to move contract C-7001 from partner-7 to partner-9`. */
function describe(given: JsonObject, who: string): string | undefined {
  const args = AssignPartnerArgs.safeParse(given);
  if (!args.success) return undefined;
  const { contractId, fromPartnerId, toPartnerId, letter } = args.data;
  if (fromPartnerId === toPartnerId) return `${who} asks to leave contract ${contractId} with ${fromPartnerId}`;
  const by = letter === "" ? "without a letter of the customer" : `by the customer's letter ${quoted(letter)}`;
  return `${who} asks to move contract ${contractId} from ${fromPartnerId} to ${toPartnerId}, ${by}`;
}

/** Says who keeps the contract. A change is always people's to decide: policies/renewals.assign-partner.yaml. */
export const assignPartner = {
  id: "renewals.assign-partner",
  step: "assign-partner",
  tool: "crm.assign-partner",
  args: AssignPartnerArgs,
  factSchema: AssignPartnerFacts,
  readsRecord: true,
  lookups: () => [],
  facts,
  describe,
  requestedBy: requesterOf,
  requested,
} as const satisfies FunctionAction;
