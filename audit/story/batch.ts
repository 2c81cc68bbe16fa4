import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { numberAt, sentence, textAt, withText } from "./loose.ts";

/** Data that came in bulk, or that gave way to what came in its place. */
export function tellBatch(body: JsonObject): Told {
  const who = textAt(body, "person") || "somebody";
  if (textAt(body, "change") === "superseded") {
    return { who, text: sentence("replaces the batch", withText("by", textAt(body, "by"))), because: [] };
  }
  const what = sentence(textAt(body, "source"), withText("for", textAt(body, "window")));
  const replaces = withText(", in the place of", textAt(body, "replaces"));
  const bad = numberAt(body, "badRows") ?? 0;
  return {
    who,
    text: `${sentence("sends", `${numberAt(body, "rows") ?? 0} rows`, withText("of", what))}${replaces}`,
    because: bad === 0 ? [] : [`${bad} more could not be read`],
  };
}
