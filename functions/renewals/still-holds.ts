import { z } from "zod";
import { startOfDayUtc, writeDate } from "../../domain/day.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { ActOfSubject } from "../definition.ts";
import { isUnset, readFields } from "../fields.ts";
import { contractFields, type Contract, type RenewalState } from "./contract.ts";
import { acceptanceIn, isOpen, isRenewed, noticeIn } from "./outcome.ts";

const MessageVariables = z.record(z.string(), z.string());

/** While nobody ended it: by an acceptance, a notice, or silence. */
function isUndecided(state: RenewalState, contract: Contract): boolean {
  return isOpen(state) && !acceptanceIn(contract) && !noticeIn(contract);
}

/** In which state of a contract each act and each text may be. What is not named hangs on no state. */
const during: { readonly [act: string]: (state: RenewalState, contract: Contract) => boolean } = {
  "renewals.propose": isUndecided,
  "renewals.price": isUndecided,
  "renewals.assign-partner": (state) => isOpen(state) || state === "notice-given",
  "renewals.record": (state) => !isRenewed(state),
  "renewals.offer": isUndecided,
  "renewals.reminder": isUndecided,
  "renewals.notice-ahead": isUndecided,
  "renewals.renewed": (state) => isOpen(state) || isRenewed(state),
};

/** The term that an act is about, by the arguments that name it: its last day, or its first. */
function termNamed({ args }: ActOfSubject): { readonly endsOn: Json | undefined; readonly from: Json | undefined } {
  const { variables, endsOn, from } = args;
  const told = MessageVariables.safeParse(variables).data ?? {};
  return { endsOn: endsOn ?? told["endsOn"], from };
}

/**
 * What a contract must still say for what was decided of it to be done: it is about the same term, and nothing has become of that which
 * leaves no place for it. A contract that somebody else renewed, ended or began anew lets nothing of before go out.
 */
export function contractHolds(record: JsonObject, act: ActOfSubject): boolean | { readonly unread: string } {
  const { values, unread } = readFields(contractFields, record);
  const { template } = act.args;
  const holds = during[typeof template === "string" ? template : act.action];
  if (holds === undefined) return true;
  const { end_date: end, start_date: start, renewal_state: state } = values;
  const { endsOn, from } = termNamed(act);
  if (endsOn !== undefined && end !== undefined && endsOn !== writeDate(end)) return false;
  if (from !== undefined && start !== undefined && from !== startOfDayUtc(start)) return false;
  if (state !== undefined) return holds(state, values);
  return isUnset(record["renewal_state"]) ? true : { unread: unread["renewal_state"] ?? "" };
}
