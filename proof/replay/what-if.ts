import type { AuditRecord } from "../../domain/audit-record.ts";
import type { Verdict } from "../../domain/decision.ts";
import { readingOf, type Ask } from "../../guardrails/limits.ts";
import type { VersionedPolicy } from "../../deciding/policies.ts";
import { accountOf } from "../../deciding/limits.ts";
import { concluded, draftOf, ruleOn, underLimits } from "../../deciding/ruling.ts";
import { isCannot, recordedDecision, type Cannot, type RecordedDecision } from "./recorded-decision.ts";
import { recordedQuestion } from "./recorded-question.ts";

/** What another policy would have said of a recorded decision. It is never what happened. */
export type WhatIf =
  | {
      readonly kind: "same" | "differs";
      readonly was: Verdict;
      readonly would: Verdict;
      /** The reason of the verdict that would have been. */
      readonly why: string;
      /** Limits of the other policy that nothing recorded answers: they tighten nothing here. */
      readonly unread: readonly string[];
    }
  | Cannot;

/**
 * Judges a recorded decision's facts under another policy (level L3), at the time, in the mode and with the review that
 * it was taken with. Limits are held against what was read then, where that answers what the other policy asks.
 */
export async function whatIf(
  record: AuditRecord,
  inForce: VersionedPolicy,
  caseRecords: readonly AuditRecord[],
): Promise<WhatIf> {
  const decided = recordedDecision(record);
  if (isCannot(decided)) return decided;
  const question = recordedQuestion(record, decided, caseRecords);
  if (isCannot(question)) return question;
  const { mode, release, canary, limits } = decided.details;
  const ruling = await ruleOn(question, { policy: inForce.policy, mode, release, canary }, () => undefined);
  const { asks } = ruling.asked;
  const answered = asks.flatMap((ask) => {
    const found = limits.find((limit) => answers(ask, limit));
    if (found === undefined) return [];
    const account = accountOf(question.company, ruling.cell.id, ask);
    return [readingOf(ask, account, { ...found, deposited: found.cap })];
  });
  const conclusion = concluded(ruling, underLimits(ruling, answered), answered);
  const bound = { actionDigest: decided.actionDigest, approvalId: null };
  const { verdict, reason } = draftOf(question, { ...conclusion, withheld: ruling.withheld }, inForce, bound);
  const read = new Set(answered.map(({ id }) => id));
  return {
    kind: verdict === decided.verdict ? "same" : "differs",
    was: decided.verdict,
    would: verdict,
    why: reason,
    unread: asks.map(({ limit }) => limit.id).filter((id) => !read.has(id)),
  };
}

/** As much is asked of a limit of that name, in the same window. */
function answers({ limit, asked, window }: Ask, recorded: RecordedDecision["details"]["limits"][number]): boolean {
  const { window: then } = recorded;
  const sameWindow =
    window === null || then === null
      ? window === then
      : Date.parse(window.from) === Date.parse(then.from) && Date.parse(window.until) === Date.parse(then.until);
  return limit.id === recorded.id && asked === recorded.asked && sameWindow;
}
