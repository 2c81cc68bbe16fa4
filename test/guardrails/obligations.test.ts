import { expect, test } from "vitest";
import type { Decision, MatchedRule } from "../../domain/decision.ts";
import { obligationsOf } from "../../guardrails/obligations.ts";
import type { Policy, PolicyRule } from "../../guardrails/policy.ts";
import { policyOf } from "../fixtures/policy.ts";

const when = { fact: "belowFloorPrice", operator: "equal", value: false } as const;
const plain = { when, reason: "" };
const rules: readonly PolicyRule[] = [
  { id: "late", effect: "execute", obligations: ["tell-seller"], ...plain },
  { id: "early", effect: "execute", obligations: ["keep-copy", "tell-seller"], ...plain },
  { id: "silent", effect: "execute", ...plain },
  { id: "asks", effect: "escalate", route: "partner-manager", obligations: ["name-reason"], ...plain },
];
const policy: Policy = { ...policyOf("quoting"), rules };
const matched = (...ids: readonly string[]): readonly MatchedRule[] =>
  rules.filter(({ id }) => ids.includes(id)).map(({ id, effect }) => ({ id, effect, reason: "", values: {} }));

test("an execution owes what its rules say, each once, in the order of the file", () => {
  const all: Decision = { kind: "execute", rules: matched("early", "late", "silent").toReversed() };
  expect(obligationsOf(policy, all)).toEqual(["tell-seller", "keep-copy"]);
});

test("a rule that matched and did not decide owes nothing, nor one that did not match", () => {
  const asked = { kind: "escalate", missing: [], route: policy.defaultRoute, reason: "" } as const;
  expect(obligationsOf(policy, { ...asked, rules: matched("asks", "late") })).toEqual(["name-reason"]);
  expect(obligationsOf(policy, { ...asked, rules: [] })).toEqual([]);
});
