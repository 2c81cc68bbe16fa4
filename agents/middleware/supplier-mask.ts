import { mapText } from "../clean-text.ts";
import type { Message } from "../conversation.ts";
import { mapBlockText } from "../data-block.ts";
import type { ModelAnswer } from "../model-answer.ts";
import { maskOf, type Mask } from "./masking.ts";
import type { ModelMiddleware } from "./middleware.ts";
import { indexNames, type NameIndex } from "./name-index.ts";

/** Names of the people that a company knows, the same list for as long as they are the same. */
export type NamesOf = (company: string) => Promise<readonly string[]>;

/**
 * What leaves for a supplier holds no mail address, phone number, key or known person's name, but a token in its place; where the answer
 * quotes one, it is what it stands for again. The ledger stands outside of it: what is kept, named and replayed is the conversation as it
 * is. The offline model is nobody else's.
 */
export function supplierMask(namesOf: NamesOf): ModelMiddleware {
  const indexes = new WeakMap<readonly string[], NameIndex>();
  return {
    name: "SupplierMask",
    async wrapModelCall(request, handler) {
      const { conversing, messages } = request;
      if (conversing.names.offline) return handler(request);
      const names = await namesOf(conversing.names.company);
      const index = indexes.get(names) ?? indexNames(names);
      indexes.set(names, index);
      const mask = maskOf(textsOf(messages), index);
      const hidden = messages.map((message) => changed(message, mask.hide));
      return shownAgain(await handler({ ...request, messages: hidden }), mask);
    },
  };
}

/** Every text of a conversation, in its order. */
function textsOf(messages: readonly Message[]): readonly string[] {
  const texts: string[] = [];
  const note = (text: string) => {
    texts.push(text);
    return text;
  };
  for (const message of messages) changed(message, note);
  return texts;
}

function changed(message: Message, change: (text: string) => string): Message {
  const text = mapBlockText(message.text, change);
  if (message.role !== "assistant") return { ...message, text };
  const calls = message.calls.map(({ args, ...call }) => ({ ...call, ...(args && { args: mapText(args, change) }) }));
  return { ...message, text, calls };
}

function shownAgain({ text, calls, ...answer }: ModelAnswer, { show }: Mask): ModelAnswer {
  const shown = calls.map(({ args, ...call }) => ({ ...call, ...(args && { args: mapText(args, show) }) }));
  return { ...answer, text: show(text), calls: shown };
}
