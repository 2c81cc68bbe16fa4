import type { Decision } from "../domain/decision.ts";
import type { JsonObject } from "../domain/json.ts";
import { judge } from "./evaluate.ts";
import { explain } from "./explain/explain.ts";
import type { Explanation } from "./explain/explain.ts";
import { showValue } from "./fact-types.ts";
import type { Shown } from "./fact-types.ts";
import { applyUncounted, asksOf } from "./limits.ts";
import type { Ask, Asked } from "./limits.ts";
import type { Policy } from "./policy.ts";

/** A limit that a live decision would also be held against, in words. Nothing was counted for it here. */
export type UncountedLimit = { readonly id: string; readonly text: string };

/** One request decided by rules alone: nobody is asked, nothing is counted, and nothing is recorded. */
export type Trial = {
  readonly decision: Decision;
  readonly explanation: Explanation;
  readonly limits: readonly UncountedLimit[];
};

function askText({ limit, account, unit, asked, cap, window }: Ask, cell: Policy): string {
  const shown: Shown = cell.facts.find(({ name }) => name === limit.sum) ?? { kind: "number" };
  const amount = unit.unit === "count" ? "1 request" : showValue(shown, asked);
  const whose = Object.entries(account).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const most = cap === null ? "what was deposited" : showValue(shown, cap);
  const days = window === null ? "" : `, from ${window.from} until ${window.until}`;
  return `${amount} more for ${whose.join(" and ") || "all together"}, of ${most}${days}; over it ${limit.over}`;
}

function limitTexts(cell: Policy, { asks, uncounted }: Asked): readonly UncountedLimit[] {
  return [
    ...asks.map((ask) => ({ id: ask.limit.id, text: askText(ask, cell) })),
    ...uncounted.map(({ limit: { id }, missing }) => ({
      id,
      text: `cannot be counted: ${missing.join(", ")} not known`,
    })),
  ];
}

/**
 * What the policy makes of one request at a time (ISO 8601), by both evaluators, with why and the nearest other verdicts.
 * `version` is the policy's. Throws for a bad time.
 */
export async function tryRequest(
  { policy, version }: { readonly policy: Policy; readonly version: string },
  facts: JsonObject,
  at: string,
): Promise<Trial> {
  const { decision: byRules, cell, known, candidate } = await judge(policy, facts, { at });
  const asked = asksOf(cell, known, at);
  const decision = applyUncounted(byRules, asked.uncounted, cell);
  const explanation = explain(policy, {
    decisionId: "",
    caseId: "",
    at,
    policy: { id: policy.id, version },
    verdict: decision.kind,
    reason: decision.kind === "execute" ? "" : decision.reason,
    rules: decision.rules,
    missing: decision.kind === "escalate" ? decision.missing : [],
    facts,
    mode: policy.mode,
    release: "",
    limits: [],
    candidate,
  });
  return { decision, explanation, limits: limitTexts(cell, asked) };
}
