import type { PastQuestion } from "../../domain/answered.ts";
import type { JsonObject } from "../../domain/json.ts";
import { shownFact } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { likenessPpm, sameRules, valuesOf } from "./likeness.ts";
import { wilsonLower } from "./wilson.ts";

/** What is asked now. `read`: the facts that the rules that ask read. `doubts`: what has to be looked at before anybody says yes. */
export type PresentQuestion = {
  readonly facts: JsonObject;
  readonly rules: readonly string[];
  readonly read: readonly string[];
  readonly doubts: readonly string[];
  /** What would pass without people, in words. */
  readonly offers: readonly string[];
};

export type Precedent = Pick<PastQuestion, "escalationId" | "caseId" | "at" | "answer" | "failed"> & {
  /** How like it is, in parts per million, by whole per cent: all of it is the same in all that was known of both. */
  readonly likenessPpm: number;
  /** The values that its rules read, as people read them. */
  readonly text: string;
};

/** How people answered when the same rules asked. Silence is in `of` and in neither of the others. */
export type Agreement = { readonly approved: number; readonly rejected: number; readonly of: number };

/** What past answers say of a question. It decides nothing: a person does. */
export type Advice = {
  readonly answer: "approve" | "reject" | null;
  /** At most three, sentences. */
  readonly reasons: readonly string[];
  readonly agreement: Agreement;
  readonly precedents: readonly Precedent[];
};

/** Answers below which nothing is recommended, and how sure the majority has to be, Wilson 95 %. Source: our own default. */
const needed = { answers: 5, majorityLower: 0.5 } as const;

const MOST_PRECEDENTS = 5;
const MOST_REASONS = 3;

function valuesText(types: readonly FactType[], facts: JsonObject, read: readonly string[]): string {
  const values = read.flatMap((name) => {
    const shown = shownFact(types, name, facts[name]);
    return shown === undefined ? [] : [`${name} ${shown}`];
  });
  return values.join(", ");
}

/**
 * What people's past answers say of a question: those in which the very same rules asked. Nothing is recommended on too few, on a
 * divided past, or where something is in doubt that a past answer cannot know of.
 */
export function adviceOn(types: readonly FactType[], asked: PresentQuestion, past: readonly PastQuestion[]): Advice {
  const like = past.filter(({ rules }) => sameRules(rules, asked.rules));
  const agreement = {
    approved: like.filter(({ answer }) => answer === "approved").length,
    rejected: like.filter(({ answer }) => answer === "rejected").length,
    of: like.length,
  };
  const own = valuesOf(types, asked.facts);
  const nearest = like
    .map((one) => ({ one, likeness: likenessPpm(own, valuesOf(types, one.facts)) }))
    .toSorted((a, b) => b.likeness - a.likeness || (a.one.at < b.one.at ? 1 : -1))
    .slice(0, MOST_PRECEDENTS);
  const precedents = nearest.map(({ one, likeness }): Precedent => {
    const { escalationId, caseId, at, answer, failed, facts } = one;
    return {
      escalationId,
      caseId,
      at,
      answer,
      failed,
      likenessPpm: likeness,
      text: valuesText(types, facts, asked.read),
    };
  });
  const answer = asked.doubts.length > 0 ? null : majorityOf(agreement);
  return { answer, reasons: reasonsFor(asked, agreement, precedents).slice(0, MOST_REASONS), agreement, precedents };
}

function majorityOf({ approved, rejected, of }: Agreement): Advice["answer"] {
  if (of < needed.answers) return null;
  if (wilsonLower(approved, of) > needed.majorityLower) return "approve";
  return wilsonLower(rejected, of) > needed.majorityLower ? "reject" : null;
}

function reasonsFor({ doubts, offers }: PresentQuestion, { approved, of }: Agreement, [first]: readonly Precedent[]) {
  const enough = of < needed.answers ? `, too few to go by (${needed.answers} are)` : "";
  const past =
    of === 0
      ? "These rules have asked nobody before."
      : `People agreed ${approved} of ${of} times that these rules asked${enough}.`;
  const ended = first?.failed === true ? ", and it could not be done" : "";
  return [
    ...doubts,
    past,
    ...(first === undefined
      ? []
      : [`The nearest to it was ${first.answer} on ${first.at.slice(0, 10)}${ended}: ${first.text}.`]),
    ...offers.map((offer) => `It would pass without people with ${offer}.`),
  ];
}
