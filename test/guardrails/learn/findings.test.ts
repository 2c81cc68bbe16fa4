import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PastQuestion } from "../../../domain/answered.ts";
import type { FactType } from "../../../guardrails/fact-types.ts";
import { pastFindings, posteriorPpm, type AskedNow } from "../../../guardrails/learn/findings.ts";

const types: readonly FactType[] = [
  { name: "discount", title: "discount", adjustable: true, kind: "ppm", min: 0, max: 1_000_000 },
  { name: "partner", title: "partner", adjustable: false, kind: "text", maxLength: 64 },
];
const histories = [{ code: "partner-history", fact: "partner", who: "this partner" }] as const;

const asked = (changes: Partial<AskedNow> = {}): AskedNow => ({
  facts: { discount: 180_000, partner: "p-1" },
  rules: ["manager-band"],
  missing: [],
  at: "2026-06-01T09:00:00.000Z",
  ...changes,
});

/** The nth settled question: asked on one day, settled on the next. */
function past(n: number, answer: PastQuestion["answer"], changes: Partial<PastQuestion> = {}): PastQuestion {
  const day = (offset: number) => new Date(Date.UTC(2026, 0, 1 + 2 * n + offset, 9)).toISOString();
  return {
    escalationId: `esc_${n}`,
    caseId: `c${n}`,
    at: day(0),
    settledAt: day(1),
    facts: { discount: 200_000, partner: "p-1" },
    missing: [],
    rules: ["manager-band"],
    answer,
    failed: false,
    ...changes,
  };
}

/** Latest first, as they are fetched. */
const settled = (answers: readonly PastQuestion["answer"][]) => answers.map((a, n) => past(n, a)).toReversed();
const found = (now: AskedNow, before: readonly PastQuestion[]) => pastFindings({ types, histories }, now, before);
const codeOf = (code: string, of: ReturnType<typeof found>) => of.find((one) => one.code === code);

describe("what our ledgers say of a question", () => {
  test("is nothing before anybody was asked", () => {
    expect(found(asked(), [])).toEqual([]);
  });

  test("is the partner's history, where from and when, for us alone", () => {
    const others = [past(0, "rejected", { facts: { discount: 1, partner: "p-2" } })];
    const history = codeOf("partner-history", found(asked(), [past(2, "approved"), past(1, "expired"), ...others]));
    expect(history).toMatchObject({
      statement:
        "Of 2 questions about this partner people approved 1 and rejected 0; 1 ended in silence; the last was approved on 2026-01-06",
      points: "approve",
      sources: [
        { source: "ledger.answers", ref: "esc_2" },
        { source: "ledger.answers", ref: "esc_1" },
      ],
      observedAt: "2026-01-06T09:00:00.000Z",
      provenance: "derived",
      audience: "us",
    });
  });

  test("never tells of another's under an empty name", () => {
    const nameless = [past(0, "rejected", { facts: { discount: 1, partner: "" } })];
    expect(codeOf("partner-history", found(asked({ facts: { discount: 1, partner: "" } }), nameless))).toBeUndefined();
  });

  test("names what is missing and why, and points to a rejection", () => {
    const missing = [{ fact: "discount", why: "quote_list_price is not set" }];
    expect(codeOf("missing-facts", found(asked({ missing }), []))).toMatchObject({
      statement: "discount is not known: quote_list_price is not set",
      points: "reject",
      observedAt: "2026-06-01T09:00:00.000Z",
    });
  });

  test("is of the nearest only those that the same rules asked about", () => {
    const others = [past(1, "rejected", { rules: ["large-quote"] })];
    expect(codeOf("precedents", found(asked(), others))).toBeUndefined();
    expect(codeOf("precedents", found(asked(), [past(2, "approved", { failed: true }), ...others]))?.statement).toBe(
      "Of the 1 nearest that the same rules asked about people approved 1 and rejected 0; 1 of them could not be done",
    );
  });
});

describe("how sure one can be of it", () => {
  test("is not said without history", () => {
    expect(codeOf("partner-history", found(asked(), [past(0, "approved")]))?.confidence).toEqual({
      ppm: null,
      agreed: 0,
      of: 0,
      brierPpm: null,
      text: "no history: it pointed nowhere before",
    });
  });

  test("is the share of times that people answered so, from no opinion: never all of it", () => {
    const { confidence } = codeOf("partner-history", found(asked(), settled(Array(9).fill("approved"))))!;
    // The first one had nothing before it to go by.
    expect(confidence).toMatchObject({ agreed: 8, of: 8, ppm: 900_000 });
    expect(confidence.text).toMatch(
      /^people answered so 8 of 8 times that it pointed somewhere: 90 %, Brier score 0\.0\d$/,
    );
  });

  test("falls where people answered otherwise, and its score rises", () => {
    const steady = codeOf("partner-history", found(asked(), settled(Array(8).fill("approved"))))!.confidence;
    const mixed = codeOf(
      "partner-history",
      found(asked(), settled(["approved", "approved", "approved", "rejected", "approved", "rejected", "approved"])),
    )!.confidence;
    expect(mixed.ppm!).toBeLessThan(steady.ppm!);
    expect(mixed.brierPpm!).toBeGreaterThan(steady.brierPpm!);
  });

  test("goes by nothing that was settled after a question came", () => {
    const at = "2026-02-01T09:00:00.000Z";
    const together = [1, 2, 3, 4].map((n) => past(n, "approved", { at, settledAt: `2026-02-0${n + 1}T09:00:00.000Z` }));
    expect(codeOf("partner-history", found(asked(), together.toReversed()))?.confidence.of).toBe(0);
  });

  test("is within its bounds, and half without an answer", () => {
    expect(posteriorPpm(0, 0)).toBe(500_000);
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        const [agreed, of] = [Math.min(a, b), Math.max(a, b)];
        const ppm = posteriorPpm(agreed, of);
        expect(ppm).toBeGreaterThan(0);
        expect(ppm).toBeLessThan(1_000_000);
        expect(posteriorPpm(agreed + 1, of + 1)).toBeGreaterThanOrEqual(ppm);
        expect(posteriorPpm(agreed, of + 1)).toBeLessThanOrEqual(ppm);
      }),
    );
  });

  test("is a forecast that scores better than a coin where people are consistent", () => {
    const answers = Array.from({ length: 60 }, (_, n) =>
      n % 10 === 0 ? ("rejected" as const) : ("approved" as const),
    );
    expect(codeOf("partner-history", found(asked(), settled(answers)))!.confidence.brierPpm!).toBeLessThan(250_000);
  });
});
