import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ChatModelPort } from "./port.ts";

/** A chat model that takes a recorded one's place: every answer is in the record, so that it is never asked. */
class SilentModel extends BaseChatModel {
  override _llmType(): string {
    return "recorded";
  }

  override bindTools(): SilentModel {
    return this;
  }

  override _generate(): Promise<never> {
    return Promise.reject(new Error("a replay asks no model"));
  }
}

export function silentModel({ model, offline }: { readonly model: string; readonly offline: boolean }): ChatModelPort {
  return { name: model, offline, chat: new SilentModel({ maxRetries: 0 }) };
}
