import type { PlayedRequest } from "./play.ts";

/** What a programme came to. Shares in millionths, times in thousandths of a minute or in minutes; null of nothing. */
export type Figures = {
  readonly requests: number;
  readonly questions: number;
  /** Of people, in all and for each question. */
  readonly peopleMinutesMilli: number;
  readonly minutesMilliEach: number | null;
  readonly words: number;
  readonly lookUps: number;
  /** Requests whose requester was told what would pass or what is missing, and those who did it. */
  readonly told: number;
  readonly answeredAsTold: number;
  readonly partnerAnswersPpm: number | null;
  readonly yes: number;
  /** To a yes; over the requests that had one. */
  readonly medianMinutesToYes: number | null;
  readonly meanMinutesToYes: number | null;
  /** Mean share of the list price that was given away, over the same. */
  readonly givenPpm: number | null;
  /** Passed with something that nobody checked. */
  readonly unchecked: number;
};

/** Pure. */
export function figuresOf(played: readonly PlayedRequest[]): Figures {
  const sum = (of: (one: PlayedRequest) => number) => played.reduce((total, one) => total + of(one), 0);
  const count = (is: (one: PlayedRequest) => boolean) => played.filter(is).length;
  const questions = sum(({ answered }) => answered);
  const peopleMinutesMilli = sum((one) => one.peopleMinutesMilli);
  const told = count(({ wasTold }) => wasTold);
  const answeredAsTold = count(({ wasTold, didAsTold }) => wasTold && didAsTold);
  const toYes = played.flatMap(({ minutesToYes }) => (minutesToYes === null ? [] : [minutesToYes]));
  return {
    requests: played.length,
    questions,
    peopleMinutesMilli,
    minutesMilliEach: meanOf([peopleMinutesMilli], questions),
    words: sum(({ words }) => words),
    lookUps: sum(({ lookUps }) => lookUps),
    told,
    answeredAsTold,
    partnerAnswersPpm: meanOf([answeredAsTold * 1_000_000], told),
    yes: toYes.length,
    medianMinutesToYes: medianOf(toYes),
    meanMinutesToYes: meanOf(toYes, toYes.length),
    givenPpm: meanOf(
      played.map(({ givenPpm }) => givenPpm ?? 0),
      toYes.length,
    ),
    unchecked: count(({ unchecked }) => unchecked),
  };
}

/** Rounded to the nearest whole. */
function meanOf(values: readonly number[], n: number): number | null {
  return n === 0 ? null : Math.round(values.reduce((sum, value) => sum + value, 0) / n);
}

/** The middle value, the lower of two. */
function medianOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}
