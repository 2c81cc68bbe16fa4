import { expect, test } from "vitest";
import { textFor } from "../../../guardrails/analyse/texts.ts";
import { patternTest } from "../../../domain/pattern.ts";

const patterns = [
  "^AC",
  "(?i)acme",
  "\\d$",
  "^$",
  ".",
  "C|o",
  "^[a-z]+$",
  "[^a]",
  "(ac)?9",
  "e{1,2}",
  "^(?:gold|silver)-\\d{4}$",
  "@example\\.com$",
  "^\\w+(?:\\.\\w+)*@partner\\.(?:com|org)$",
  "\\bMDF\\b",
  "^[A-Z]{2}\\d{3}[-/]x*$",
  "(?P<year>20\\d\\d)",
];

test.for(patterns)("a text that matches `%s` is made", (pattern) => {
  const text = textFor({ fits: (text) => text.length <= 40, named: [], patterns: [{ pattern, matches: true }] });
  expect(text).toBeDefined();
  expect(patternTest(pattern)(text ?? "")).toBe(true);
});

test.for(patterns)("a text that does not match `%s` is made", (pattern) => {
  const text = textFor({ fits: (text) => text.length <= 40, named: [], patterns: [{ pattern, matches: false }] });
  expect(patternTest(pattern)(text ?? "")).toBe(false);
});

test("a text is none of the named ones, no longer than it may be, and does what every pattern asks", () => {
  const [gold, partner] = ["^gold", "partner$"].map((pattern) => ({ pattern, matches: true }));
  expect(textFor({ fits: (text) => text.length <= 40, named: ["gold"], patterns: [gold!] })).toMatch(/^gold./);
  expect(textFor({ fits: (text) => text.length <= 40, named: [], patterns: [gold!, partner!] })).toBe("goldpartner");
  expect(textFor({ fits: (text) => text.length <= 10, named: [], patterns: [gold!, partner!] })).toBeUndefined();
});

test("what no text can be is not made", () => {
  const wanted = [true, false].map((matches) => ({ pattern: "a", matches }));
  expect(textFor({ fits: (text) => text.length <= 40, named: [], patterns: wanted })).toBeUndefined();
});
