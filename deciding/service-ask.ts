import { canonicalJson } from "../audit/canonical-json.ts";
import {
  readStandingAsk,
  recordRepeat,
  type ServiceDecision,
  type ServiceStep,
} from "../audit/ledgers/service-decisions.ts";
import type { Ledger, LedgerPool } from "../audit/records.ts";
import { isApproved } from "../domain/escalation.ts";
import type { JsonObject } from "../domain/json.ts";
import type { GovernedAction } from "../functions/definition.ts";
import { governedActions } from "../functions/governed-actions.ts";

/** What is asked, and by whom: the same again under another key is one ask. A permit is nobody's but who was given it. */
export type AskedOfObject = {
  readonly policy: string;
  readonly facts: JsonObject;
  readonly action: JsonObject | null;
  readonly caller: string;
  readonly requestedBy: string;
};

/** Keyed digests of the object that a request names, and of the whole ask. */
export type ServiceAsk = { readonly objectKey: string; readonly askKey: string };

/** Undefined where the policy's action has no business key, or the facts do not tell all of it: such a request is one of its own. */
export function serviceAskOf(
  vault: Pick<Ledger["vault"], "blind">,
  company: string,
  { policy, facts, action, caller, requestedBy }: AskedOfObject,
): ServiceAsk | undefined {
  const governed: GovernedAction | undefined = Object.hasOwn(governedActions, policy)
    ? governedActions[policy]
    : undefined;
  const names = governed?.businessKey;
  if (names === undefined || names.some((name) => facts[name] === undefined)) return undefined;
  const object = Object.fromEntries(names.map((name) => [name, facts[name] ?? null]));
  return {
    objectKey: objectKeyOf(vault, company, policy, object),
    askKey: vault.blind(company, canonicalJson({ policy, object, facts, action, caller, requestedBy })),
  };
}

/** The keyed digest of what requests under a policy are about. */
export function objectKeyOf(
  vault: Pick<Ledger["vault"], "blind">,
  company: string,
  policy: string,
  object: JsonObject,
): string {
  return vault.blind(company, canonicalJson({ policy, object }));
}

/** Where an ask stands that was told again: `permitted` and not reported yet, `already-done`, or with people. */
export type Again = "permitted" | "already-done" | "waiting" | "approved";

function againOf({ effect }: ServiceStep, { permitId, escalation }: ServiceDecision): Again {
  if (permitId === null) return escalation !== null && isApproved(escalation.state) ? "approved" : "waiting";
  return effect === null || effect.state === "intent" ? "permitted" : "already-done";
}

/** The request whose decision stands for an ask, where that is not the step's own. */
export async function standingFor(
  pool: LedgerPool,
  company: string,
  { askKey }: ServiceAsk,
  stepKey: string,
): Promise<ServiceStep | undefined> {
  const first = await readStandingAsk(pool, company, askKey);
  return first?.stepKey === stepKey ? undefined : first;
}

/** Answers an ask with what stands, and records that it was told again. `at`: ISO 8601. */
export async function answerAgain(
  pool: LedgerPool,
  first: ServiceStep,
  repeat: { readonly stepKey: string; readonly at: string },
): Promise<{ readonly kind: "decided"; readonly decision: ServiceDecision; readonly again: Again }> {
  await recordRepeat(pool, repeat, first);
  const decision = first.decisions.at(-1) ?? first.decisions[0];
  return { kind: "decided", decision, again: againOf(first, decision) };
}
