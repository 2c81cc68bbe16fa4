import { approveEdited } from "../../audit/ledgers/edits.ts";
import * as ledger from "../../audit/ledgers/escalations.ts";
import { readDecisionReason } from "../../audit/ledgers/decisions.ts";
import type { OnOutOfReach } from "../../audit/ledgers/opening.ts";
import { setAside, type SetAsideDeps } from "../../deciding/set-aside.ts";
import type { LedgerActivities } from "../../workflows/activities.ts";

type Escalate = Pick<
  LedgerActivities,
  "openEscalation" | "readEscalation" | "raiseEscalation" | "passEscalation" | "supersedeEscalation" | "setAside"
>;

type EscalateDeps = SetAsideDeps & { readonly onOutOfReach?: OnOutOfReach | undefined };

/** Why a question is moot, in words for the record. */
const becauseWords = { "newer-event": "a newer event came for the same object" } as const;

/** Escalations as the workflow drives them; the ledger is the arbiter between verdicts, deadlines and newer events. */
export function createEscalate({ pool, readTools, onOutOfReach }: EscalateDeps): Escalate {
  return {
    setAside: (step, news, at) => setAside({ pool, readTools }, step, news, at),
    async openEscalation({ company, caseId, stepKey }, { decisionId, actionDigest, route }, at) {
      const reason = await readDecisionReason(pool, company, decisionId);
      const draft = { company, caseId, stepKey, decisionId, actionDigest, route, reason, at };
      const opened = await ledger.openEscalation(pool, draft, onOutOfReach);
      const { escalationId } = opened;
      if (!(await approveEdited(pool, { company, escalationId, decisionId }, at))) return opened;
      return { escalationId, state: await ledger.readEscalationState(pool, company, escalationId) };
    },
    readEscalation: (company, escalationId) => ledger.readEscalationState(pool, company, escalationId),
    raiseEscalation: (company, escalationId, fromLevel, at) =>
      ledger.raiseEscalation(pool, { company, escalationId, at }, fromLevel),
    passEscalation: (company, escalationId, at) => ledger.passEscalation(pool, { company, escalationId, at }),
    supersedeEscalation: (company, escalationId, because, at) =>
      ledger.supersedeEscalation(pool, { company, escalationId, at }, becauseWords[because]),
  };
}
