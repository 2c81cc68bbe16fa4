import { describe, expect, test } from "vitest";
import { asksForOutage, LIMIT_UNREAD, REVIEW_MISSING } from "../../domain/outage.ts";

const rule = (id: string, effect: "execute" | "escalate" | "block", reason = "said") => ({ id, effect, reason });
const within = rule("within-own-limit", "execute");
const unreviewed = rule(REVIEW_MISSING, "escalate");
const unread = rule("partner-quarter", "escalate", `${LIMIT_UNREAD}: what \`partner-quarter\` has counted`);
const manager = rule("over-own-limit", "escalate");

describe("people are asked only because something was away", () => {
  test.for([
    ["the review is missing of what the rules execute", [within, unreviewed], true],
    ["a limit could not be read of what the rules execute", [within, unread], true],
    ["both", [unread, unreviewed, within], true],
    ["a rule asks people besides", [manager, unreviewed, within], false],
    ["Compliance itself asks", [within, rule("compliance-review", "escalate")], false],
    ["a rule blocks", [rule("over-the-ceiling", "block"), unreviewed], false],
    ["a rule of that name blocks", [within, rule(REVIEW_MISSING, "block")], false],
    ["no rule executes", [unreviewed], false],
    ["the rules execute and the mode asks", [within], false],
    ["nothing matched", [], false],
  ] as const)("%s: %s", ([, rules, expected]) => {
    expect(asksForOutage(rules)).toBe(expected);
  });
});
