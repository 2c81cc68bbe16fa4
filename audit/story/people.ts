import { showArgs } from "./values.ts";
import type { JsonObject } from "../../domain/json.ts";
import { formatMinute } from "./duration.ts";
import type { Told } from "./line.ts";
import { objectAt, sentence, textAt, withText, wordOf } from "./loose.ts";

function changeWords(body: JsonObject): string {
  const role = textAt(body, "role");
  const due = withText("by", formatMinute(textAt(body, "dueAt")));
  const change = textAt(body, "change");
  switch (change) {
    case "opened":
      return `${sentence("asks", role, "to decide", due)}${wordOf(reachWords, textAt(body, "reach")) ?? ""}`;
    case "raised":
      return sentence("asks", role, "instead", due);
    case "expired":
      return sentence("hears nothing", withText("from", role), "in time: the silence denies it");
    case "superseded":
      return "drops the question: it is moot";
    case "withdrawn":
      return "closes the question: who asked it withdrew it";
    case "committed":
      return sentence("lets the approval count", withText("of", role));
    case "reopened":
      return sentence("hears no answer to what was asked back: the question goes on", due);
    default:
      return sentence("changes the question", withText("to", change));
  }
}

/** That a question does not reach who should answer it, as it opens. */
const reachWords: { readonly [reach: string]: string } = {
  later: "; nobody who may answer at that level is known, and the next one is asked then",
  "too-few": "; fewer people are known who may answer than have to approve",
  nobody: "; nobody who may answer is known",
};

/** What somebody did to a question beside deciding it, by its record's word. */
const moves: { readonly [change: string]: (body: JsonObject) => string } = {
  "asked-back": (body) =>
    sentence("asks back, and its deadline stands still", withText("until", formatMinute(textAt(body, "until")))),
  "answered-back": () => "says what was asked back",
  taken: () => "takes the question",
  delegated: (body) => sentence("leaves the question", withText("to", textAt(body, "to"))),
  held: (body) => sentence("puts the question off", withText("until", formatMinute(textAt(body, "until")))),
  edited: (body) =>
    `puts other values in place of what is asked (${showArgs(objectAt(body, "before"))} becomes ${showArgs(objectAt(body, "after"))})`,
  undone: () => "takes the approval back before it counts",
  withdrawn: () => "takes the question back",
};

/** A question put to people, raised, moved by one of them, or closed without an answer. */
export function tellEscalation(body: JsonObject): Told {
  const reason = textAt(body, "reason");
  const by = textAt(body, "personId");
  const made = wordOf(moves, textAt(body, "change"));
  if (by !== "" && made !== undefined) {
    const text = `${made(body)}${reason === "" ? "" : `: ${reason}`}`;
    return { who: by, text, because: [textAt(body, "escalationId")] };
  }
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
