import type { JsonObject } from "../../domain/json.ts";
import { elapsedMs, formatDuration } from "./duration.ts";
import type { Told } from "./line.ts";
import { sentence, textAt, withText } from "./loose.ts";

/** What a case was told: by a source, by a person who asked, or by the end of another function's case. */
export function tellEvent(body: JsonObject): Told {
  const object = sentence(textAt(body, "objectType"), textAt(body, "objectId")) || textAt(body, "object");
  const what = sentence(object, withText("for", textAt(body, "functionId")));
  const source = textAt(body, "source") || "a source";
  if (source === "asked") {
    const who = textAt(body, "askedBy") || "somebody";
    return { who, text: `${sentence("asks about", what)}${withText(":", textAt(body, "reason"))}`, because: [] };
  }
  const late = elapsedMs(textAt(body, "occurredAt"), textAt(body, "receivedAt"));
  const said = textAt(body, "saidAt");
  const overtaken =
    textAt(body, "state") === "late" ? ", too late: a newer event came first and nothing is started" : "";
  const ended = sentence(textAt(body, "after"), withText("ended as", textAt(body, "outcome")));
  return {
    who: source,
    text: `${sentence("reports", what)}${withText(":", ended)}${overtaken}`,
    because: [
      ...(late === undefined || late < 0 ? [] : [`arrived ${formatDuration(late)} after it happened`]),
      ...(said === "" ? [] : [`its sender dates it ${said}, which is not to be believed: its arrival counts`]),
    ],
  };
}
