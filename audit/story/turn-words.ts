import type { JsonObject } from "../../domain/json.ts";
import { numberAt, objectAt, objectsAt, sentence, textAt, textsAt, withText, wordOf } from "./loose.ts";

/** What a fault of a model means, for whoever reads a case. */
const faultWords: { readonly [code: string]: string } = {
  MODEL_RATE_LIMITED: "its supplier limits how often it is asked",
  MODEL_UNAVAILABLE: "it did not answer",
  TURN_IN_PROGRESS: "another attempt still asks it",
  MODEL_WAIT_OVER: "the step's time for models was over",
  STEP_LATE: "no worker took the step up before its time for models was over",
  MODEL_PACED: "the limit of calls a minute was reached",
  MODEL_BUDGET_SPENT: "its budget is spent",
  MODEL_STOPPED: "its function or the company is stopped by a switch",
  AGENT_STOPPED: "the agent was stopped, by a switch or by its mode",
  MODEL_REQUEST_INVALID: "its supplier refused the request",
  MODEL_KEY_REFUSED: "its supplier refused the key",
  MODEL_UNKNOWN: "its supplier knows no such model",
  MODEL_REFUSED: "it refused to answer",
  MODEL_ANSWER_UNUSABLE: "its answers could not be used",
};

/** `it did not answer (MODEL_UNAVAILABLE)` */
export function faultText(code: string): string {
  const words = wordOf(faultWords, code);
  return words === undefined ? code : `${words} (${code})`;
}

/** `in place of claude-sonnet-5-5: it did not answer (MODEL_UNAVAILABLE)`; empty where no other model should have worked. */
export function standInText(citation: JsonObject): string {
  const standIn = objectAt(citation, "standIn");
  const replaced = textAt(standIn, "for");
  return replaced === "" ? "" : `in place of ${replaced}: ${faultText(textAt(standIn, "fault"))}`;
}

/** `orchestration v1`; empty of a turn from before prompts had versions. */
export function promptText(citation: JsonObject): string {
  const prompt = objectAt(citation, "prompt");
  const version = numberAt(prompt, "version");
  return version === undefined ? "" : `${textAt(prompt, "name")} v${version}`;
}

/** What did not go as it should in a turn, a line each. */
export function troubleLines(body: JsonObject): string[] {
  const refused = numberAt(body, "refusedReadings") ?? 0;
  return [
    ...objectsAt(body, "tried").map(triedLine),
    ...textsAt(body, "repairs").map((problem) => `answered anew, because ${problem}`),
    ...(refused > 0 ? [`asked for ${refused} readings that it may not take`] : []),
  ];
}

function triedLine(tried: JsonObject): string {
  const times = numberAt(tried, "times") ?? 0;
  const how = times === 0 ? "was not asked" : times === 1 ? "was asked once" : `was asked ${times} times`;
  return sentence(
    textAt(tried, "model"),
    `${how}:`,
    faultText(textAt(tried, "fault")),
    withText("·", textAt(tried, "message")),
  );
}
