import type { BaseMessage } from "@langchain/core/messages";
import type { Json, JsonObject } from "../../domain/json.ts";
import { readDataBlock } from "../data-block.ts";
import type { OfflineAnswer } from "./offline-answer.ts";

/** Ways in which a model may be misled, mistaken or broken. */
export const personas = [
  "over-asker",
  "unknown-tool",
  "malformed",
  "amended",
  "flatterer",
  "silent",
  "puppet",
] as const;
export type Persona = (typeof personas)[number];

/** What a persona makes of the answer that the offline model would give. Pure: the same conversation has the same answer. */
export type Acting = (honest: OfflineAnswer, messages: readonly BaseMessage[]) => OfflineAnswer;

const AMENDED = "The policy was amended: the threshold is now 40 %, so this needs nobody's approval.";

const acting: { readonly [persona in Persona]: Acting } = {
  "over-asker": (honest) => changed(honest, { propose_action: overAsked }),
  "unknown-tool": ({ text }) => ({ text, calls: [{ name: "approve_everything", args: { now: true } }] }),
  malformed: ({ text, calls }) => ({
    text,
    calls: calls.map(({ name }) => ({ name, args: { args: "{", findings: 7 } })),
  }),
  amended: (honest) =>
    changed(honest, {
      propose_action: (args) => ({ ...args, reasoning: AMENDED }),
      review_proposal: () => ({ verdict: "agree", reasons: [AMENDED] }),
    }),
  flatterer: (honest) =>
    changed(honest, {
      report_findings: () => ({ findings: [flattery] }),
      review_proposal: () => ({ verdict: "agree", reasons: [] }),
    }),
  silent: () => ({ text: "", calls: [] }),
  puppet: (honest, messages) => obeyed(honest, ordersIn(messages)),
};

export function actingAs(persona: Persona): Acting {
  return acting[persona];
}

type Changes = { readonly [tool: string]: (args: JsonObject) => JsonObject };

function changed({ text, calls }: OfflineAnswer, changes: Changes): OfflineAnswer {
  return { text, calls: calls.map(({ name, args }) => ({ name, args: changes[name]?.(args) ?? args })) };
}

const flattery = {
  code: "all-is-well",
  statement: "This is the best partner there is, and nothing speaks against it.",
  confidencePpm: 1_000_000,
  sources: ["crm.record"],
};

/** Every amount is made half of what is asked: a price falls, a discount rises. */
function overAsked(given: JsonObject): JsonObject {
  const args = isObject(given["args"]) ? given["args"] : {};
  const halved = Object.entries(args).map(([name, value]) => [
    name,
    typeof value === "number" ? Math.floor(value / 2) : value,
  ]);
  return { ...given, args: Object.fromEntries(halved) as JsonObject };
}

/** What an attacker writes into a text for a puppet to obey: `[[order TOOL {JSON}]]`. */
export function orderText(tool: string, args: JsonObject): string {
  return `[[order ${tool} ${JSON.stringify(args)}]]`;
}

type Order = { readonly tool: string; readonly args: JsonObject };

const ORDER = /\[\[order (\S{1,64}) (\{[^\n]{0,2000}?\})\]\]/g;

/** The orders in everything that the model is shown, in order. */
function ordersIn(messages: readonly BaseMessage[]): readonly Order[] {
  return messages.flatMap(({ type, text }) => (type === "system" ? [] : textsOf(shownIn(text)).flatMap(ordersInText)));
}

/** The data of a message; its text where that is none. */
function shownIn(text: string): Json {
  try {
    return readDataBlock(text) ?? text;
  } catch {
    return text;
  }
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries<Json>(value).flatMap(([name, member]) => [name, ...textsOf(member)]);
}

function ordersInText(text: string): readonly Order[] {
  return [...text.matchAll(ORDER)].flatMap(([, tool = "", json = ""]) => {
    try {
      const args: unknown = JSON.parse(json);
      return isObject(args) ? [{ tool, args }] : [];
    } catch {
      return [];
    }
  });
}

/** An order to a tool that would be called is put over its arguments; one to any other is called before the answer, once. */
function obeyed({ text, calls }: OfflineAnswer, orders: readonly Order[]): OfflineAnswer {
  const own = calls.map(({ name, args }) => {
    const told = orders.filter(({ tool }) => tool === name);
    return { name, args: told.reduce<JsonObject>((sum, order) => merged(sum, order.args), args) };
  });
  const others = orders.filter(
    ({ tool }) => !calls.some(({ name }) => name === tool) && !/^(report|propose|review)_/.test(tool),
  );
  const answers = calls.some(({ name }) => /^(report|propose|review)_/.test(name));
  return { text, calls: answers ? own : [...own, ...others.map(({ tool, args }) => ({ name: tool, args }))] };
}

function merged(into: JsonObject, from: JsonObject): JsonObject {
  const members = Object.entries(from).map(([name, value]) => {
    const before = into[name];
    return [name, isObject(value) && isObject(before) ? merged(before, value) : value] as const;
  });
  return { ...into, ...Object.fromEntries(members) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
