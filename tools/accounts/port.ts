import type { Customer } from "../../domain/customer/match-keys.ts";
import type { Evidence } from "../../domain/evidence.ts";

/** Says who a customer is among those that the programme knows: the one service of all functions that match accounts. */
export type AccountReader = {
  /**
   * The newest registrations for this customer, or one near to it, and a product family: those whose protection runs, and those whose
   * ended within a year. `customer.domain` is as `customerAccount` gives it.
   */
  readMatches(company: string, customer: Customer, productFamily: string): Promise<Evidence>;
};
