import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brandFindings } from "../../../domain/brand/check.ts";
import { normalForms } from "../../../domain/brand/normal.ts";
import { offeredText } from "../../../domain/brand/offer.ts";
import { brandRules } from "../../fixtures/policy.ts";

const rules = brandRules();
const AT = "2026-06-04T09:00:00.000Z";
const findings = (text: string, given: Partial<Parameters<typeof brandFindings>[1]> = {}) =>
  brandFindings(rules, { text, fills: [], cites: [], at: AT, ...given });
const found = (text: string, given: Parameters<typeof findings>[1] = {}) =>
  findings(text, given).map(({ rule, words, over, of }) => [rule, words, over, of]);

describe("a claim", () => {
  const hidden = [
    ["in capitals and accents", "We GUÁRANTÉE it."],
    ["with a hyphen at a line's end", "We guar-\n  antee it."],
    ["letter by letter", "We g u a r a n t e e it."],
    ["with points", "We G.U.A.R.A.N.T.E.E it."],
    ["with digits in it", "We gu4r4ntee it."],
    ["in markup", "We gu**aran**tee it."],
    ["with a letter of another alphabet", "We guаrantee it."],
    ["with a character that nobody sees", "We guar\u200bantee it."],
    ["in full-width letters", "We ｇｕａｒａｎｔｅｅ it."],
  ] as const;

  test.for(hidden)("is found %s, at its place in the text as written", ([, text]) => {
    const claim = findings(text).find(({ rule }) => rule === "en.guarantee");
    expect([claim?.from, claim?.to]).toEqual([3, text.length - " it.".length]);
  });

  test("has its place, its words, why, and the nearest wording that is allowed", () => {
    expect(findings("Dear all. We guarantee the terms of the agreement.")).toEqual([
      {
        rule: "en.guarantee",
        class: "guarantee",
        from: 13,
        to: 22,
        words: "guarantee",
        why: "It promises an outcome that no agreement holds",
        instead: "The terms of your agreement apply",
        over: "withhold",
        of: null,
      },
    ]);
  });

  test("in a variable alone is its owner's and asks; one that crosses into our words is ours", () => {
    const text = "Partner Guaranteed Results Ltd is yours.";
    const name = { name: "partner", from: 8, to: 30 };
    expect(found(text, { fills: [name] })).toEqual([["en.guarantee", "Guaranteed", "ask", "partner"]]);
    const crossing = "You have early access now.";
    expect(found(crossing, { fills: [{ name: "a", from: 9, to: 14 }] })).toEqual([
      ["en.beta", "early access", "withhold", null],
    ]);
  });

  test("is settled by evidence that is cited, until that runs out", () => {
    const text = "It cuts the time per quote by 40 %.";
    const cited = (cites: readonly string[], at = AT) => findings(text, { cites, at }).length;
    expect([cited([]), cited(["case-2026-014"]), cited(["uptime"]), cited(["case-2026-014"], "2028-01-01")]).toEqual([
      1, 0, 1, 1,
    ]);
  });

  test("is none in an approved wording, and is one where a word of it differs", () => {
    const wording = "Contoso needed 12 % less time per quote, measured over six months (case-2026-014).";
    const withheld = (text: string) => findings(text).filter(({ over }) => over === "withhold").length;
    expect([withheld(wording), withheld(wording.replace("less time", "less of time"))]).toEqual([0, 1]);
  });
});

test("a link or hidden character is withheld whoever brings it", () => {
  const fills = [{ name: "customer", from: 0, to: 40 }];
  expect(found("www.evil.example and Con\u200dtoso", { fills })).toEqual([
    ["links", "www.evil.example", "withhold", "customer"],
    ["invisible", "\u200d", "withhold", "customer"],
  ]);
});

test("what is offered has nothing that is withheld, and leaves the rest as it is", () => {
  const text = "Dear Contoso,\n\nwe guarantee it. The offer ends in May. See https://evil.example/x for m\u043ere.";
  const offered = offeredText(text, findings(text));
  expect(offered).toMatch(
    /^Dear Contoso,\n\n[A-Z].*\. The offer ends in May\. See https:\/\/portal\.mandate\.example\/ for more\.$/s,
  );
  expect(findings(offered).filter(({ over }) => over === "withhold")).toEqual([]);
});

describe("of any text", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(
        fc.constantFrom(
          "we ",
          "guarantee ",
          "not ",
          "g.u.a.r.",
          "-\n",
          "\u200b",
          "а",
          "www.a.b/ ",
          '"',
          "40 % ",
          "\n\n",
        ),
        { maxLength: 80 },
      )
      .map((parts) => parts.join("")),
  );

  test("findings are the same again, in order, and of the text's own words", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = findings(text);
        expect(findings(text)).toEqual(once);
        for (const { from, to, words } of once) {
          expect(from < to && to <= text.length).toBe(true);
          expect(words).toBe(text.slice(from, to));
        }
        expect(once.map(({ from }) => from)).toEqual(once.map(({ from }) => from).toSorted((a, b) => a - b));
      }),
      { numRuns: 50 },
    );
  });

  test("each character of a normal form knows where it is from, and places never go back", () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const { text: normal, starts, ends } of normalForms(text)) {
          expect([starts.length, ends.length]).toEqual([normal.length, normal.length]);
          for (let at = 1; at < starts.length; at += 1) expect((starts[at] ?? 0) >= (starts[at - 1] ?? 0)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  test.for([
    ["plain words", "the quick brown fox guarantees nothing that anybody asked for. "],
    ["one word without an end", "aaaaaaaaaaaaaaaa"],
    ["hyphens", "a-b-"],
    ["spelled letters", "g u a r "],
    ["links", "www.a.b/c "],
    ["hidden characters", "a\u200b"],
    ["quotation marks", "\"'"],
    ["claims", "we guarantee "],
    ["marks on letters", "a\u0301\u0301\u0301"],
    ["line breaks", " \n"],
  ] as const)("the work grows with its length: %s", ([, part]) => {
    // The process's own time: on a busy machine the clock goes on while nothing is done.
    const workMs = (length: number) => {
      const text = part.repeat(Math.ceil(length / part.length)).slice(0, length);
      const before = process.cpuUsage();
      findings(text);
      return process.cpuUsage(before).user / 1_000;
    };
    workMs(1_000);
    const [short, long] = [4_000, 32_000].map((length) => Math.min(...[1, 2].map(() => workMs(length)))) as [
      number,
      number,
    ];
    // Eight times the text: linear is 8, quadratic 64.
    expect(long / Math.max(short, 5)).toBeLessThan(32);
  });
});
