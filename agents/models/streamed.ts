import { AIMessage, AIMessageChunk, type BaseMessage, type UsageMetadata } from "@langchain/core/messages";
import type { Runnable } from "@langchain/core/runnables";
import { concat } from "@langchain/core/utils/stream";
import { AgentFault } from "../fault.ts";
import { isJsonRecord } from "../json-record.ts";
import { untracedCall } from "../untraced.ts";

type Listening = {
  /** Aborted: the call ends, and its connection with it. */
  readonly signal?: AbortSignal | undefined;
  /** Called for every piece that comes. */
  readonly onPiece?: (() => void) | undefined;
};

/**
 * A model's answer from its pieces: the same message as it gives in one. LangChain reads arguments whose text was cut as far as
 * they go; here they are JSON or no arguments. Throws `MODEL_UNAVAILABLE` for a stream that ended without saying why, and what the
 * model's client throws.
 */
export async function streamed(
  chat: Runnable<BaseMessage[], AIMessage>,
  messages: BaseMessage[],
  { signal, onPiece }: Listening,
): Promise<AIMessage> {
  let whole: AIMessage | undefined;
  let usage: UsageMetadata | undefined;
  for await (const piece of await chat.stream(messages, { ...untracedCall(), ...(signal && { signal }) })) {
    onPiece?.();
    usage = most(usage, piece.usage_metadata);
    whole = whole instanceof AIMessageChunk && piece instanceof AIMessageChunk ? concat(whole, piece) : piece;
  }
  if (whole === undefined) throw cut("no piece came");
  if (stopReasonOf(whole) === "") throw cut("its end did not come");
  return whole instanceof AIMessageChunk ? asOne(whole, usage) : whole;
}

/** Pieces tell the tokens so far, which LangChain adds up: an answer used as many as the piece that tells most. */
function most(a: UsageMetadata | undefined, b: UsageMetadata | undefined): UsageMetadata | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const input_tokens = Math.max(a.input_tokens, b.input_tokens);
  const output_tokens = Math.max(a.output_tokens, b.output_tokens);
  return { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens };
}

/** Where suppliers say why a message ended. Vertex's client says `finishReason` at the end of any stream, also of one that was cut. */
const STOPS = ["stop_reason", "finish_reason", "done_reason", "stopReason"];

/** Their words for it, as Claude's. */
const words: { readonly [word: string]: string } = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  function_call: "tool_use",
  content_filter: "refusal",
  guardrail_intervened: "refusal",
  content_filtered: "refusal",
  max_tokens: "max_tokens",
  safety: "refusal",
  prohibited_content: "refusal",
};

/** Why a message ended: Claude's word, or the supplier's own where Claude has none; empty when it gave none. */
export function stopReasonOf({ response_metadata, additional_kwargs, tool_calls = [] }: AIMessage): string {
  // Bedrock's client keeps each event of a stream under its name.
  const atStop: unknown = response_metadata["messageStop"];
  const streamedStop = isJsonRecord(atStop) ? atStop["stopReason"] : undefined;
  const told = [...STOPS.map((name): unknown => response_metadata[name] ?? additional_kwargs[name]), streamedStop];
  const stop = told.find((word) => typeof word === "string");
  if (typeof stop !== "string") return "";
  const word = words[stop.toLowerCase()] ?? stop;
  // Some suppliers stop after a tool's call as after any word.
  return word === "end_turn" && tool_calls.length > 0 ? "tool_use" : word;
}

function cut(what: string): AgentFault {
  return new AgentFault("MODEL_UNAVAILABLE", `model's answer was cut: ${what}`);
}

function asOne(whole: AIMessageChunk, usage_metadata: UsageMetadata | undefined): AIMessage {
  const { id, content, response_metadata, additional_kwargs, tool_call_chunks = [] } = whole;
  const calls = tool_call_chunks.map(({ id: callId, name = "", args = "" }) => {
    return { ...(callId !== undefined && { id: callId }), name, text: args };
  });
  const tool_calls = calls.flatMap(({ text, ...call }) => {
    const args = objectIn(text);
    return args === undefined ? [] : [{ ...call, args, type: "tool_call" as const }];
  });
  const invalid_tool_calls = calls
    .filter(({ text }) => objectIn(text) === undefined)
    .map(({ text, ...call }) => ({ ...call, args: text, type: "invalid_tool_call" as const }));
  const message = new AIMessage({
    ...(id !== undefined && { id }),
    content,
    response_metadata,
    additional_kwargs,
    tool_calls,
    invalid_tool_calls,
  });
  return usage_metadata === undefined ? message : Object.assign(message, { usage_metadata });
}

/** A tool without arguments is called with an empty text. */
function objectIn(text: string): { [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
