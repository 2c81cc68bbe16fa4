import type { EventRef } from "../../domain/event.ts";
import type { CaseStart } from "./case-start.ts";
import type { AgreementMessage } from "../../workflows/agree.ts";
import type { QuestionMessage, VerdictMessage } from "../../workflows/escalation.ts";
import type { ReplyMessage } from "../../workflows/reply.ts";
import type { AskedCases, OpenCases } from "../status/stalled-cases.ts";

/** Brings an event to its case, which is started when it does not run. At least once: the case drops repeats by id. */
export type WorkflowStarter = {
  deliverEvent(caseId: string, start: CaseStart, event: EventRef): Promise<void>;
};

/**
 * Wakes a case that waits for people. `turned-away`: the case took part and said no. `gone`: it no longer runs. Both are
 * final, since the ledger already holds the verdict. Throws when the engine could not be asked.
 */
export type VerdictMessenger = {
  deliverVerdict(caseId: string, message: VerdictMessage, key: string): Promise<VerdictDelivery>;
};

export type VerdictDelivery =
  | { readonly kind: "woken" }
  | { readonly kind: "turned-away"; readonly reason: string }
  | { readonly kind: "gone" };

/**
 * Wakes a case that something arrived for from the outside, or whose sides said something. `gone`: it no longer runs.
 * Throws when the engine could not be asked.
 */
export type CaseWaker = {
  deliverReply(caseId: string, message: ReplyMessage): Promise<"woken" | "gone">;
  deliverAgreement(caseId: string, message: AgreementMessage): Promise<"woken" | "gone">;
  deliverMove(caseId: string, message: QuestionMessage): Promise<"woken" | "gone">;
};

/** The durable engine as the gateway sees it. */
export type WorkflowEngine = WorkflowStarter &
  VerdictMessenger &
  CaseWaker & {
    /** Rejects when it cannot be reached within the time given. */
    answers(timeoutMs: number): Promise<void>;
    /** As `lookAtCases`. */
    openCases(asked: AskedCases): Promise<OpenCases>;
  };
