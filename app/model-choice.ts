import { chooseModel, type ModelChoice } from "../agents/models/choose.ts";
import { listPrices } from "../domain/model-prices.ts";
import type { ChatModelPort } from "../agents/models/port.ts";
import { suppliedIn } from "../agents/models/supplied-in.ts";
import { ModelNotThere } from "../agents/models/suppliers.ts";
import { failure } from "../cli/failure.ts";
import type { Config } from "./config.ts";

/** Offline unless a key is there, or a model is named with its supplier: no key, no call. */
export function modelOf(config: Config): ModelChoice {
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, model, modelFallback, modelCallsPerMinute } = config;
  const prices = { ...listPrices, ...config.modelPrices };
  const supplied = suppliedIn(model);
  if (supplied !== undefined) {
    // A second model is the same supplier's; whoever names the supplier there too says nothing else by it.
    const fallback = modelFallback === undefined ? undefined : (suppliedIn(modelFallback)?.model ?? modelFallback);
    const own = { apiKey: config.openaiApiKey, baseUrl: config.modelUrl };
    return { kind: "supplied", ...supplied, ...own, fallback, callsPerMinute: modelCallsPerMinute, prices };
  }
  if (apiKey === undefined) return { kind: "offline" };
  return {
    kind: "anthropic",
    apiKey,
    model,
    baseUrl,
    fallback: modelFallback,
    callsPerMinute: modelCallsPerMinute,
    prices,
  };
}

/** The chosen model. Throws `CliFailure` with what is to be installed or set where it cannot be made here. */
export async function chosenModel(choice: ModelChoice): Promise<ChatModelPort> {
  return chooseModel(choice).catch((error: unknown) => {
    if (!(error instanceof ModelNotThere)) throw error;
    throw failure("failure", "model-not-there", error.message, error.fix);
  });
}
