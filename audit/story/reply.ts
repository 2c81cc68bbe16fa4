import type { JsonObject } from "../../domain/json.ts";
import { formatMinute } from "./duration.ts";
import type { Told } from "./line.ts";
import { sentence, textAt, withText, wordOf } from "./loose.ts";

/** What is awaited of the outside, and what became of it. */
export function tellReply(body: JsonObject): Told {
  const about = textAt(body, "correlation") || textAt(body, "replyId");
  const change = textAt(body, "change");
  const until = withText("until", formatMinute(textAt(body, "deadline")));
  switch (change) {
    case "expected":
      return { who: "mandate", text: sentence("awaits the reply to", about, until), because: [] };
    case "given":
    case "early":
      return tellAnswer(body, about);
    case "lapsed":
      return { who: "mandate", text: sentence("has waited for the reply to", about, until, "in vain"), because: [] };
    case "withdrawn":
      return { who: "mandate", text: sentence("awaits the reply to", about, "no longer"), because: [] };
    default:
      return { who: "mandate", text: sentence("changes the reply to", about, withText("to", change)), because: [] };
  }
}

const when: { readonly [came: string]: string } = {
  early: ", before it was awaited",
  late: ", too late",
};

function tellAnswer(body: JsonObject, about: string): Told {
  const evidence = withText("evidence:", textAt(body, "evidence"));
  const came = wordOf(when, textAt(body, "came")) ?? "";
  return {
    who: textAt(body, "by") || "somebody",
    text: `${sentence("answers", textAt(body, "answer"), "to", about)}${came}${withText(":", textAt(body, "reason"))}`,
    because: [withText("said at", formatMinute(textAt(body, "answeredAt"))), evidence].filter((line) => line !== ""),
  };
}
