import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { objectsAt, sentence, textAt, textsAt, withText, wordOf } from "./loose.ts";

/** The call is about to be made; from here on it happens at most once. */
export function tellIntent(body: JsonObject): Told {
  const permit = withText("permit", textAt(body, "permitId"));
  const key = withText("effect key", textAt(body, "effectKey"));
  return {
    who: "mandate",
    text: sentence("calls", textAt(body, "tool") || "the target", withText("under", permit)),
    because: key === "" ? [] : [key],
  };
}

/** What came back. `tool` is the intent's, or empty when there was none. */
export function tellReceipt(body: JsonObject, tool: string): Told {
  const ref = withText("as", textAt(body, "externalRef"));
  const detail = textAt(body, "detail");
  const because = detail === "" ? [] : [detail];
  const who = tool === "" ? "the target" : tool;
  const state = textAt(body, "state");
  switch (state) {
    case "done":
      return { who, text: sentence("has done it", ref), because };
    case "failed":
      return { who, text: "refused it: nothing was done", because };
    case "unknown":
      return { who, text: "did not answer: it may have happened, and a person settles it", because };
    default:
      return { who, text: sentence("answered", state, ref), because };
  }
}

/** What is asked was permitted before: the first permit stands for it. */
export function tellRepeat(body: JsonObject): Told {
  const key = withText("effect key", textAt(body, "effectKey"));
  const before = withText("by", textAt(body, "decisionId"));
  return { who: "mandate", text: sentence("was asked for this before", before), because: key === "" ? [] : [key] };
}

/** The step ended with nothing decided that holds, and why. */
export function tellRefusal(body: JsonObject): Told {
  const reason = textAt(body, "reason");
  return { who: "mandate", text: "refused it: nothing was decided", because: reason === "" ? [] : [reason] };
}

const outcomeWords: { readonly [kind: string]: string } = {
  executed: "done",
  "already-done": "was done before, nothing was called again",
  blocked: "blocked",
  rejected: "rejected by a person",
  expired: "denied by silence",
  withheld: "decided for the record only, nothing was asked or called",
  superseded: "dropped for a newer state",
  unknown: "open: a person has to settle it",
  refused: "refused, nothing was called",
};

/** How each step of one event ended. */
export function tellEnd(body: JsonObject): Told {
  const reasons = textsAt(body, "reasons");
  const outcomes = objectsAt(body, "outcomes").map((outcome, index) => {
    const kind = textAt(outcome, "kind");
    const reason = reasons[index] ?? "";
    return `${textAt(outcome, "step") || "step"} ${wordOf(outcomeWords, kind) ?? kind}${reason === "" ? "" : ` (${reason})`}`;
  });
  const text =
    outcomes.length === 0 ? "has finished with the event" : `has finished with the event: ${outcomes.join("; ")}`;
  return { who: "mandate", text, because: [] };
}
