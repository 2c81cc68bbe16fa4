import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import type { ChatModelPort } from "../../agents/models/port.ts";
import type { JsonObject } from "../../domain/json.ts";

/** What a scripted model says next. `invalid` calls carry arguments that are not JSON. */
export type Line = {
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly args: JsonObject }[];
  readonly invalid?: readonly { readonly name: string; readonly args: string }[];
  readonly stopReason?: string;
  readonly error?: Error;
  /** Says nothing until the call is ended; called when it begins to. */
  readonly hangs?: () => void;
};

class ScriptedChatModel extends BaseChatModel {
  readonly #script: Line[];
  readonly #asked: BaseMessage[][];

  constructor(script: Line[], asked: BaseMessage[][]) {
    super({ maxRetries: 0 });
    this.#script = script;
    this.#asked = asked;
  }

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[], { signal }: this["ParsedCallOptions"]): Promise<ChatResult> {
    this.#asked.push(messages);
    const line = this.#script.shift();
    if (line === undefined) throw new Error("the script has run out");
    if (line.error !== undefined) throw line.error;
    if (line.hangs !== undefined) {
      const ended = new Promise<never>((_, reject) =>
        signal?.addEventListener("abort", () => reject(new Error("ended"))),
      );
      line.hangs();
      return ended;
    }
    const { text = "", calls = [], invalid = [], stopReason = "tool_use" } = line;
    const message = new AIMessage({
      id: `m-${this.#asked.length}`,
      content: text,
      tool_calls: calls.map(({ name, args }, n) => ({
        type: "tool_call",
        id: `c-${this.#asked.length}-${n}`,
        name,
        args,
      })),
      invalid_tool_calls: invalid.map(({ name, args }, n) => ({
        type: "invalid_tool_call",
        id: `i-${this.#asked.length}-${n}`,
        name,
        args,
      })),
      response_metadata: { stop_reason: stopReason },
    });
    return { generations: [{ text, message }] };
  }
}

/** A model that says its lines in order, whatever it is asked, and fails when they run out. `asked` is what it was sent. */
export function scriptedModel(...script: Line[]) {
  return namedModel("scripted", ...script);
}

/** The same under a name of its own. */
export function namedModel(
  name: string,
  ...script: Line[]
): ChatModelPort & { readonly asked: BaseMessage[][]; left(): number } {
  const asked: BaseMessage[][] = [];
  const lines = [...script];
  return {
    name,
    offline: false,
    chat: new ScriptedChatModel(lines, asked),
    asked,
    left: () => lines.length,
  };
}

/** One line that calls one tool. */
export function calls(name: string, args: JsonObject): Line {
  return { calls: [{ name, args }] };
}
