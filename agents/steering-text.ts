import type { Json, JsonObject } from "../domain/json.ts";
import { cleanText } from "./clean-text.ts";

/**
 * Signs of a text that addresses an agent instead of describing a deal. A signal, not a control: detectors of this kind
 * miss most attacks and flag some honest texts, so it only ever asks for a person. Gaps are bounded: linear time.
 */
const steering: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override|bypass)\b[^\n]{0,40}\b(?:instruction|rule|polic|limit|threshold|guardrail|previous|prior)/i,
  /\b(?:policy|policies|thresholds?|limits?|rules?)\b[^\n]{0,30}\b(?:amended|is now|are now|(?:has|have) changed|suspended|lifted)\b/i,
  /\bsystem prompt\b|\byou are now\b|\bdeveloper mode\b|\bas an? (?:ai|assistant|agent)\b/i,
  /\bauto-?approve\b|\bapprove (?:this|it|immediately|automatically|without)\b|\bdo not escalate\b/i,
  /<\/?(?:system|assistant|instructions?|tool|data)\b/i,
];

/** Tag characters and bidi overrides, which have no business in a CRM field. */
const HIDDEN = /[\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069]/u;

/** A word that mixes alphabets to look like another word. */
const MIXED = /\p{Script=Latin}\p{Script=Cyrillic}|\p{Script=Cyrillic}\p{Script=Latin}/u;

/** Longest stretch of one text that is looked at. */
const MAX_CHARS = 20_000;

export function steers(text: string): boolean {
  const raw = text.slice(0, MAX_CHARS);
  if (HIDDEN.test(raw)) return true;
  const clean = cleanText(raw);
  return MIXED.test(clean) || steering.some((sign) => sign.test(clean));
}

/** The names of the members, at any depth, whose text steers. */
export function steeringFields(value: JsonObject): readonly string[] {
  return Object.entries(value).flatMap(([name, member]) =>
    memberSteers(member) ? [cleanText(name).slice(0, 64)] : [],
  );
}

function memberSteers(value: Json): boolean {
  if (typeof value === "string") return steers(value);
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some((member: Json) => memberSteers(member));
}
