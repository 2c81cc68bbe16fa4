import type { ServiceDecision, ServiceStep } from "../../../audit/ledgers/service-decisions.ts";
import { escalationIdOf } from "../../../audit/record-keys.ts";
import { governedActions } from "../../../functions/governed-actions.ts";
import type { DecisionAnswer, DecisionStanding } from "../contract/decisions.ts";

/** What was answered to one gate: nothing in it changes later. */
export function answerView(decision: ServiceDecision): DecisionAnswer {
  const { decisionId, verdict, reason, rules, missing, route, permitId, actionDigest, decidedAt, details } = decision;
  const { obligations, limits, release, mode } = details;
  const isAsked = verdict === "escalate" && permitId === null && (mode === "assisted" || mode === "led");
  return {
    decisionId,
    verdict,
    reason,
    decidedAt,
    release,
    mode,
    rules: rules.map(({ id, effect, reason: why, values }) => ({ id, effect, reason: why, values: { ...values } })),
    missing: [...missing],
    route: route && { id: route.id, quorum: route.quorum, levels: route.levels.map((level) => ({ ...level })) },
    escalationId: isAsked ? escalationIdOf(decisionId) : null,
    obligations: [...obligations],
    limits: limits.map(({ account: _account, ...limit }) => limit),
    policy: { id: decision.policyId, version: decision.policyVersion },
    permit: permitId === null ? null : { permitId, actionDigest },
  };
}

/** Where a request stands in the ledgers. */
export function standingView(step: ServiceStep): DecisionStanding {
  const { caseId, args, effect } = step;
  const latest = step.decisions.at(-1) ?? step.decisions[0];
  const { escalation, requestedBy } = latest;
  const isOpen = escalation?.state === "open";
  return {
    state: stateOf(step, latest),
    caseId,
    ref: args.ref,
    requestedBy,
    caller: args.caller,
    action: { name: args.name, args: { ...args.args } },
    waitingFor: isOpen
      ? { escalationId: escalation.escalationId, role: escalation.role, dueAt: escalation.dueAt }
      : null,
    outcome: effect && { externalRef: effect.externalRef, detail: effect.detail },
    decision: answerView(latest),
  };
}

function stateOf({ effect }: ServiceStep, latest: ServiceDecision): DecisionStanding["state"] {
  if (effect !== null && effect.state !== "intent") return effect.state;
  if (latest.permitId !== null) return "permitted";
  if (latest.verdict === "block") return "blocked";
  if (latest.escalation === null) return "withheld";
  return latest.escalation.state === "open" ? "waiting" : latest.escalation.state;
}

/** Whether a tool's name is one that our own cases run through a permit. */
export function isOurTool(name: string): boolean {
  return Object.values(governedActions).some(({ tool }) => tool === name);
}
