import { offerTasks, type OfferTask } from "../../agents/evals/set/offers.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { offersFor } from "../../deciding/offers.ts";
import type { PolicySource } from "../../deciding/policy-source.ts";
import { concluded, ruleOn, underLimits } from "../../deciding/ruling.ts";
import { questionOf } from "../../deciding/step.ts";
import type { Evidence } from "../../domain/evidence.ts";
import { readingOf } from "../../guardrails/limits.ts";
import { ownActionOf } from "../../functions/index.ts";

/** Whether each labelled request is offered exactly what is nearest to it and passes. */
export async function offersRight(policies: PolicySource): Promise<readonly boolean[]> {
  return Promise.all(
    offerTasks.map(async (task) => canonicalJson(await offeredFor(policies, task)) === canonicalJson(task.nearest)),
  );
}

/** What is offered in place of a request that the rules alone decide, while no limit has counted anything. */
export async function offeredFor(policies: PolicySource, { id, ground }: OfferTask): Promise<OfferTask["nearest"]> {
  const { functionId, action, objectType, readings, at } = ground;
  const caseId = `eval:${functionId}:${id}`;
  const names = { company: "eval", caseId, eventId: "evt_1", stepKey: `${caseId}/evt_1`, reportsStep: "" };
  const step = { ...names, functionId, action, objectType, objectId: "1001" };
  const evidence: { readonly [tool: string]: Evidence } = Object.fromEntries(
    Object.entries(readings).map(([tool, value]) => [
      tool,
      { source: { source: tool, ref: "eval", version: "1", observedAt: at }, value },
    ]),
  );
  const own = ownActionOf(functionId, action);
  const requested = own.requested(readings["crm.record"] ?? {}, evidence);
  const inForce = policies.inForce(action, () => caseId);
  if (requested === undefined || inForce === undefined) throw new Error(`nothing is asked, or in force, in \`${id}\``);
  const proposal = { proposalId: "p", actionId: action, action: requested, recordVersion: "", reasoning: "" };
  const gate = { step, gate: 1, approvalId: null, at, runId: "" };
  const question = questionOf(gate, own, evidence, { proposal, review: "exempt" });
  const ruling = await ruleOn(question, { ...inForce, mode: "led" }, () => undefined);
  const nothing = { window: null, deposited: 0, used: 0, reserved: 0 };
  const held = ruling.asked.asks.map((ask) => readingOf(ask, "account", nothing));
  const offers = await offersFor(question, inForce.policy, concluded(ruling, underLimits(ruling, held), held));
  return Object.fromEntries(offers.map(({ argument, minor }) => [argument, minor]));
}
