import type { JsonObject } from "./json.ts";

/**
 * An account that more than one action draws on. Whoever names it in the same words means the same one: a decision by its
 * policy's shared limit, a deposit by the fund and the partner that it is for.
 */
export type SharedAccount = {
  readonly company: string;
  /** The cap of a `limit` is a policy's value; that of a `fund` is what was deposited. */
  readonly kind: "limit" | "fund";
  /** The shared limit that declares it. */
  readonly id: string;
  /** The kind of window it is counted in: `calendar-quarter`, `ever`. */
  readonly window: string;
  readonly unit: AccountUnit;
  /** The values it is made of, by the names that the shared limit gives them. */
  readonly values: JsonObject;
};

/** What an account adds up: requests, a number of something, or minor units of a currency. */
export type AccountUnit =
  | { readonly unit: "count" | "number"; readonly currency: null }
  | { readonly unit: "minor"; readonly currency: string };

/** The text whose SHA-256 names the account in the ledger: the same for the same account, whatever order it is told in. */
export function sharedAccountText({ company, kind, id, window, unit, values }: SharedAccount): string {
  const made = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(["account", company, kind, id, window, unit.unit, unit.currency, made]);
}
