import type { JsonObject } from "../../domain/json.ts";
import { Noticed, noticedInWords } from "../../domain/noticed.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { formatMinute } from "./duration.ts";
import type { Told } from "./line.ts";
import { numberAt, objectAt, objectsAt, sentence, textAt, textsAt, withText, wordOf } from "./loose.ts";
import { standInText } from "./turn-words.ts";
import { showArgs } from "./values.ts";

/** The model behind a turn; the deterministic one is always labelled, because its words are scripted. */
function modelOf(turn: JsonObject): string {
  const model = textAt(turn, "model");
  return turn["offline"] === true ? sentence("offline model", model, standInText(turn)) : model;
}

function speaker(role: string, turn: JsonObject): string {
  const model = modelOf(turn);
  return model === "" ? role : `${role} (${model})`;
}

function proposerOf(chain: JsonObject, args: JsonObject): string {
  const turns = objectsAt(chain, "turns");
  const turn = turns.find((candidate) => textAt(candidate, "role") === "orchestration") ?? turns.at(-1) ?? {};
  const origin = textAt(chain, "origin");
  if (origin === "decide-service") return textAt(args, "caller");
  if (origin === "edited") return "a person who was asked";
  return origin === "as-requested" || origin === "follow-up" ? "mandate" : speaker("orchestration", turn);
}

function findingLine(finding: JsonObject): string {
  const confidence = numberAt(finding, "confidencePpm");
  const sources = textsAt(finding, "sources").join(", ");
  const how = [confidence === undefined ? "" : `confidence ${formatPpm(confidence)}`, withText("from", sources)];
  const known = how.filter((part) => part !== "").join(", ");
  return sentence("found:", textAt(finding, "statement") || textAt(finding, "code"), known === "" ? "" : `(${known})`);
}

function sourceLine(source: JsonObject): string {
  const version = withText("version", textAt(source, "version"));
  return sentence(
    "read",
    textAt(source, "source"),
    textAt(source, "ref"),
    version,
    withText("at", formatMinute(textAt(source, "observedAt"))),
  );
}

function noticedLines(chain: JsonObject): readonly string[] {
  const noticed = Noticed.safeParse(chain["noticed"]);
  return noticed.success ? noticedInWords(noticed.data) : [];
}

/** What was proposed, with what, and the chain of reasoning behind it. */
export function tellProposal(body: JsonObject): Told {
  const chain = objectAt(body, "chain");
  const action = objectAt(body, "action");
  const given = objectAt(action, "args");
  const args = showArgs(given);
  const tool = textAt(action, "tool") || textAt(body, "actionId");
  const reasoning = textAt(chain, "reasoning");
  const stated = textAt(chain, "origin") === "agents" ? "as stated by the model:" : "because:";
  return {
    who: proposerOf(chain, given),
    text: `${sentence("proposes", tool)}${args === "" ? "" : `: ${args}`}`,
    because: [
      ...objectsAt(chain, "sources").map(sourceLine),
      ...objectsAt(chain, "findings").map(findingLine),
      ...(reasoning === "" ? [] : [`${stated} ${reasoning}`]),
      ...noticedLines(chain),
    ],
  };
}

const reviewWords: { readonly [verdict: string]: string } = {
  agree: "agrees with the proposal",
  escalate: "wants a person to decide",
  block: "says this must not happen",
};

/** Compliance's word. It can only tighten what the guardrail says. */
export function tellReview(body: JsonObject): Told {
  const review = objectAt(body, "review");
  const verdict = textAt(review, "verdict");
  const text = wordOf(reviewWords, verdict) ?? sentence("reviews the proposal", withText("as", verdict));
  return { who: speaker("compliance", objectAt(body, "turn")), text, because: textsAt(review, "reasons") };
}
