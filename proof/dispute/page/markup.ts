declare const safe: unique symbol;

/** Markup. Only `markup` makes it, so that every text in it has been escaped. */
export type Html = { readonly [safe]: string };

type Slot = string | number | Html | readonly (string | number | Html)[];

/** The markup of everything that `markup` made; nothing read from a record is ever in here. */
const made = new WeakMap<object, string>();

/** Markup from a template: its own text stands as written, and every value that is not markup itself is escaped. */
export function markup(strings: TemplateStringsArray, ...slots: readonly Slot[]): Html {
  const written = strings.map((text, at) => text + (at < slots.length ? slotText(slots[at] ?? "") : ""));
  const piece = Object.freeze({}) as Html;
  made.set(piece, written.join(""));
  return piece;
}

export function markupText(markup: Html): string {
  const text = made.get(markup);
  if (text === undefined) throw new TypeError("this is not markup that `markup` made");
  return text;
}

function slotText(slot: Slot): string {
  if (typeof slot === "string") return escaped(slot);
  if (typeof slot === "number") return escaped(String(slot));
  if (isList(slot)) return slot.map((part) => slotText(part)).join("");
  return markupText(slot);
}

function isList(slot: Slot): slot is readonly (string | number | Html)[] {
  return Array.isArray(slot);
}

const entities: { readonly [character: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * A text that is safe as content and within a quoted attribute. What cannot be seen and could change how the rest is read
 * goes: control characters, lone surrogates, and format characters such as those that turn the reading direction. A
 * number stays on one line with its percent sign.
 */
export function escaped(text: string): string {
  return text
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/(\d) %/g, "$1\u00A0%")
    .replaceAll(/[\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD")
    .replaceAll(/[&<>"'`]/g, (character) => entities[character] ?? "");
}
