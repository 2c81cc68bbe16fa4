import type { PastQuestion } from "../../domain/answered.ts";
import type { Audience } from "../../domain/audience.ts";
import type { JsonObject } from "../../domain/json.ts";
import { formatPpm, WHOLE_PPM } from "../../domain/ppm.ts";
import type { Provenance } from "../../domain/provenance.ts";
import type { FactType } from "../fact-types.ts";
import { likenessPpm, sameRules, valuesOf, type Values } from "./likeness.ts";

/**
 * What our own ledgers say of a question beside its facts, each with where it comes from and how far what it points at came true before.
 * It decides nothing. Pure; statistics are whole millionths.
 */
export type PastFinding = {
  readonly code: "missing-facts" | "partner-history" | "account-history" | "precedents";
  readonly statement: string;
  /** What it points at; null where it points nowhere. */
  readonly points: "approve" | "reject" | null;
  readonly sources: readonly { readonly source: string; readonly ref: string }[];
  /** When the latest of what it rests on was settled, or when the question came, ISO 8601. */
  readonly observedAt: string;
  readonly provenance: Provenance;
  readonly audience: Audience;
  readonly confidence: Confidence;
};

/**
 * How sure one can be of what a kind of finding points at, by what people answered where that kind pointed somewhere before: the mean of a
 * Beta posterior, from Beta(1, 1), which is no opinion. `ppm`: null without any. `brierPpm`: the mean squared error of what would have been said
 * each time with what was settled by then; 250000 is a coin's.
 */
export type Confidence = {
  readonly ppm: number | null;
  readonly agreed: number;
  readonly of: number;
  readonly brierPpm: number | null;
  readonly text: string;
};

/** A question now: what is known of it, which rules ask, what is not known and why. `at`: when it came, ISO 8601. */
export type AskedNow = {
  readonly facts: JsonObject;
  readonly rules: readonly string[];
  readonly missing: readonly { readonly fact: string; readonly why: string | null }[];
  readonly at: string;
};

/** A fact that names whom a question is about, and what people call that. */
export type History = {
  readonly code: "partner-history" | "account-history";
  readonly fact: string;
  readonly who: string;
};

/** What is looked at: the past that was fetched, of which so many are taken again, each against so many before it. */
const BOUNDS = { retaken: 60, nearest: 5, pool: 100 } as const;

const PRIOR = { agreed: 1, not: 1 } as const;

/** The ledger that settled questions are read from. */
const ANSWERS = "ledger.answers";

type Settled = PastQuestion & { readonly values: Values };
type Question = {
  readonly facts: JsonObject;
  readonly rules: readonly string[];
  readonly values: Values;
  readonly isWhole: boolean;
};
/** Of the questions that were settled before, latest first: what one is about, and what most people answered. */
type Kind = (
  asked: Question,
  before: readonly Settled[],
) => { readonly rests: readonly Settled[]; readonly points: PastFinding["points"] };

/** `past`: settled questions under the same policy, latest first. */
export function pastFindings(
  { types, histories }: { readonly types: readonly FactType[]; readonly histories: readonly History[] },
  asked: AskedNow,
  past: readonly PastQuestion[],
): readonly PastFinding[] {
  const settled = past.map((one): Settled => ({ ...one, values: valuesOf(types, one.facts) }));
  const now = { ...asked, values: valuesOf(types, asked.facts), isWhole: asked.missing.length === 0 };
  const told = (code: PastFinding["code"], kind: Kind, say: (rests: readonly Settled[]) => string): PastFinding[] => {
    const { rests, points } = kind(now, settled);
    if (rests.length === 0 && code !== "missing-facts") return [];
    return [
      {
        code,
        statement: say(rests),
        points,
        sources:
          rests.length === 0
            ? [{ source: "decision", ref: "missing" }]
            : rests.slice(0, BOUNDS.nearest).map(({ escalationId }) => ({ source: ANSWERS, ref: escalationId })),
        observedAt: latestOf(rests) ?? asked.at,
        provenance: "derived",
        audience: "us",
        confidence: points === null ? pointsNowhere : confidenceOf(kind, settled),
      },
    ];
  };
  return [
    ...(now.isWhole ? [] : told("missing-facts", missingKind, () => missingText(asked))),
    ...histories.flatMap(({ code, fact, who }) => told(code, sameFact(fact), (rests) => historyText(who, rests))),
    ...told("precedents", nearestKind, nearestText),
  ];
}

const missingKind: Kind = ({ isWhole }) => ({ rests: [], points: isWhole ? null : "reject" });

function sameFact(fact: string): Kind {
  return ({ facts }, before) => {
    const name = facts[fact];
    const rests = typeof name !== "string" || name === "" ? [] : before.filter((one) => one.facts[fact] === name);
    return { rests, points: majorityOf(rests) };
  };
}

const nearestKind: Kind = ({ rules, values }, before) => {
  const like = before.slice(0, BOUNDS.pool).filter((one) => sameRules(one.rules, rules));
  const rests = like
    .map((one) => ({ one, likeness: likenessPpm(values, one.values) }))
    .toSorted((a, b) => b.likeness - a.likeness || (a.one.at < b.one.at ? 1 : -1))
    .slice(0, BOUNDS.nearest)
    .map(({ one }) => one);
  return { rests, points: majorityOf(rests) };
};

/** What more of them came to; silence counts as neither. */
function majorityOf(settled: readonly Settled[]): PastFinding["points"] {
  const { approved, rejected } = countsOf(settled);
  if (approved === rejected) return null;
  return approved > rejected ? "approve" : "reject";
}

function countsOf(settled: readonly Settled[]) {
  const count = (answer: PastQuestion["answer"]) => settled.filter((one) => one.answer === answer).length;
  return { approved: count("approved"), rejected: count("rejected"), expired: count("expired") };
}

/** Takes the latest settled questions again, each with what was settled before it came. */
function confidenceOf(kind: Kind, settled: readonly Settled[]): Confidence {
  const again = settled.slice(0, BOUNDS.retaken).toReversed();
  let [agreed, of, errors] = [0, 0, 0];
  for (const one of again) {
    const before = settled.filter(({ settledAt }) => settledAt < one.at);
    const { points } = kind({ ...one, isWhole: one.missing.length === 0 }, before);
    if (points === null) continue;
    const isAgreed = one.answer === (points === "approve" ? "approved" : "rejected");
    const away = isAgreed ? WHOLE_PPM - posteriorPpm(agreed, of) : posteriorPpm(agreed, of);
    [agreed, of, errors] = [agreed + (isAgreed ? 1 : 0), of + 1, errors + Math.round((away * away) / WHOLE_PPM)];
  }
  if (of === 0) return { ppm: null, agreed, of, brierPpm: null, text: "no history: it pointed nowhere before" };
  const [ppm, brierPpm] = [posteriorPpm(agreed, of), Math.round(errors / of)];
  const text = `people answered so ${agreed} of ${of} times that it pointed somewhere: ${wholePercent(ppm)}, Brier score ${(brierPpm / WHOLE_PPM).toFixed(2)}`;
  return { ppm, agreed, of, brierPpm, text };
}

const pointsNowhere: Confidence = { ppm: null, agreed: 0, of: 0, brierPpm: null, text: "it points nowhere" };

/** Rounded down. */
export function posteriorPpm(agreed: number, of: number): number {
  return Math.floor(((agreed + PRIOR.agreed) * WHOLE_PPM) / (of + PRIOR.agreed + PRIOR.not));
}

function wholePercent(ppm: number): string {
  return formatPpm(Math.floor(ppm / 10_000) * 10_000);
}

function latestOf(settled: readonly Settled[]): string | undefined {
  return settled
    .map(({ settledAt }) => settledAt)
    .toSorted()
    .at(-1);
}

function missingText({ missing }: AskedNow): string {
  return missing
    .map(({ fact, why }) => (why === null ? `${fact} is not known` : `${fact} is not known: ${why}`))
    .join("; ");
}

/** `Of 12 questions about this partner people approved 9 and rejected 2; 1 ended in silence; the last was approved on 2026-03-02`. */
function historyText(who: string, rests: readonly Settled[]): string {
  const [last] = rests;
  const when = last === undefined ? "" : `; the last was ${last.answer} on ${last.settledAt.slice(0, 10)}`;
  return `Of ${rests.length} questions about ${who} people ${countsText(rests)}${when}`;
}

function nearestText(rests: readonly Settled[]): string {
  const failed = rests.filter((one) => one.failed).length;
  const came = failed === 0 ? "" : `; ${failed} of them could not be done`;
  return `Of the ${rests.length} nearest that the same rules asked about people ${countsText(rests)}${came}`;
}

function countsText(rests: readonly Settled[]): string {
  const { approved, rejected, expired } = countsOf(rests);
  return `approved ${approved} and rejected ${rejected}${expired === 0 ? "" : `; ${expired} ended in silence`}`;
}
