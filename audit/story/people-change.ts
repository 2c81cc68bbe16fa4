import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { sentence, textAt, textsAt, wordOf } from "./loose.ts";

const asks: { readonly [change: string]: string } = {
  add: "asks for a new person",
  "add-alias": "asks that another name count as a person's",
  "remove-alias": "takes a name off a person",
  role: "asks for another role of a person",
  revoke: "revokes a person",
  token: "asks for a new token of a person",
};

/** A change of who is who. People are told by the random names that envelopes know them by. */
export function tellPeopleChange(body: JsonObject): Told {
  const who = textAt(body, "person") || "somebody";
  const reason = textAt(body, "reason");
  const because = reason === "" ? [] : [reason];
  const change = textAt(body, "change");
  const changeId = textAt(body, "changeId");
  switch (change) {
    case "first-admins":
      return { who, text: sentence("makes the first admins", textsAt(body, "subjects").join(" and ")), because };
    case "second":
      return { who, text: sentence("seconds", changeId, "which holds from now on"), because };
    case "drop":
      return { who, text: sentence("drops", changeId), because };
    default: {
      const holds = textAt(body, "state") === "done" ? "it holds" : "it waits for a second admin";
      const asked = sentence(wordOf(asks, change) ?? "changes a person", textAt(body, "subject"));
      return { who, text: `${asked}: ${holds}`, because: [...because, changeId] };
    }
  }
}
