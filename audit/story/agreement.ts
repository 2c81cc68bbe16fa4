import type { JsonObject } from "../../domain/json.ts";
import { formatMinute } from "./duration.ts";
import type { Told } from "./line.ts";
import { sentence, textAt, textsAt, withText, wordOf } from "./loose.ts";

const words: { readonly [word: string]: string } = {
  ok: "agrees",
  refuse: "refuses to agree",
  withdraw: "withdraws from what was to be agreed",
};

/** What companies are asked to agree to, what each says, and what the one that acts makes of it. */
export function tellAgreement(body: JsonObject): Told {
  const change = textAt(body, "change");
  const because = [withText("agreement", textAt(body, "agreementId"))].filter((line) => line !== "");
  const until = withText("until", formatMinute(textAt(body, "expiresAt")));
  const executor = textAt(body, "executor") || "mandate";
  switch (change) {
    case "asked":
      return {
        who: executor,
        text: sentence("asks", textsAt(body, "sides").join(" and "), "to agree", until),
        because,
      };
    case "lapsed":
      return { who: "mandate", text: sentence("has waited", until, "for all to agree, in vain"), because };
    case "stands":
      return { who: executor, text: sentence("says that the agreement is", textAt(body, "state")), because };
    default: {
      const side = textAt(body, "side");
      const by = textAt(body, "by");
      const said = sentence(wordOf(words, change) ?? withText("changes the agreement to", change), by && `for ${side}`);
      return { who: by || side || "somebody", text: `${said}${withText(":", textAt(body, "reason"))}`, because };
    }
  }
}
