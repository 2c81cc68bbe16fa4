import type { AuditRecord } from "../../domain/audit-record.ts";
import type { LimitReading } from "../../domain/decision-details.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { sha256Hex } from "../../audit/digest.ts";
import type { DecisionDraft } from "../../audit/ledgers/decisions.ts";
import { objectAt } from "../../audit/story/loose.ts";
import { readingOf, type Asked } from "../../guardrails/limits.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { listsFault } from "../../deciding/lists.ts";
import { accountOf } from "../../deciding/limits.ts";
import { ratesFault } from "../../deciding/rates.ts";
import { actionDigestOf, type Question } from "../../deciding/question.ts";
import { concluded, draftOf, offering, ruleOn, underLimits } from "../../deciding/ruling.ts";
import { askedOf } from "../../deciding/requester.ts";
import { withoutPolicy } from "../../deciding/without-policy.ts";
import { differenceOf } from "./difference.ts";
import { isCannot, recordedDecision, type Cannot, type RecordedDecision } from "./recorded-decision.ts";
import { recordedQuestion } from "./recorded-question.ts";

/** `what` names every part that came out otherwise, with both values. */
export type Replayed = { readonly kind: "same" } | { readonly kind: "differs"; readonly what: string } | Cannot;

/** What a replay holds against the record, in this order. */
const compared = ["verdict", "reason", "rules", "missing", "details", "letter", "approvalId", "actionDigest"] as const;

/**
 * Takes a recorded decision again (level L1): the recorded facts under the recorded policy at the recorded time by both
 * evaluators, then Compliance's recorded word, the limits as they were read, the approval and the mode, on the code path
 * of every decision. What comes out must be what is recorded, byte for byte as canonical JSON. `policyDocument` is
 * canonical JSON as the release held it; `caseRecords` are the records of the decision's case. `cannot` when facts are
 * erased or withheld, or no policy was in force.
 */
export async function replayGuardrail(
  record: AuditRecord,
  policyDocument: string,
  caseRecords: readonly AuditRecord[],
): Promise<Replayed> {
  const decided = recordedDecision(record);
  if (isCannot(decided)) return decided;
  const policy = policyOf(decided, policyDocument);
  if (isCannot(policy)) return policy;
  const question = recordedQuestion(record, decided, caseRecords);
  if (isCannot(question)) return question;
  const { facts, at, lists = [], rates = [] } = question;
  const fault = listsFault(policy, facts, lists) ?? ratesFault(policy, facts, at, rates);
  if (fault !== undefined) return { kind: "differs", what: fault };
  const draft = await decideAgain(question, decided, policy, policyDocument);
  const what = differenceOf(partsOf(record.body), partsOf(draftJson(draft)));
  return what === undefined ? { kind: "same" } : { kind: "differs", what };
}

/** The policy that the decision was taken under, if the document is its. */
function policyOf({ policy: { id, version } }: RecordedDecision, document: string): Policy | Cannot {
  if (sha256Hex(document) !== version) {
    return { kind: "cannot", why: `the policy's document is not version ${version.slice(0, 12)} of \`${id}\`` };
  }
  if (version === withoutPolicy(id).version) return { kind: "cannot", why: `no policy \`${id}\` was in force` };
  try {
    return policyFromDocument(document);
  } catch (error) {
    return { kind: "cannot", why: error instanceof Error ? error.message : String(error) };
  }
}

/** The decision as it is taken today on the same question, under the same policy, with the limits as they were read. */
export async function decideAgain(
  question: Question,
  { details, policy: { version } }: RecordedDecision,
  policy: Policy,
  document: string,
): Promise<DecisionDraft> {
  const { mode, release, canary } = details;
  const ruling = await ruleOn(question, { policy, mode, release, canary }, () => undefined);
  const readings = readAgain(question, ruling.cell, ruling.asked, details.limits);
  const counted = concluded(ruling, underLimits(ruling, readings), readings === "unread" ? [] : readings);
  // Who the directory knew at that time is what the record says.
  // So is what the requester was told to ask instead: what it would have read is not there again.
  const asked = askedOf(counted, { kind: details.requester ?? "nobody" }, ruling.cell);
  const conclusion = offering(asked, details.offers ?? []);
  const { tool, args } = question.proposal.action;
  const { company, approvalId } = question;
  const { recordVersion } = question.proposal;
  const bound = { company, tool, args, recordVersion, policyVersion: version };
  const actionDigest = actionDigestOf(bound, ruling.details.terms);
  const versioned = { policy: { id: policy.id }, version, document };
  return draftOf(question, { ...conclusion, withheld: ruling.withheld }, versioned, { actionDigest, approvalId });
}

/** What the accounts held is taken from the record; what was asked of them, and whether it fits, is found again. */
function readAgain(
  { company }: Question,
  cell: Policy,
  { asks }: Asked,
  recorded: RecordedDecision["details"]["limits"],
): readonly LimitReading[] | "unread" {
  if (asks.length > 0 && recorded.length === 0) return "unread";
  return asks.flatMap((ask) => {
    const account = accountOf(company, cell.id, ask);
    const found = recorded.find(({ id }) => id === ask.limit.id);
    return found === undefined ? [] : [readingOf(ask, account, { ...found, deposited: found.cap })];
  });
}

function draftJson(draft: DecisionDraft): JsonObject {
  const { verdict, reason, rules, missing, details, approvalId, actionDigest } = draft;
  const { letter = null } = details;
  return { verdict, reason, rules, missing, details, letter, approvalId, actionDigest };
}

/** The compared parts by name, as canonical JSON; the parts of `details` each for itself. */
function partsOf(body: JsonObject): ReadonlyMap<string, string> {
  const parts = compared.flatMap((name): [string, Json][] => {
    const value = body[name] ?? null;
    return name === "details" ? Object.entries(objectAt(body, name)) : [[name, value]];
  });
  return new Map(parts.map(([name, value]) => [name, canonicalJson(value)]));
}
