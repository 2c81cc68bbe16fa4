import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { numberAt, objectAt, sentence, textAt, withText } from "./loose.ts";
import { faultText, promptText, standInText, troubleLines } from "./turn-words.ts";

/** An agent's model calls; its proposal or review says what came of them, and `because` what did not go as it should. */
export function tellTurn(body: JsonObject): Told {
  const who = textAt(body, "role") || "an agent";
  const because = troubleLines(body);
  const fault = textAt(body, "fault");
  if (fault !== "") return { who, text: `gave its turn up: ${faultText(fault)}`, because };
  const usage = objectAt(body, "usage");
  const tokens = `${numberAt(usage, "inputTokens") ?? 0} tokens in, ${numberAt(usage, "outputTokens") ?? 0} out`;
  const offline = body["offline"] === true ? "the offline model" : "its model";
  const standIn = standInText(body);
  const asked = sentence("asked", offline, withText("with prompt", promptText(body)));
  return { who, text: `${asked}${standIn === "" ? "" : `, ${standIn}`}: ${tokens}`, because };
}

export function tellPrompt(body: JsonObject): Told {
  const prompt = withText("prompt", textAt(body, "promptDigest").slice(0, 12));
  return {
    who: "mandate",
    text: sentence("begins to use", prompt, withText("for", textAt(body, "role"))),
    because: [],
  };
}

/** What both companies hold to, told in the log between them. */
export function tellCommitment(body: JsonObject): Told {
  return {
    who: "mandate",
    text: sentence("commits to", textAt(body, "tool"), "in the log of both companies"),
    because: [],
  };
}

/** What is done about erasing, by the record's `change`. */
function holdWords(body: JsonObject): string {
  const scope = textAt(body, "scope");
  const days = `${textAt(body, "days")} days`;
  switch (textAt(body, "change")) {
    case "set":
      return sentence("sets a legal hold", withText("on", scope));
    case "released":
      return sentence("releases the legal hold", withText("on", scope));
    case "asked-erasure":
      return sentence("asks to erase", scope, withText("on", textAt(body, "ground")));
    case "refused-erasure":
      return sentence("may not erase", scope, withText("because of legal hold", textAt(body, "holdId")));
    case "retention":
      return sentence("has", scope, "kept", days);
    case "asked-retention":
      return sentence("asks to have", scope, "kept only", days);
    default:
      return sentence(textAt(body, "change") || "changed", "a legal hold", withText("on", scope));
  }
}

/** An erasure, a legal hold, or a change of the log's key. */
export function tellUpkeep(kind: "erasure" | "hold" | "key", body: JsonObject): Told {
  const reason = textAt(body, "reason");
  const words = {
    erasure: sentence("erased", textAt(body, "subject"), withText("on", textAt(body, "ground"))),
    hold: holdWords(body),
    key: sentence(textAt(body, "change") || "changed", "the key", textAt(body, "name")),
  };
  const text = `${words[kind]}${reason === "" ? "" : `: ${reason}`}`;
  return { who: textAt(body, "person") || "mandate", text, because: [] };
}
