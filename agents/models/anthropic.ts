import { Anthropic } from "@anthropic-ai/sdk";
import { ChatAnthropic } from "@langchain/anthropic";
import { MAX_OUTPUT_TOKENS, MODEL_CALL_TIMEOUT_MS } from "../limits.ts";
import type { ChatModelPort } from "./port.ts";

const DEFAULT_MODEL = "claude-sonnet-5-5";
const DEFAULT_BASE_URL = "https://api.anthropic.com";

type AnthropicChoice = {
  readonly apiKey: string;
  readonly model?: string | undefined;
  readonly baseUrl?: string | undefined;
};

/**
 * Claude through LangChain on our own copy of the SDK. Retries are off in both: the workflow engine repeats a call, with
 * the delay the supplier asks for. Address and key come from the arguments alone, never from the environment.
 */
export function createAnthropicModel({ apiKey, model, baseUrl }: AnthropicChoice): ChatModelPort {
  const name = model ?? DEFAULT_MODEL;
  const chat = new ChatAnthropic({
    model: name,
    apiKey,
    maxTokens: MAX_OUTPUT_TOKENS,
    maxRetries: 0,
    createClient: (options) => new Anthropic({ ...options, ...clientOf({ apiKey, baseUrl }) }),
  });
  return { name, offline: false, chat };
}

/** Asks for one token: whether the key is good for the model, in the supplier's own word. Throws what its client throws. */
export async function tryAnthropicModel({ model, ...client }: AnthropicChoice, signal: AbortSignal): Promise<void> {
  const asked = {
    model: model ?? DEFAULT_MODEL,
    max_tokens: 1,
    messages: [{ role: "user" as const, content: "Say yes." }],
  };
  await new Anthropic(clientOf(client)).messages.create(asked, { signal });
}

function clientOf({ apiKey, baseUrl }: Omit<AnthropicChoice, "model">) {
  return {
    apiKey,
    authToken: null,
    baseURL: baseUrl ?? DEFAULT_BASE_URL,
    maxRetries: 0,
    timeout: MODEL_CALL_TIMEOUT_MS,
    logLevel: "off" as const,
  };
}
