import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerTo, lookUpsFor, minutesMilliFor, requesterDoes, toldBy, wordsOn } from "../../../app/value/behaviour.ts";
import { figuresOf } from "../../../app/value/figures.ts";
import type { PlayedRequest } from "../../../app/value/play.ts";
import { drawn, drawnBetween, requestsOf, type Request } from "../../../app/value/requests.ts";
import { putToPeopleText } from "../../../functions/shared/crm-note.ts";
import { cardFixture } from "../../fixtures/card.ts";

const request: Request = {
  n: 1,
  partnerId: "p-juniper",
  listPriceMinor: 1_000_000,
  netPriceMinor: 800_000,
  concessionsMinor: 0,
  lacksListPrice: false,
  holdsLink: false,
};

describe("what a seed draws", () => {
  test("is the same to every play, and within its bounds", () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.nat(500), fc.nat(500), (seed, name, a, b) => {
        const range = { min: Math.min(a, b), max: Math.max(a, b) };
        const value = drawnBetween(drawn(seed, name), range);
        expect(value).toBe(drawnBetween(drawn(seed, name), range));
        expect(value).toBeGreaterThanOrEqual(range.min);
        expect(value).toBeLessThanOrEqual(range.max);
      }),
    );
  });

  test("is a request by its number alone: more requests leave the first ones as they are", () => {
    expect(requestsOf(7, 30).slice(0, 10)).toEqual(requestsOf(7, 10));
    expect(requestsOf(8, 10)).not.toEqual(requestsOf(7, 10));
  });
});

describe("what a requester reads in a note", () => {
  const decided = {
    decisionId: "dec_1",
    actionId: "quoting",
    verdict: "escalate" as const,
    reason: "Effective discount 20 % is over 15 %",
    outcome: "waiting",
    detail: "",
  };
  const note = (more: object) => putToPeopleText({ ...decided, ...more } as never) ?? "";

  test("is the price that the note itself offers", () => {
    const offers = ["net price 850,000.50 USD in place of 800,000.00 USD"];
    expect(toldBy(note({ offers }))).toEqual({ netPriceMinor: 85_000_050, lacksSomething: false });
  });

  test("is that something is missing, where the note says so", () => {
    expect(toldBy(note({ unread: true }))).toEqual({ lacksSomething: true });
  });

  test("is nothing in a note that says neither", () => {
    expect(toldBy("Mandate: denied (block, dec_1). Too deep.")).toEqual({ lacksSomething: false });
  });
});

describe("what a requester does", () => {
  const none = { lacksSomething: false };
  const standing = { state: "refused", told: none, netPriceMinor: 800_000, conceded: 0 } as const;

  test("is nothing while people decide and nobody told what would pass", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      expect(requesterDoes(seed, request, { ...standing, state: "asked" })).toBeUndefined();
    }
  });

  test("once refused is to ask for less, and to leave it after two times", () => {
    expect(requesterDoes(1, request, standing)).toMatchObject({ kind: "asks-less" });
    expect(requesterDoes(1, request, { ...standing, conceded: 2 })).toBeUndefined();
  });

  test("is what would pass, for some of the seeds alone", () => {
    const told = { ...none, netPriceMinor: 850_000 };
    const kinds = Array.from({ length: 60 }, (_, seed) => {
      return requesterDoes(seed, request, { ...standing, state: "asked", told })?.kind ?? "waits";
    });
    expect(new Set(kinds)).toEqual(new Set(["takes-offer", "waits"]));
  });
});

describe("what a person makes of a card", () => {
  const card = cardFixture({
    precedents: [
      {
        escalationId: "esc_2",
        at: "2026-02-02T09:00:00.000Z",
        answer: "approved",
        failed: false,
        likenessPpm: 900_000,
        text: "effectiveDiscount 17 %",
      },
    ],
  });

  test("is no approval where something is not known", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      expect(answerTo(seed, request, { ...card, why: { ...card.why, missing: ["listPrice"] } })).toBe("reject");
    }
  });

  test("takes longer for more words and for each thing to look up", () => {
    expect(minutesMilliFor(238, 0)).toBe(2_000);
    expect(minutesMilliFor(238, 2)).toBe(8_000);
    expect(wordsOn({ ...card, precedents: [] })).toBeLessThan(wordsOn(card));
  });

  test("needs no look-up for what is shown", () => {
    const shown = {
      ...card,
      words: { ...card.words, reasoning: "Northwind, selling, is a gold partner, standing active." },
    };
    expect(lookUpsFor(shown, "reject", 3)).toEqual([]);
    const bare = { ...shown, precedents: [], wouldPass: [] };
    expect(lookUpsFor(bare, "reject", 3)).toEqual([
      "how like requests were answered",
      "what to tell the requester to ask for",
    ]);
    expect(lookUpsFor(bare, "approve", 0)).toEqual([]);
  });
});

describe("the figures of a play", () => {
  const played: PlayedRequest = {
    n: 1,
    end: "yes",
    minutesToYes: 10,
    answered: 1,
    peopleMinutesMilli: 2_000,
    words: 238,
    lookUps: 0,
    wasTold: true,
    didAsTold: true,
    givenPpm: 100_000,
    unchecked: false,
  };
  const no: PlayedRequest = { ...played, n: 2, end: "no", minutesToYes: null, givenPpm: null, didAsTold: false };

  test("are over those that they are about", () => {
    expect(figuresOf([played, no, { ...played, n: 3, minutesToYes: 30, givenPpm: 50_000, answered: 0 }])).toEqual({
      requests: 3,
      questions: 2,
      peopleMinutesMilli: 6_000,
      minutesMilliEach: 3_000,
      words: 714,
      lookUps: 0,
      told: 3,
      answeredAsTold: 2,
      partnerAnswersPpm: 666_667,
      yes: 2,
      medianMinutesToYes: 10,
      meanMinutesToYes: 20,
      givenPpm: 75_000,
      unchecked: 0,
    });
  });

  test("are nothing of nothing", () => {
    expect(figuresOf([])).toMatchObject({ minutesMilliEach: null, partnerAnswersPpm: null, medianMinutesToYes: null });
  });
});
