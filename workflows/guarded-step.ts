import type { StepOutcome } from "../domain/outcome.ts";
import type { Afterwards, DecisionRef, EffectOutcome, StepRef } from "./activities.ts";
import { now } from "./clock.ts";
import { escalate, type Asking, type EscalationDesk } from "./escalation.ts";
import { ledger, tools } from "./proxies.ts";

/** Makes the step's proposal durable and takes its first decision, or says why there is nothing to decide. */
export type Opening = () => Promise<DecisionRef>;

/** How a step ended. */
export type Stepped = {
  readonly outcome: StepOutcome;
  /** `afterwards` is durable: as the decision of its follow-up, or as the case's end. */
  readonly after?: DecisionRef | "ended";
  /** What became of the follow-up's effect, where it was called along with this one. */
  readonly followed?: EffectOutcome;
  /** Its question was taken back: what counts was decided under this step. */
  readonly anew?: StepRef;
};

/** What the receipt of a step's effect carries besides, by what its decision owes. */
export type AfterwardsOf = (decision: Pick<DecisionRef, "owes" | "tells">) => Afterwards | null;

/** What a step goes along with. */
export type Along = Asking & {
  readonly afterwards?: AfterwardsOf;
  /** What became of the effect already, where it was called along with the one before it. */
  readonly followed?: EffectOutcome | undefined;
  /** What people would have to decide is left out: the decision is recorded, nobody is asked and nothing is done. */
  readonly asksNobody?: true;
};

/**
 * The only road to an effect: propose, decide, record, (escalate, people decide, re-gate), permit, effect, receipt.
 * Every stage is durable before the next begins and is found again by the step's key after any crash, so the effect
 * happens at most once as its target sees it. Nothing to propose, no decision, a mode that withholds it or no permit
 * means no effect.
 */
export async function guardedStep(
  step: StepRef,
  open: Opening,
  desk: EscalationDesk,
  { afterwards = () => null, followed, asksNobody, ...asking }: Along = {},
): Promise<Stepped> {
  let decision = await open();
  for (let gate = 2; decision.kind === "escalate"; gate += 1) {
    const { decisionId } = decision;
    if (asksNobody === true) return { outcome: { kind: "withheld", decisionId } };
    const { escalationId, answer } = await escalate(step, decision, desk, asking);
    switch (answer.kind) {
      case "approved":
        decision = await ledger().decide(step, gate, answer.approvalId, now());
        break;
      case "edited":
        decision = await ledger().decide(step, gate, null, now());
        break;
      case "rejected":
      case "expired":
        return owing(decision, { outcome: { kind: answer.kind, decisionId, escalationId } });
      case "taken-back":
        return { outcome: { kind: "superseded", reason: "record-changed" }, anew: answer.anew };
      case "superseded":
        return { outcome: { kind: "superseded", reason: "newer-event" } };
      case "withdrawn":
        return { outcome: { kind: "superseded", reason: "not-asked" } };
    }
  }
  return owing(decision, await settle(step, decision, afterwards(decision), followed));
}

/** What is to follow from the last decision goes along with how its step ended. */
function owing({ owes, tells }: DecisionRef, stepped: Stepped): Stepped {
  const following = { ...(owes !== undefined && { owes }), ...(tells === false && { tells }) };
  return { ...stepped, outcome: { ...stepped.outcome, ...following } };
}

async function settle(
  step: StepRef,
  decision: Exclude<DecisionRef, { kind: "escalate" }>,
  afterwards: Afterwards | null,
  followed: EffectOutcome | undefined,
): Promise<Stepped> {
  switch (decision.kind) {
    case "execute":
      return act(step, decision, afterwards, followed);
    case "block":
      return { outcome: { kind: "blocked", decisionId: decision.decisionId } };
    case "already-done":
    case "unknown":
      return { outcome: standingOutcome(decision) };
    case "withheld":
      return { outcome: { kind: "withheld", decisionId: decision.decisionId } };
    case "stale":
      return { outcome: { kind: "superseded", reason: "record-changed" } };
    case "moot":
      return { outcome: { kind: "superseded", reason: "not-asked" } };
    case "refused":
      return { outcome: { kind: "refused", decisionId: "", code: decision.code } };
  }
}

/** What stands is told without what goes along with a decision. */
function standingOutcome(decision: Extract<DecisionRef, { kind: "already-done" | "unknown" }>): StepOutcome {
  const { kind, decisionId } = decision;
  return { kind, decisionId };
}

async function act(
  step: StepRef,
  { permit, decisionId }: Extract<DecisionRef, { kind: "execute" }>,
  afterwards: Afterwards | null,
  followed: EffectOutcome | undefined,
): Promise<Stepped> {
  const effect = followed ?? (await tools().act(permit, step.functionId, afterwards, now()));
  switch (effect.kind) {
    case "done": {
      const outcome = { kind: "executed", decisionId } as const;
      const after = afterwards?.kind === "end" ? "ended" : effect.decided;
      return {
        outcome,
        ...(after !== undefined && { after }),
        ...(effect.followed !== undefined && { followed: effect.followed }),
      };
    }
    case "unknown":
      return { outcome: { kind: "unknown", decisionId } };
    case "stale":
      return { outcome: { kind: "superseded", reason: "record-changed" } };
    case "moot":
      return { outcome: { kind: "superseded", reason: "not-asked" } };
    case "refused":
      return { outcome: { kind: "refused", decisionId, code: effect.code } };
  }
}
