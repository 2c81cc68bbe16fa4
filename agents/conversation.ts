import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import type { JsonObject } from "../domain/json.ts";

/** A tool as a model sees it: a name and a schema. Nothing can run from it. `inputSchema` is JSON Schema. */
export type ToolSchema = { readonly name: string; readonly description: string; readonly inputSchema: JsonObject };

/** `args` is absent when the model's text for them was not a JSON object. */
export type ToolCall = { readonly id: string; readonly name: string; readonly args?: JsonObject | undefined };

/** A conversation as it is asked, kept and hashed: plain JSON without message ids. */
export type Message =
  | { readonly role: "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly calls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly failed: boolean; readonly text: string };

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
