import { writeDate } from "../../domain/day.ts";
import { termOf, type Contract } from "./contract.ts";

/** What a correlation may be made of. */
const CORRELATION = /^[A-Za-z0-9._/-]{1,200}$/;

/** What an answer names, by what it answers: the offer of the term that runs. One that cannot be written is left out. */
export function correlationsOf(contract: Contract): { readonly offer?: string } {
  const { contract_id: contractId } = contract;
  const term = termOf(contract);
  if (contractId === undefined || term === undefined) return {};
  const offer = `renewals/offer/${contractId}/${writeDate(term.end)}`;
  return CORRELATION.test(offer) ? { offer } : {};
}
