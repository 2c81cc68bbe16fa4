import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { sentence, textAt, withText } from "./loose.ts";

/** An event that could not be taken, and how it left the quarantine. */
export function tellQuarantine(body: JsonObject): Told {
  const who = textAt(body, "person") || "somebody";
  const reason = textAt(body, "reason");
  const because = reason === "" ? [] : [reason];
  switch (textAt(body, "change")) {
    case "replayed":
      return { who, text: "has the event read again: it is taken", because };
    case "dropped":
      return { who, text: "drops the event: nothing comes of it", because };
    default:
      return {
        who: textAt(body, "source") || "a source",
        text: sentence("sends an event that cannot be taken", withText("for", textAt(body, "code"))),
        because: [textAt(body, "why")].filter((why) => why !== ""),
      };
  }
}
