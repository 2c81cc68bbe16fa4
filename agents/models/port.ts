import type { BaseChatModel } from "@langchain/core/language_models/chat_models";

/** The language model of a worker. Its name and `offline` are cited with every turn and kept with every call. */
export type ChatModelPort = {
  readonly name: string;
  /** True for the deterministic model that needs no key and no network. */
  readonly offline: boolean;
  /** Must implement `bindTools`, and must not retry: the caller's engine does, with the supplier's delays. */
  readonly chat: BaseChatModel;
};
