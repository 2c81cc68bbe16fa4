import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { numberAt, sentence, textAt, withText } from "./loose.ts";

function changeWords(body: JsonObject): string {
  const release = withText("release", textAt(body, "release").slice(0, 12));
  const change = textAt(body, "change");
  switch (change) {
    case "signing-key":
      return "registers a signing key";
    case "apply":
      return sentence(
        "proposes",
        release,
        withText("in the place of", textAt(body, "replaces").slice(0, 12)),
        body["alone"] === true ? "and puts it in force: it loosens nothing" : "",
      );
    case "promote":
      return sentence("lets", release, "pass");
    case "rollback":
      return sentence("takes", release, "back");
    case "calendar":
      return "sets when people work";
    case "mode":
      return modeWords(body);
    case "list":
      return sentence(
        body["alone"] === true ? "changes what the list" : "asks to change what the list",
        textAt(body, "list"),
        "holds,",
        withText("to version", textAt(body, "version").slice(0, 12)),
      );
    default:
      return sentence("changes policies", withText("by", change));
  }
}

function modeWords(body: JsonObject): string {
  const verb = body["inForce"] === false ? "asks to set" : "sets";
  return sentence(verb, textAt(body, "policy"), withText("to", textAt(body, "mode")));
}

/** What a person did to the policies in force, with their reason. */
export function tellPolicy(body: JsonObject): Told {
  const role = textAt(body, "role");
  const reason = textAt(body, "reason");
  const share = numberAt(body, "canaryPpm");
  return {
    who: sentence(textAt(body, "person") || "somebody", role === "" ? "" : `(${role})`),
    text: `${changeWords(body)}${reason === "" ? "" : `: ${reason}`}`,
    because: share === undefined || share === 1_000_000 ? [] : [`for ${share / 10_000} % of subjects`],
  };
}
