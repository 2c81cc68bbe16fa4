import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { diffPolicies } from "../../guardrails/analyse/diff.ts";
import { applyLimits, asksOf, readingOf } from "../../guardrails/limits.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { policyDocument } from "../../guardrails/policy.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { formatProblem } from "../../guardrails/problem.ts";
import { policySchema } from "../../guardrails/schema.ts";
import { limitText } from "../../guardrails/section-sentences.ts";
import type { Known } from "../../guardrails/ternary.ts";
import { policyText } from "../../guardrails/written-policy.ts";
import { loadShared } from "../../guardrails/load/shared-file.ts";
import { sharedSchema } from "../../guardrails/schema/limits.ts";
import { sharedIn } from "../../guardrails/shared.ts";
import { sharedLimitsOf } from "../fixtures/policy.ts";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import { catalogue, whole } from "./traps.ts";

const fileOf = (limit: string) => whole.replace(/ {2}- id: daily\n(?: {4}.*\n)+/, () => `  - ${limit}\n`);
const resting = "{ id: rest, cooldown: 14d, per: [partner], over: escalate }";

function loaded(limit: string): Policy | string {
  const read = loadPolicy("quoting.yaml", fileOf(limit), catalogue);
  return read.kind === "loaded" ? read.policy : read.problems.map(formatProblem).join("\n");
}

function policyWith(limit: string): Policy {
  const read = loaded(limit);
  if (typeof read === "string") throw new Error(read);
  return read;
}

const policy = policyWith(resting);
const at = "2026-03-20T10:00:00.000Z";
const ask = asksOf(policy, quoteFacts() as Known, at).asks.find(({ limit }) => limit.id === "rest");
const texts = (of: Policy) => of.limits.slice(1).map((limit) => limitText(of, limit));
const decisionAfter = (used: number, reserved: number) => {
  if (ask === undefined) throw new Error("nothing is asked");
  const reading = readingOf(ask, "account", { window: ask.window, deposited: 0, used, reserved });
  return applyLimits({ kind: "execute", rules: [] }, [reading], policy);
};

describe("a cool-down", () => {
  test("is one request in a rolling window, of the account that it names", () => {
    expect(ask).toMatchObject({ account: { partner: "partner-7" }, asked: 1, cap: 1, unit: { unit: "count" } });
    expect(ask?.window).toEqual({ from: "2026-03-06T10:00:00.000Z", until: at, days: 14 });
  });

  test.for([
    ["nothing before", 0, 0, "execute"],
    ["one that was done", 1, 0, "escalate"],
    ["one that is on its way", 0, 1, "escalate"],
  ] as const)("after %s", ([, used, reserved, kind]) => {
    expect(decisionAfter(used, reserved).kind).toBe(kind);
  });

  test("says why it asks", () => {
    expect(decisionAfter(1, 0)).toMatchObject({
      reason: "another request of this partner within 14 days of the last, where only one is let through",
    });
  });

  test("reads as what it means", () => {
    expect(texts(policy)).toEqual([
      "once per partner, and not again within 14 days of the last; sooner escalate to manager",
    ]);
    expect(texts(policyWith("{ id: rest, cooldown: 1d, per: [], over: block }"))).toEqual([
      "once for all together, and not again within 1 day of the last; sooner block",
    ]);
  });

  test("comes back from its version and from its file", () => {
    expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
    expect(policyText(policy)).toContain("cooldown: 14d");
    expect(loadPolicy("quoting.yaml", policyText(policy), catalogue)).toMatchObject({ kind: "loaded", policy });
  });

  test("of a document that counts something else is refused", () => {
    const document = JSON.stringify(policyDocument(policy));
    for (const [from, to] of [
      ['"window":"14d"', '"window":"calendar-day"'],
      ['"cap":1', '"cap":2'],
      ['"sum":null', '"sum":"seats"'],
    ] as const) {
      expect(() => policyFromDocument(document.replace(from, to))).toThrow("`rest` is no cool-down");
    }
  });

  test("that is moved is a difference", () => {
    const shorter = policyWith(resting.replace("14d", "7d"));
    expect(diffPolicies(policy, shorter)).toMatchObject({ equal: false, beside: ["limits over time"] });
  });
});

describe("a cool-down that several policies name", () => {
  const text = "shared: rest\ncooldown: 14d\nper: [partner]\nover: escalate\nroute: manager\n";
  const shared = sharedLimitsOf({ rest: text });
  const read = loadPolicy("quoting.yaml", fileOf("{ shared: rest }"), catalogue, { shared });
  if (read.kind !== "loaded") throw new Error(read.problems.map(formatProblem).join("\n"));
  const { policy: sharing } = read;
  const limit = sharing.limits.find(({ id }) => id === "rest");
  const problems = (written: string) => {
    const found = loadShared("rest.yaml", written);
    return found.kind === "loaded" ? [] : found.problems.map(formatProblem);
  };

  test("is the same limit in each, of an account of all of them", () => {
    expect(limit).toMatchObject({ cap: 1, window: "14d", sum: null, cooldown: true, shared: { per: ["partner"] } });
    expect(limit && sharedIn(sharing, limit)).toEqual(shared["rest"]?.limit);
  });

  test("comes back from the policy's version and stands in its words", () => {
    expect(policyFromDocument(JSON.stringify(policyDocument(sharing)))).toEqual(sharing);
    expect(texts(sharing)).toEqual([
      "once per partner, and not again within 14 days of the last; sooner escalate to manager; one for every policy that names it",
    ]);
  });

  test("is asked for under the shared names, and says of whom only one is let through", () => {
    const [asked] = asksOf(sharing, quoteFacts() as Known, at).asks.filter(({ limit: { id } }) => id === "rest");
    if (asked === undefined) throw new Error("nothing is asked");
    const reading = readingOf(asked, "account", { window: asked.window, deposited: 0, used: 1, reserved: 0 });
    expect(applyLimits({ kind: "execute", rules: [] }, [reading], sharing)).toMatchObject({
      kind: "escalate",
      reason:
        "another request of this partner within 14 days of the last, where only one of all that share `rest` is let through",
    });
  });

  test.for([
    ["a cap beside it", "over:", "cap: 2\nover:", "unknown key `cap`"],
    ["a window of the calendar", "14d", "calendar-day", "`cooldown` does not take `calendar-day`"],
    ["another name than its file's", "shared: rest", "shared: pause", "shared limit `pause` is kept in another file"],
    ["nobody who is asked", "route: manager\n", "", "`route` is missing"],
  ] as const)("with %s is refused", ([, from, to, message]) => {
    expect(problems(text)).toEqual([]);
    expect(problems(text.replace(from, to)).join("\n")).toContain(message);
  });

  test("is what editors complete", () => {
    const schema = z.fromJSONSchema(sharedSchema() as never);
    const takes = (written: string) => schema.safeParse(parse(written)).success;
    expect([takes(text), takes(text.replace("14d", "0d")), takes(`${text}cap: 2\n`)]).toEqual([true, false, false]);
  });
});

test.for([
  [
    "a window of the calendar",
    "cooldown: calendar-day",
    "`cooldown` does not take `calendar-day`; write 1 to 400 days such as `14d`",
  ],
  ["no days", "cooldown: 0d", "`cooldown` does not take `0d`"],
  ["too many days", "cooldown: 401d", "`cooldown` does not take `401d`"],
  ["a cap beside it", "cooldown: 14d, cap: 2", "unknown key `cap`"],
  ["a window beside it", "cooldown: 14d, window: ever", "unknown key `window`"],
] as const)("a cool-down with %s is refused, by the loader and in editors", ([, to, message]) => {
  const limit = resting.replace("cooldown: 14d", to);
  expect(loaded(limit)).toContain(message);
  const schema = z.fromJSONSchema(policySchema("quoting", catalogue["quoting"] ?? []) as never);
  const takes = (text: string) => schema.safeParse(parse(fileOf(text))).success;
  expect([takes(resting), takes(limit)]).toEqual([true, false]);
});

test("a limit that counts what is derived differs where that is made otherwise", () => {
  const made = (derive: string) =>
    policyWith(
      "{ id: rest, sum: most, per: [partner], window: ever, cap: 9, over: block }\nderive:\n  most: " + derive,
    );
  const [one, other] = [made("{ min: [seats, openDeals] }"), made("{ max: [seats, openDeals] }")];
  expect(diffPolicies(one, one).equal).toBe(true);
  expect(diffPolicies(one, other)).toMatchObject({ equal: false, beside: ["limits over time"] });
});
