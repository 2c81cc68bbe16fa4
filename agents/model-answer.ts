import type { AIMessage } from "@langchain/core/messages";
import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { ToolCall } from "./conversation.ts";
import { isJsonRecord } from "./json-record.ts";
import type { ModelCallAnswer } from "../domain/model-call.ts";
import { stopReasonOf } from "./models/streamed.ts";

/** What a model answered, as the ledger keeps it. `stopReason` is the supplier's own word, empty when it gave none. */
export const ModelAnswer = z.strictObject({
  responseId: z.string(),
  text: z.string(),
  calls: z.array(ToolCall).readonly(),
  stopReason: z.string(),
  usage: z.strictObject({ inputTokens: z.int().min(0), outputTokens: z.int().min(0) }),
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

const Usage = z.object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) });

/** Reads a chat model's message into plain JSON. `seq` names calls that came without an id. */
export function modelAnswerOf(message: AIMessage, seq: number): ModelCallAnswer {
  const used = Usage.safeParse(message.usage_metadata);
  const usage = { inputTokens: used.data?.input_tokens ?? 0, outputTokens: used.data?.output_tokens ?? 0 };
  const valid = (message.tool_calls ?? []).map(({ id, name, args }) => ({
    id,
    name,
    args: isJsonRecord(args) ? args : undefined,
  }));
  const broken = (message.invalid_tool_calls ?? []).map(({ id, name }) => ({ id, name: name ?? "", args: undefined }));
  const calls = [...valid, ...broken].map(({ id, name, args }, position): ToolCall => ({
    id: id ?? `call-${seq}-${position}`,
    name,
    ...(args && { args }),
  }));
  const response = {
    responseId: message.id ?? "",
    text: message.text,
    calls,
    stopReason: stopReasonOf(message),
    usage,
  };
  return { response: JSON.parse(JSON.stringify(response)) as JsonObject, usage };
}
