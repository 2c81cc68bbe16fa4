import { createHash } from "node:crypto";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import { offlineAnswer } from "./offline-answer.ts";
import { actingAs, type Acting, type Persona } from "./personas.ts";
import type { ChatModelPort } from "./port.ts";

const OFFLINE_MODEL = "mandate-offline-1";

/** Characters that count as one token. */
const CHARS_PER_TOKEN = 4;

/**
 * The deterministic model that works without a key: the same messages and tools give the same answer, ids and usage
 * included. It reasons by the code in `agents/functions`, and says so in whatever it writes.
 */
class OfflineChatModel extends BaseChatModel {
  readonly #tools: ReadonlySet<string>;
  readonly #acting: Acting | undefined;

  constructor(acting: Acting | undefined, tools: ReadonlySet<string> = new Set()) {
    super({ maxRetries: 0 });
    this.#acting = acting;
    this.#tools = tools;
  }

  override _llmType(): string {
    return OFFLINE_MODEL;
  }

  /** A copy that may call these tools; the model itself stays as it is. */
  override bindTools(tools: BindToolsInput[]): OfflineChatModel {
    return new OfflineChatModel(this.#acting, new Set(tools.map(toolName)));
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const { id, text, calls, usage_metadata, response_metadata } = this.#answer(messages);
    const tool_calls = calls.map((call) => ({ ...call, type: "tool_call" as const }));
    const message = new AIMessage({ id, content: text, tool_calls, response_metadata });
    Object.assign(message, { usage_metadata });
    return { generations: [{ text, message }], llmOutput: {} };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: BaseChatModelCallOptions,
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const { id, text, calls, usage_metadata, response_metadata } = this.#answer(messages);
    for (const content of text.split(/(?<=\s)/)) {
      const chunk = new ChatGenerationChunk({ text: content, message: new AIMessageChunk({ id, content }) });
      yield chunk;
      await runManager?.handleLLMNewToken(content, undefined, undefined, undefined, undefined, { chunk });
    }
    const tool_call_chunks = calls.map((call, index) => ({
      type: "tool_call_chunk" as const,
      index,
      id: call.id,
      name: call.name,
      args: JSON.stringify(call.args),
    }));
    const last = new AIMessageChunk({ id, content: "", tool_call_chunks, response_metadata });
    Object.assign(last, { usage_metadata });
    yield new ChatGenerationChunk({ text: "", message: last });
  }

  #answer(messages: BaseMessage[]) {
    const asked = JSON.stringify([[...this.#tools], messages.map(({ type, content }) => [type, content])]);
    const honest = offlineAnswer(messages, this.#tools);
    const { text, calls } = this.#acting?.(honest, messages) ?? honest;
    const id = `offline-${createHash("sha256").update(asked).digest("hex").slice(0, 24)}`;
    const input_tokens = Math.ceil(asked.length / CHARS_PER_TOKEN);
    const output_tokens = Math.ceil((text.length + JSON.stringify(calls).length) / CHARS_PER_TOKEN);
    return {
      id,
      text,
      calls: calls.map(({ name, args }, position) => ({ id: `${id}-${position}`, name, args: { ...args } })),
      usage_metadata: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens },
      response_metadata: { model: OFFLINE_MODEL, stop_reason: calls.length > 0 ? "tool_use" : "end_turn" },
    };
  }
}

/** The name of a tool in any of the forms that LangChain takes. */
function toolName(tool: BindToolsInput): string {
  if ("function" in tool && typeof tool.function === "object" && tool.function !== null && "name" in tool.function) {
    return String(tool.function.name);
  }
  return "name" in tool ? String(tool.name) : "";
}

/** `persona`: it acts as one that is misled, mistaken or broken, and is named so. */
export function createOfflineModel(persona?: Persona): ChatModelPort {
  if (persona === undefined) return { name: OFFLINE_MODEL, offline: true, chat: new OfflineChatModel(undefined) };
  return { name: `${OFFLINE_MODEL}/${persona}`, offline: true, chat: new OfflineChatModel(actingAs(persona)) };
}
