import { derivedId } from "./digest.ts";

/**
 * The keys that records are appended under: built from business names only, so that a retry names the same record, and a
 * later record its parents.
 */
export const recordKeys = {
  event: (eventId: string) => `${eventId}/event`,
  end: (caseId: string, eventId: string) => `${caseId}/${eventId}/end`,
  /** `digest` names the plan's content. */
  plan: (caseId: string, eventId: string, digest: string) => `${caseId}/${eventId}/plan/${digest}`,
  batch: (batchId: string) => `${batchId}/batch`,
  /** `n` counts how often the reply was awaited, or awaited until another time. */
  replyExpected: (replyId: string, n: number) => `${replyId}/expected/${n}`,
  replyWithdrawn: (replyId: string, n: number) => `${replyId}/withdrawn/${n}`,
  replyLapsed: (replyId: string) => `${replyId}/lapsed`,
  /** The answer, in the record of the case that awaits it. */
  replyGiven: (replyId: string) => `${replyId}/given`,
  /** The answer while no case waits for it. */
  replyEarly: (replyId: string) => `${replyId}/early`,
  agreementAsked: (agreementId: string) => `${agreementId}/asked`,
  agreementSaid: (agreementId: string, side: string, word: string) => `${agreementId}/${side}/${word}`,
  agreementLapsed: (agreementId: string) => `${agreementId}/lapsed`,
  /** What a company that does not act was told of it. */
  agreementStands: (agreementId: string, state: string) => `${agreementId}/stands/${state}`,
  quarantined: (quarantineId: string) => `${quarantineId}/held`,
  /** How it left the quarantine. */
  settled: (quarantineId: string, change: "replayed" | "dropped") => `${quarantineId}/${change}`,
  superseded: (batchId: string) => `${batchId}/superseded`,
  /** `turnKey` as of `turnKeyOf`. */
  turn: (turnKey: string) => `${turnKey}/turn`,
  /** What was tried for a turn that was not done. */
  givenUp: (turnKey: string) => `${turnKey}/given-up`,
  proposal: (stepKey: string) => `${stepKey}/proposal`,
  /** What a person put in place of what a question asks. */
  edited: (escalationId: string) => `${escalationId}/proposal`,
  review: (stepKey: string) => `${stepKey}/review`,
  /** That the step asked for what was permitted before. */
  repeat: (stepKey: string) => `${stepKey}/repeat`,
  /** Why a step ended with nothing decided that holds. */
  refusal: (stepKey: string) => `${stepKey}/refusal`,
  decision: (decisionId: string) => `${decisionId}/decision`,
  opened: (escalationId: string) => `${escalationId}/opened`,
  /** What became of a question, or who moved it: `version` is the question's after it. */
  moved: (escalationId: string, change: string, version: number) => `${escalationId}/${change}/${version}`,
  approval: (approvalId: string) => `${approvalId}/approval`,
  intent: (effectKey: string) => `${effectKey}/intent`,
  receipt: (effectKey: string, state: string) => `${effectKey}/receipt/${state}`,
  commitment: (effectKey: string) => `${effectKey}/commitment`,
} as const;

/** The event that a step works on: the part of its key after the case. */
export function eventOfStep(caseId: string, stepKey: string): string {
  return stepKey.slice(caseId.length + 1).split("/")[0] ?? "";
}

/** The log of what a company and a partner both hold to. */
export function relationshipLogOf(company: string, partner: string): string {
  return `${company}~${encodeURIComponent(partner)}`;
}

export function decisionIdOf(company: string, stepKey: string, gate: number): string {
  return derivedId("dec", company, stepKey, gate);
}

/** What is awaited of the outside under a reference of its own. */
export function replyIdOf(company: string, correlation: string): string {
  return derivedId("rpl", company, correlation);
}

export function escalationIdOf(decisionId: string): string {
  return derivedId("esc", decisionId);
}

/** What the sides are asked to agree to: one per proposal of the executor's. */
export function agreementIdOf(executor: string, stepKey: string): string {
  return derivedId("agr", executor, stepKey);
}
