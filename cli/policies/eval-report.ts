import type { JsonObject } from "../../domain/json.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { Trial } from "../../guardrails/trial.ts";
import { requestText } from "./analysed.ts";
import { explanationSections } from "./explain.ts";
import { shortVersion } from "./heading.ts";

const UNCOUNTED = "Limits it would be counted under (not counted here: what they hold is known where it runs)";

const byMode = {
  off: "mode off: nothing would be decided by it",
  shadow: "mode shadow: it would be recorded, without effect",
  assisted: "mode assisted: people would decide what executes here",
} as const;

/** What one request comes to, for people. */
export function trialText(policy: Policy, { decision, explanation, limits }: Trial, facts: JsonObject): string {
  const { kind } = decision;
  const { at, mode } = explanation;
  return [
    `${explanation.sentence}\n`,
    ...(kind === "escalate" ? [`asked: ${decision.route.id}`] : []),
    ...(mode === "led" ? [] : [byMode[mode]]),
    `request: ${requestText(policy, facts)}`,
    `policy ${policy.id} version ${shortVersion(explanation.policy.version)}, at ${at}; nothing is asked or recorded`,
    ...explanationSections(explanation, [UNCOUNTED, limits]),
    "",
  ].join("\n");
}
