import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { z } from "zod";
import type { JsonObject } from "../domain/json.ts";
import { JsonRecord } from "./json-record.ts";

/** A tool as a model sees it: a name and a schema. Nothing can run from it. `inputSchema` is JSON Schema. */
export const ToolSchema = z
  .strictObject({ name: z.string(), description: z.string(), inputSchema: JsonRecord })
  .readonly();
export type ToolSchema = z.infer<typeof ToolSchema>;

/** `args` is absent when the model's text for them was not a JSON object. */
export const ToolCall = z.strictObject({ id: z.string(), name: z.string(), args: JsonRecord.exactOptional() });
export type ToolCall = z.infer<typeof ToolCall>;

/** A conversation as it is asked, kept and hashed: plain JSON without message ids. */
export const Message = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("user"), text: z.string() }),
  z.strictObject({ role: z.literal("assistant"), text: z.string(), calls: z.array(ToolCall).readonly() }),
  z.strictObject({ role: z.literal("tool"), callId: z.string(), failed: z.boolean(), text: z.string() }),
]);
export type Message = z.infer<typeof Message>;

/** For the ledger: arguments as JSON text, because a model may have written numbers that canonical JSON refuses. */
export function messageJson(message: Message): JsonObject {
  if (message.role !== "assistant") return message;
  const calls = message.calls.map(({ id, name, args }) => ({ id, name, args: JSON.stringify(args ?? {}) }));
  return { role: "assistant", text: message.text, calls };
}

export function langChainMessages(system: string, messages: readonly Message[]): BaseMessage[] {
  return [new SystemMessage(system), ...messages.map(langChainMessage)];
}

function langChainMessage(message: Message): BaseMessage {
  switch (message.role) {
    case "user":
      return new HumanMessage(message.text);
    case "assistant":
      return new AIMessage({
        content: message.text,
        tool_calls: message.calls.map(({ id, name, args }) => ({ type: "tool_call", id, name, args: { ...args } })),
      });
    case "tool":
      return new ToolMessage({
        content: message.text,
        tool_call_id: message.callId,
        status: message.failed ? "error" : "success",
      });
  }
}

/** In the form that every LangChain chat model takes. */
export function langChainTool({ name, description, inputSchema }: ToolSchema) {
  return { type: "function" as const, function: { name, description, parameters: { ...inputSchema } } };
}
