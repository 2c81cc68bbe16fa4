import type { ModelChoice } from "../agents/models/choose.ts";
import type { Config } from "./config.ts";

/** Offline unless a key is there: no key, no call. */
export function modelOf(config: Config): ModelChoice {
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, model, modelFallback, modelCallsPerMinute } = config;
  if (apiKey === undefined) return { kind: "offline" };
  return { kind: "anthropic", apiKey, model, baseUrl, fallback: modelFallback, callsPerMinute: modelCallsPerMinute };
}
