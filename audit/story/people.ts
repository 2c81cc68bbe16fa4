import type { JsonObject } from "../../domain/json.ts";
import { formatMinute } from "./duration.ts";
import type { Told } from "./line.ts";
import { sentence, textAt, withText, wordOf } from "./loose.ts";

function changeWords(body: JsonObject): string {
  const role = textAt(body, "role");
  const due = withText("by", formatMinute(textAt(body, "dueAt")));
  const change = textAt(body, "change");
  switch (change) {
    case "opened":
      return sentence("asks", role, "to decide", due);
    case "raised":
      return sentence("asks", role, "instead", due);
    case "expired":
      return sentence("hears nothing", withText("from", role), "in time: the silence denies it");
    case "superseded":
      return "drops the question: it is moot";
    case "withdrawn":
      return "closes the question: who asked it withdrew it";
    default:
      return sentence("changes the question", withText("to", change));
  }
}

/** A question put to people, raised, or closed without an answer. */
export function tellEscalation(body: JsonObject): Told {
  const reason = textAt(body, "reason");
  const escalationId = withText("escalation", textAt(body, "escalationId"));
  return {
    who: "mandate",
    text: changeWords(body),
    because: [reason, escalationId].filter((line) => line !== ""),
  };
}

/** What a person said, with the digest that binds it to one action. */
export function tellApproval(body: JsonObject): Told {
  const verdict = textAt(body, "verdict");
  const words: { readonly [verdict: string]: string } = { approve: "approves", reject: "rejects" };
  const role = textAt(body, "role");
  const reason = textAt(body, "reason");
  const digest = textAt(body, "actionDigest").slice(0, 12);
  const text = `${wordOf(words, verdict) ?? sentence("answers", verdict)}${reason === "" ? "" : `: ${reason}`}`;
  const bound = digest === "" ? "for one exact action" : `for exactly the action with digest ${digest}…`;
  return {
    who: sentence(textAt(body, "personId") || "somebody", role === "" ? "" : `(${role})`),
    text,
    because: [bound],
  };
}
