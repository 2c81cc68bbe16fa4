import type { Json, JsonObject } from "./json.ts";
import type { TextMark } from "./noticed.ts";

/** Tag characters and bidi controls, and what joins letters invisibly inside a word that needs no joiner. */
const HIDDEN =
  /[\u{e0000}-\u{e007f}\u202a-\u202e\u2066-\u2069]|[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}][\u200b-\u200d\u2060\ufeff\u00ad](?=[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}])/u;

/** A word that mixes alphabets to look like another one. Greek letters that no Latin one looks like are units and symbols. */
const MIXED =
  /\p{Script=Latin}[\p{Script=Cyrillic}αενικορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]|[\p{Script=Cyrillic}αενικορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]\p{Script=Latin}/u;

/** The longest stretch of one text that is looked at, in UTF-16 units. */
const MAX_CHARS = 20_000;

/** The first mark that a text bears. In linear time. */
export function markOf(text: string): TextMark["mark"] | undefined {
  const looked = text.slice(0, MAX_CHARS);
  if (HIDDEN.test(looked)) return "hidden-characters";
  return MIXED.test(looked.normalize("NFKC")) ? "mixed-alphabets" : undefined;
}

/** The most properties of one reading that are marked; the rest is as good as told. */
const MAX_MARKS = 20;

/** The marks of a reading's texts at any depth, by the name of the property at its top. */
export function textMarks(source: string, value: JsonObject): readonly TextMark[] {
  const marks = Object.entries(value).flatMap(([property, member]) => {
    const mark = markOf(property) ?? markWithin(member);
    return mark === undefined ? [] : [{ source, property: asSeen(property), mark }];
  });
  return marks.slice(0, MAX_MARKS);
}

function markWithin(value: Json): TextMark["mark"] | undefined {
  if (typeof value === "string") return markOf(value);
  if (value === null || typeof value !== "object") return undefined;
  for (const [name, member] of Object.entries<Json>(value)) {
    const mark = markOf(name) ?? markWithin(member);
    if (mark !== undefined) return mark;
  }
  return undefined;
}

/** A property's name without what eyes do not see. */
function asSeen(name: string): string {
  return name.replaceAll(/[\p{Cf}\p{Cc}]/gu, "").slice(0, 64);
}
