import { z } from "zod";
import { approvalsSeen, type Approvals, type Decided } from "./approvals-seen.ts";
import { placeOf, type EntryCheck, type ReadEntry } from "./entry.ts";
import type { Findings } from "./finding.ts";

const DecisionFields = z.looseObject({
  decisionId: z.string(),
  stepKey: z.string(),
  proposalId: z.string(),
  verdict: z.enum(["execute", "escalate", "block"]),
  approvalId: z.string().nullable(),
  permitId: z.string().nullable(),
});
const IntentFields = z.looseObject({ effectKey: z.string(), permitId: z.string(), decisionId: z.string() });
const ReceiptFields = z.looseObject({ effectKey: z.string(), state: z.string() });

const ProposalFields = z.looseObject({ proposalId: z.string() });

/** The key of what somebody put in place of what a question asks. */
const EDITED = /^(esc_[0-9a-f]+)\/proposal$/;

type Seen = {
  /** The question in whose place each edited proposal was put. */
  readonly edits: Map<string, string>;
  readonly decisions: Map<string, Decided>;
  /** The action of each effect that was begun. */
  readonly intents: Map<string, string | undefined>;
  readonly approvals: Approvals;
};

/**
 * Check 9: a receipt comes after its intent, an intent after a decision that let it pass, with the same permit and the same
 * action (by its keyed digest, equal within a case); a decision that people let pass, after as many different people as
 * were asked approved that action, none of them who asked for it; and one on what somebody put in place of what people were asked,
 * after that move of theirs. Envelopes alone tell all of this.
 */
export function checkPermitted(findings: Findings): EntryCheck {
  const seen: Seen = { edits: new Map(), decisions: new Map(), intents: new Map(), approvals: approvalsSeen() };
  return {
    take(entry) {
      const judged = judge(entry, seen);
      if (judged === undefined) return;
      findings.checked(9);
      if (judged !== "fine") findings.add(9, "tampered", judged, placeOf(entry));
    },
  };
}

/** What is wrong with a record, `fine`, or undefined for one that this check is not about. */
function judge({ envelope }: ReadEntry, seen: Seen): string | undefined {
  switch (envelope.kind) {
    case "proposal":
      return proposed(envelope, seen);
    case "decision":
      return decided(envelope, seen) ?? "fine";
    case "intent":
      return intended(envelope, seen) ?? "fine";
    case "receipt":
      return received(envelope, seen) ?? "fine";
    case "escalation":
    case "approval":
      return seen.approvals.add(envelope) ?? "fine";
    default:
      return undefined;
  }
}

type Envelope = ReadEntry["envelope"];

/** Nothing is wrong with what is proposed: it only counts once it is decided. */
function proposed({ fields, key }: Envelope, { edits }: Seen): undefined {
  const question = EDITED.exec(key)?.[1];
  const read = ProposalFields.safeParse(fields).data;
  if (question !== undefined && read !== undefined) edits.set(read.proposalId, question);
}

function decided({ fields, action, actor }: Envelope, { decisions, approvals, edits }: Seen): string | undefined {
  const read = DecisionFields.safeParse(fields).data;
  if (read === undefined) return "a decision without its ids and verdict";
  const decision = { ...read, action, by: actor.ref };
  decisions.set(read.decisionId, decision);
  const question = edits.get(read.proposalId);
  if (question !== undefined && !approvals.isEdited(question)) {
    return `it decides what was put in place of \`${question}\`, and no earlier record says that anybody did`;
  }
  if (read.permitId === null || read.verdict === "execute") return undefined;
  return read.verdict === "block" ? "it blocks, and gives a permit" : approvals.faultOf(decision, decisions);
}

function intended({ fields, action }: Envelope, { decisions, intents }: Seen): string | undefined {
  const intent = IntentFields.safeParse(fields).data;
  if (intent === undefined) return "an intent without its effect, permit and decision";
  const { effectKey, decisionId, permitId } = intent;
  intents.set(effectKey, action);
  const decision = decisions.get(decisionId);
  if (decision === undefined) return `no earlier record decides \`${decisionId}\`, on which it acts`;
  if (decision.permitId === null) return `decision \`${decisionId}\` (${decision.verdict}) gave no permit for it`;
  if (decision.permitId !== permitId) return "its permit is not the one that its decision gave";
  return decision.action === action ? undefined : "its action is not the one that was decided";
}

function received({ fields, action }: Envelope, { intents }: Seen): string | undefined {
  const receipt = ReceiptFields.safeParse(fields).data;
  if (receipt === undefined) return "a receipt without its effect and state";
  if (!intents.has(receipt.effectKey)) return `effect \`${receipt.effectKey}\` has no earlier intent`;
  return intents.get(receipt.effectKey) === action ? undefined : "its action is not the one that was intended";
}
