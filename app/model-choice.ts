import type { ModelChoice } from "../agents/models/choose.ts";
import { suppliedIn } from "../agents/models/supplied-in.ts";
import type { Config } from "./config.ts";

/** Offline unless a key is there, or a model is named with its supplier: no key, no call. */
export function modelOf(config: Config): ModelChoice {
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, model, modelFallback, modelCallsPerMinute } = config;
  const supplied = suppliedIn(model);
  if (supplied !== undefined) {
    // A second model is the same supplier's; whoever names the supplier there too says nothing else by it.
    const fallback = modelFallback === undefined ? undefined : (suppliedIn(modelFallback)?.model ?? modelFallback);
    const own = { apiKey: config.openaiApiKey, baseUrl: config.modelUrl };
    return { kind: "supplied", ...supplied, ...own, fallback, callsPerMinute: modelCallsPerMinute };
  }
  if (apiKey === undefined) return { kind: "offline" };
  return { kind: "anthropic", apiKey, model, baseUrl, fallback: modelFallback, callsPerMinute: modelCallsPerMinute };
}
