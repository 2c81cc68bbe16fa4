import { numberAt, objectAt, objectsAt, textAt, textsAt } from "../../audit/story/loose.ts";
import { standInText } from "../../audit/story/turn-words.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { goneWord, isGone } from "./gone.ts";
import type { DisputedStep } from "./step.ts";

/** One agent's turn. `n` is the record with its model calls; 0 when none is kept. */
export type Speaker = {
  readonly n: number;
  readonly role: string;
  readonly model: string;
  readonly offline: boolean;
  /** In place of which model it worked, and why; empty where of none. */
  readonly standIn: string;
  readonly promptDigest: string;
};

export type FindingRow = {
  readonly statement: string;
  readonly confidence: string;
  /** Names of the readings that it rests on. */
  readonly sources: readonly string[];
};

export type Reasoning = {
  readonly n: number;
  /** Whose words these are, and what they are worth. */
  readonly label: string;
  /** As stated, line by line. */
  readonly lines: readonly string[];
  readonly findings: readonly FindingRow[];
  readonly speakers: readonly Speaker[];
  /** Why it cannot be read; empty when it can. */
  readonly gone: string;
};

export function reasoningOf(step: DisputedStep): Reasoning {
  const { proposal } = step;
  const none = { n: proposal?.n ?? 0, label: "", lines: [], findings: [], speakers: [] };
  if (proposal === undefined) return { ...none, gone: "no proposal is among the records of this case" };
  if (isGone(proposal, "chain")) return { ...none, gone: goneWord(proposal) };
  const chain = objectAt(proposal.body, "chain");
  const speakers = objectsAt(chain, "turns").map((turn) => speakerOf(turn, step));
  return {
    n: proposal.n,
    label: labelOf(textAt(chain, "origin"), speakers),
    lines: textAt(chain, "reasoning").split("\n"),
    findings: objectsAt(chain, "findings").map((finding) => ({
      statement: textAt(finding, "statement") || textAt(finding, "code"),
      confidence: confidenceOf(numberAt(finding, "confidencePpm")),
      sources: textsAt(finding, "sources"),
    })),
    speakers,
    gone: "",
  };
}

/** A citation of a turn as it stands in a proposal or a review. */
export function speakerOf(turn: Parameters<typeof textAt>[0], { turns }: Pick<DisputedStep, "turns">): Speaker {
  const turnKey = textAt(turn, "turnKey");
  return {
    n: turns.find(({ body }) => textAt(body, "turnKey") === turnKey)?.n ?? 0,
    role: textAt(turn, "role"),
    model: textAt(turn, "model"),
    offline: turn["offline"] === true,
    standIn: standInText(turn),
    promptDigest: textAt(turn, "promptDigest"),
  };
}

function confidenceOf(ppm: number | undefined): string {
  return ppm === undefined ? "" : formatPpm(ppm);
}

function labelOf(origin: string, speakers: readonly Speaker[]): string {
  switch (origin) {
    case "agents": {
      const stated = "As stated by the model. Nothing here decided: rules did, on the facts above.";
      const scripted =
        "These are the words of the offline deterministic model, which is scripted and no language model.";
      return speakers.some(({ offline }) => offline) ? `${stated} ${scripted}` : stated;
    }
    case "as-requested":
      return "No agent could work on it: the request was put forward as it stood. These are Mandate's words.";
    case "follow-up":
      return "A follow-up of an earlier decision: no model was asked. These are Mandate's words.";
    case "decide-service":
      return "Another system asked through the decide service: no model was asked. These are Mandate's words.";
    default:
      return "The record does not say whose words these are.";
  }
}
