/** What a supplier asks for a million tokens, in micro-units of a US dollar: 2_000_000 = 2 USD. */
type Price = { readonly inputMicroUsd: number; readonly outputMicroUsd: number };

/**
 * List prices by model, as of 2026-11-30. Source: the suppliers' price tables, platform.claude.com/docs (models and pricing);
 * `claude-haiku-5-5` in its band up to 100,000 tokens a request, which no request here exceeds. A model that is not here has no
 * price: its turns are told in tokens alone.
 */
const prices: { readonly [model: string]: Price } = {
  "claude-opus-5-5": { inputMicroUsd: 4_000_000, outputMicroUsd: 20_000_000 },
  "claude-opus-5": { inputMicroUsd: 5_000_000, outputMicroUsd: 25_000_000 },
  "claude-sonnet-5-5": { inputMicroUsd: 2_000_000, outputMicroUsd: 10_000_000 },
  "claude-sonnet-5": { inputMicroUsd: 2_000_000, outputMicroUsd: 10_000_000 },
  "claude-haiku-5-5": { inputMicroUsd: 100_000, outputMicroUsd: 500_000 },
};

/** Tokens that a model was asked with and answered with. */
type Used = { readonly inputTokens: number; readonly outputTokens: number };

const TOKENS = 1_000_000;

/** What a call cost in micro-units of a US dollar, rounded up; 0 for the offline model, undefined where no price is known. */
export function costMicroUsdOf(model: string, offline: boolean, used: Used): number | undefined {
  if (offline) return 0;
  const price = Object.hasOwn(prices, model) ? prices[model] : undefined;
  if (price === undefined) return undefined;
  return Math.ceil((used.inputTokens * price.inputMicroUsd + used.outputTokens * price.outputMicroUsd) / TOKENS);
}
