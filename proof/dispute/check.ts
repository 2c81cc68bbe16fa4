import type { Replayed } from "../replay/guardrail.ts";
import type { Ruling } from "./ruling.ts";

/** Whether the decision comes out again, in words with a full stop. */
export type Check = { readonly text: string; readonly isAlarm: boolean };

/** By a replay of the whole decision where there is one, else by the rules alone. */
export function checkOf(ruling: Ruling, replayed: Replayed | undefined): Check {
  if (replayed === undefined) return checkOfRules(ruling);
  switch (replayed.kind) {
    case "same":
      return {
        text:
          "Taken again when this page was made: on the recorded facts, under the recorded policy version, by both " +
          "evaluators, with Compliance's word, the limits and the mode as recorded, every part came out as recorded.",
        isAlarm: false,
      };
    case "differs":
      return {
        text: `WARNING: taken again when this page was made, it comes out otherwise: ${replayed.what}.`,
        isAlarm: true,
      };
    case "cannot":
      return { text: `It could not be taken again when this page was made: ${replayed.why}.`, isAlarm: false };
  }
}

function checkOfRules(ruling: Ruling): Check {
  if (ruling.kind === "unread") return { text: `The rules could not be asked again: ${ruling.why}.`, isAlarm: false };
  switch (ruling.explanation.agrees) {
    case true:
      return {
        text: "Asked again when this page was made, under the recorded policy version and facts, the rules that match are the recorded ones.",
        isAlarm: false,
      };
    case false:
      return {
        text: "WARNING: asked again when this page was made, the rules that match are not the recorded ones.",
        isAlarm: true,
      };
    case null:
      return { text: "No policy was in force, so there are no rules to ask again.", isAlarm: false };
  }
}
