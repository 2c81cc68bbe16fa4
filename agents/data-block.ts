import type { Json, JsonObject } from "../domain/json.ts";
import { cleanText, mapText } from "./clean-text.ts";
import { AgentFault } from "./fault.ts";
import { MAX_DATA_CHARS, MAX_FIELD_CHARS } from "./limits.ts";

/** With its line breaks: a text that speaks of the two is no block. */
const OPEN = "<data>\n";
const CLOSE = "\n</data>";

/**
 * Untrusted content as one delimited JSON block. `<` is written as an escape, so that no value can end the block. Keys
 * stand in alphabetical order: where a value was kept in the meantime changes no word of it.
 * Throws `RECORD_UNREADABLE` beyond `MAX_DATA_CHARS`.
 */
export function dataBlock(value: JsonObject): string {
  const json = escaped(inOrder(shown(value)));
  if (json.length > MAX_DATA_CHARS) {
    throw new AgentFault("RECORD_UNREADABLE", `readings of \`${json.length}\` characters are too long for an agent`);
  }
  return `${OPEN}${json}${CLOSE}`;
}

/** The content of the first data block that `dataBlock` wrote into a text, or undefined when there is none. */
export function readDataBlock(text: string): JsonObject | undefined {
  const start = text.indexOf(OPEN);
  const end = text.indexOf(CLOSE, start);
  if (start < 0 || end < 0) return undefined;
  const value: unknown = JSON.parse(text.slice(start + OPEN.length, end));
  return typeof value === "object" && value !== null ? (value as JsonObject) : undefined;
}

/** A text with `change` made to every string and key in its data block, and to what stands around that. */
export function mapBlockText(text: string, change: (text: string) => string): string {
  const start = text.indexOf(OPEN);
  const end = text.indexOf(CLOSE, start);
  if (start < 0 || end < 0) return change(text);
  const value = JSON.parse(text.slice(start + OPEN.length, end)) as JsonObject;
  return `${change(text.slice(0, start))}${OPEN}${escaped(mapText(value, change))}${change(text.slice(end))}`;
}

function escaped(value: Json): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** What a model sees of a value: every text cleaned and cut to `MAX_FIELD_CHARS`. */
function shown(value: JsonObject): JsonObject {
  return mapText(value, cut);
}

function cut(text: string): string {
  const clean = cleanText(text);
  return clean.length <= MAX_FIELD_CHARS ? clean : `${cleanText(clean.slice(0, MAX_FIELD_CHARS))} [cut]`;
}

function inOrder(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}
