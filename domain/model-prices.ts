import { z } from "zod";
import { JsonText } from "./json-text.ts";

/** What a supplier asks for a million tokens, in micro-units of a US dollar: 2_000_000 = 2 USD. `from`: ISO date (UTC). */
type Price = { readonly from: string; readonly inputMicroUsd: number; readonly outputMicroUsd: number };

/** Prices by model, each model's in the order of their dates. */
export type Prices = { readonly [model: string]: readonly [Price, ...Price[]] };

/** Where every price here was read for the first time. */
const FIRST_READ = "2026-11-30";

/**
 * List prices by model, oldest first: each counts from its date until the next one's, and the first also for what came before it was
 * read here. Source: the suppliers' price tables, platform.claude.com/docs (models and pricing); `claude-haiku-5-5` in its band up
 * to 100,000 tokens a request, which no request here exceeds. A model that is not here has no price: its turns are told in tokens
 * alone, and no budget in money lets it be asked. A changed price is a further line, never a changed one.
 */
export const listPrices: Prices = {
  "claude-opus-5-5": [{ from: FIRST_READ, inputMicroUsd: 4_000_000, outputMicroUsd: 20_000_000 }],
  "claude-opus-5": [{ from: FIRST_READ, inputMicroUsd: 5_000_000, outputMicroUsd: 25_000_000 }],
  "claude-sonnet-5-5": [{ from: FIRST_READ, inputMicroUsd: 2_000_000, outputMicroUsd: 10_000_000 }],
  "claude-sonnet-5": [{ from: FIRST_READ, inputMicroUsd: 2_000_000, outputMicroUsd: 10_000_000 }],
  "claude-haiku-5-5": [{ from: FIRST_READ, inputMicroUsd: 100_000, outputMicroUsd: 500_000 }],
};

/** Tokens that a model was asked with and answered with. */
type Used = { readonly inputTokens: number; readonly outputTokens: number };

const TOKENS = 1_000_000;

const MicroUsd = z.int().min(0);
const Dated = z.strictObject({ from: z.iso.date(), inputMicroUsd: MicroUsd, outputMicroUsd: MicroUsd });

/** A company's own prices as JSON text, oldest first: they take the place of a model's list prices. 0 is a price: it costs nothing. */
export const PriceList = JsonText.pipe(z.record(z.string().min(1), z.tuple([Dated], Dated))).refine((own) =>
  Object.values(own).every(inOrder),
);

function inOrder(prices: readonly { readonly from: string }[]): boolean {
  return prices.every(({ from }, nth) => nth === 0 || (prices[nth - 1]?.from ?? "") < from);
}

/** Whether a model's calls can be told in money. */
export function isPriced(prices: Prices, model: string): boolean {
  return Object.hasOwn(prices, model);
}

/**
 * What a call cost in micro-units of a US dollar, rounded up, by the price of `at` (ISO 8601); 0 for the offline model, undefined where
 * no price is known.
 */
export function costMicroUsdOf(
  prices: Prices,
  model: string,
  offline: boolean,
  used: Used,
  at: string,
): number | undefined {
  if (offline) return 0;
  const known = Object.hasOwn(prices, model) ? prices[model] : undefined;
  if (known === undefined) return undefined;
  const price = priceAt(known, at);
  return Math.ceil((used.inputTokens * price.inputMicroUsd + used.outputTokens * price.outputMicroUsd) / TOKENS);
}

/** Of prices in the order of their dates, the one that counts at an instant. */
export function priceAt<P extends { readonly from: string }>(known: readonly [P, ...P[]], at: string): P {
  return known.findLast(({ from }) => from <= at) ?? known[0];
}
