import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import type { Runnable } from "@langchain/core/runnables";
import type { JsonObject } from "../domain/json.ts";
import { langChainMessages, messageJson, type Message, type ToolSchema } from "./conversation.ts";
import type { Meter } from "./budget.ts";
import { MAX_OUTPUT_TOKENS } from "./limits.ts";
import { ModelAnswer, modelAnswerOf } from "./model-answer.ts";
import type { ModelCall } from "../domain/model-call.ts";
import type { AnswerModel, ModelRequest } from "./middleware/middleware.ts";
import { untracedCall } from "./untraced.ts";
import { inSpan } from "../engines/span.ts";
import { answerAttributes, chatAttributes } from "./gen-ai.ts";
import { modelFault } from "./models/model-fault.ts";
import { streamed } from "./models/streamed.ts";

/** What stays the same over the calls of a turn. */
export type Conversing = {
  readonly names: Pick<ModelCall, "company" | "caseId" | "turnKey" | "model" | "offline">;
  readonly system: string;
  readonly tools: readonly ToolSchema[];
  /** The chat model with `tools` bound schema-only. */
  readonly chat: Runnable<BaseMessage[], AIMessage>;
  readonly watch: CallWatch;
};

/** What whoever waits for a model's calls hears of them, and may do. */
export type CallWatch = {
  /** Aborted: the call under way ends, and its connection with it. */
  readonly signal?: AbortSignal;
  /** A call is made once it resolves, and not when it rejects. */
  readonly onAsk?: () => Promise<void>;
  readonly onPiece?: () => void;
  readonly onAnswer?: () => void;
  /** Absent: no budget bounds the calls. */
  readonly meter?: Meter;
};

export type CallDeps = {
  /** SHA-256 (hex) over canonical JSON. */
  readonly digest: (value: JsonObject) => string;
  /** Answers with all that stands around a question: limit, ledger, mask. */
  readonly answer: AnswerModel;
};

/** Asks the model once, with all that stands around a question. */
export async function askModel(
  { digest, answer }: CallDeps,
  conversing: Conversing,
  seq: number,
  messages: readonly Message[],
): Promise<{ readonly answer: ModelAnswer; readonly requestDigest: string }> {
  const { names, system, tools } = conversing;
  const maxTokens = MAX_OUTPUT_TOKENS;
  const request: JsonObject = { model: names.model, maxTokens, system, tools, messages: messages.map(messageJson) };
  const requestDigest = digest(request);
  const call = { ...names, seq, requestDigest, request };
  return { answer: await answer({ conversing, messages, call }), requestDigest };
}

/** Asks the supplier. Throws `AgentFault`, and the reason of whoever ended the call. */
export async function askSupplier({ conversing, messages, call: { seq } }: ModelRequest): Promise<ModelAnswer> {
  const { names, system, chat, watch } = conversing;
  return inSpan(`chat ${names.model}`, { kind: "client", attributes: chatAttributes(names, seq) }, async (span) => {
    // A model that costs nothing answers at once: there is nothing to listen to.
    const ask = names.offline ? whole : streamed;
    const message = await ask(chat, langChainMessages(system, messages), watch).catch((error: unknown) => {
      throw watch.signal?.aborted === true ? watch.signal.reason : modelFault(error);
    });
    watch.onAnswer?.();
    const answer = ModelAnswer.parse(modelAnswerOf(message, seq).response);
    span.setAttributes(answerAttributes(answer));
    return answer;
  });
}

function whole(chat: Conversing["chat"], messages: BaseMessage[]): Promise<AIMessage> {
  return chat.invoke(messages, untracedCall());
}
