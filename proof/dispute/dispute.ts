import type { CaseFile } from "../../audit/case-file.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import { tellStory, type StoryLine } from "../../audit/story.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { MatchedRule } from "../../domain/decision.ts";
import type { Explanation } from "../../guardrails/explain/explain.ts";
import type { Replayed } from "../replay/guardrail.ts";
import { askedOf, type Asked } from "./asked.ts";
import { checkOf } from "./check.ts";
import { doneOf, type DoneRow } from "./done.ts";
import { factsOf, type Facts } from "./facts.ts";
import { goneFrom, type Gone } from "./gone.ts";
import { limitsOf, type LimitRow } from "./limits.ts";
import { nearMissesOf, type NearMisses } from "./near-misses.ts";
import { peopleOf, type PersonRow } from "./people.ts";
import { reasoningOf, type Reasoning } from "./reasoning.ts";
import { receiptsOf, type Proofs, type Receipts } from "./receipts.ts";
import { reviewOf, type ReviewTold } from "./review.ts";
import { rulersOf, type Ruler } from "./rulers.ts";
import { rulingOf, type Ruling } from "./ruling.ts";
import { sharedOf, type Shared } from "./shared.ts";
import { stepOf } from "./step.ts";
import { verdictOf, type VerdictTold } from "./verdict.ts";
import { waysOf, type WayTold } from "./ways.ts";

/** Another decision of the same case. */
export type OtherDecision = {
  readonly n: number;
  readonly decisionId: string;
  readonly policyId: string;
  readonly verdict: string;
};

/**
 * All that a page about one decision says. Every statement carries `n`, the number of the record that it rests on; 0 where
 * no record tells of it.
 */
export type Dispute = {
  readonly company: string;
  readonly caseId: string;
  readonly decisionId: string;
  /** ISO 8601. */
  readonly decidedAt: string;
  /** False when a hash, a digest or the numbering of the case does not hold. */
  readonly intact: boolean;
  readonly asked: Asked;
  readonly shared: Shared;
  readonly verdict: VerdictTold;
  readonly facts: Facts;
  readonly reasoning: Reasoning;
  readonly review: ReviewTold;
  /** Rules, parameters and candidates under the recorded policy; null when it cannot be read again. */
  readonly explanation: Explanation | null;
  /** What spoke beside the policy's rules: Compliance and limits. */
  readonly beside: readonly MatchedRule[];
  readonly nearMisses: NearMisses;
  readonly limits: readonly LimitRow[];
  /** Why rules, limits and changes cannot be told; empty when they can. */
  readonly unread: string;
  readonly people: readonly PersonRow[];
  readonly done: readonly DoneRow[];
  readonly others: readonly OtherDecision[];
  readonly ways: readonly WayTold[];
  readonly rulers: readonly Ruler[];
  readonly receipts: Receipts;
  readonly gone: readonly Gone[];
  readonly timeline: readonly StoryLine[];
  /** The leaf hash of every record by its number. */
  readonly leafHashes: { readonly [n: string]: string };
};

/** What was found of a case beside its records; nothing of it is needed. */
export type Found = {
  readonly proofs?: Proofs;
  /** The checkpoints' signatures were checked with keys that the reader knows. */
  readonly signed?: boolean;
  readonly replayed?: Replayed | undefined;
};

/** A decision's file, from its case alone. Undefined when no record of the case tells of the decision. */
export function disputeOf(file: CaseFile, decisionId: string, found: Found = {}): Dispute | undefined {
  const { company, caseId, records, intact } = file;
  const step = stepOf(records, decisionId);
  if (step === undefined) return undefined;
  const ruling = rulingOf(file, step.decision);
  const policy = ruling.kind === "read" ? ruling.policy : undefined;
  const none: NearMisses = { rules: [], farther: 0 };
  return {
    company,
    caseId,
    decisionId,
    decidedAt: step.decision.at,
    intact,
    asked: askedOf(step),
    shared: sharedOf(step),
    verdict: verdictOf(step, ruling, checkOf(ruling, found.replayed)),
    facts: factsOf(step.decision, policy),
    reasoning: reasoningOf(step),
    review: reviewOf(step),
    explanation: ruling.kind === "read" ? ruling.explanation : null,
    beside: besideOf(ruling),
    nearMisses: ruling.kind === "read" && policy !== undefined ? nearMissesOf(policy, ruling.taken) : none,
    limits: limitsOf(ruling),
    unread: ruling.kind === "unread" ? ruling.why : "",
    people: peopleOf(step),
    done: doneOf(step),
    others: othersOf(records, step.gates),
    ways: waysOf(ruling),
    rulers: rulersOf(ruling),
    receipts: receiptsOf(step.records, found.proofs ?? {}, found.signed === true),
    gone: records.flatMap((record) => goneFrom(record, records) ?? []),
    timeline: timelineOf(records),
    leafHashes: Object.fromEntries(records.map(({ n, digest }) => [n, digest])),
  };
}

/** The story; what a record says instead of a word that is known is text, whatever it names. */
function timelineOf(records: readonly AuditRecord[]): readonly StoryLine[] {
  return tellStory(records).map((line) => ({ ...line, who: String(line.who), text: String(line.text) }));
}

function besideOf(ruling: Ruling): readonly MatchedRule[] {
  const rules = ruling.kind === "read" ? (ruling.policy?.rules ?? []) : [];
  return (ruling.taken?.rules ?? []).filter((rule) => rules.every(({ id }) => id !== rule.id));
}

function othersOf(records: readonly AuditRecord[], gates: readonly AuditRecord[]): readonly OtherDecision[] {
  const others = records.filter((record) => record.kind === "decision" && !gates.includes(record));
  return others.map(({ n, body }) => ({
    n,
    decisionId: textAt(body, "decisionId"),
    policyId: textAt(objectAt(body, "policy"), "id"),
    verdict: textAt(body, "verdict"),
  }));
}
