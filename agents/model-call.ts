import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import type { Runnable } from "@langchain/core/runnables";
import type { JsonObject } from "../domain/json.ts";
import { langChainMessages, messageJson, type Message, type ToolSchema } from "./conversation.ts";
import type { Meter } from "./budget.ts";
import { AgentFault } from "./fault.ts";
import { MAX_OUTPUT_TOKENS } from "./limits.ts";
import { ModelAnswer, modelAnswerOf } from "./model-answer.ts";
import type { ModelCall } from "../domain/model-call.ts";
import type { ModelLedger } from "./model-ledger.ts";
import { untracedCall } from "./untraced.ts";
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

export type CallDeps = { readonly ledger: ModelLedger; readonly digest: (value: JsonObject) => string };

/** Asks the model once, through the ledger: the same question of the same turn is asked once in its life. */
export async function askModel(
  { ledger, digest }: CallDeps,
  { names, system, tools, chat, watch }: Conversing,
  seq: number,
  messages: readonly Message[],
): Promise<{ readonly answer: ModelAnswer; readonly requestDigest: string }> {
  const request: JsonObject = {
    model: names.model,
    maxTokens: MAX_OUTPUT_TOKENS,
    system,
    tools,
    messages: messages.map(messageJson),
  };
  const requestDigest = digest(request);
  const make = async () => {
    // A model that costs nothing answers at once: there is nothing to listen to.
    const ask = names.offline ? whole : streamed;
    const message = await ask(chat, langChainMessages(system, messages), watch).catch((error: unknown) => {
      throw watch.signal?.aborted === true ? watch.signal.reason : modelFault(error);
    });
    watch.onAnswer?.();
    return modelAnswerOf(message, seq);
  };
  const call = async () => {
    await watch.onAsk?.();
    return watch.meter === undefined ? make() : watch.meter({ names, request }, make);
  };
  const response = await ledger.readThrough({ ...names, seq, requestDigest, request }, call).catch(inProgress);
  return { answer: ModelAnswer.parse(response), requestDigest };
}

function whole(chat: Conversing["chat"], messages: BaseMessage[]): Promise<AIMessage> {
  return chat.invoke(messages, untracedCall());
}

/** The ledger lives behind a port and names its one expected refusal; every other error is its own. */
function inProgress(error: unknown): never {
  if (error instanceof Error && error.name === "TurnInProgress") {
    const wait: unknown = Reflect.get(error, "retryAfterMs");
    const retryAfterMs = typeof wait === "number" ? wait : undefined;
    throw new AgentFault("TURN_IN_PROGRESS", "another attempt of this turn is in progress", {
      cause: error,
      retryAfterMs,
    });
  }
  throw error;
}
