import type { JsonObject } from "../../domain/json.ts";
import type { Told } from "./line.ts";
import { objectAt, sentence, textAt, textsAt, withText } from "./loose.ts";
import { formatMinute } from "./duration.ts";

/** The dates that a case goes by from now on, in their order, and what its record asks for. */
export function tellPlan(body: JsonObject): Told {
  const dates = Object.entries(objectAt(body, "anchors"))
    .flatMap(([name, at]) => (typeof at === "string" ? [{ name, at }] : []))
    .toSorted((a, b) => a.at.localeCompare(b.at) || a.name.localeCompare(b.name))
    .map(({ name, at }) => `${name} on ${formatMinute(at)}`);
  const asks = textsAt(body, "asks");
  const ends = withText("until", formatMinute(textAt(body, "endsBy")));
  return {
    who: "code",
    text: sentence("plans the case", withText("at", textAt(body, "state")), ends),
    because: [...dates, ...(asks.length === 0 ? [] : [`the record asks for ${asks.join(", ")}`])],
  };
}
