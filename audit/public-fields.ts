import type { RecordKind } from "../domain/audit-record.ts";

/**
 * What of a record's body its envelope shows for ever: ids, verdicts, versions and counts. Never an amount, a name or a
 * person's words; those are sealed. A field that is not named here is sealed.
 */
export const publicFields: { readonly [K in RecordKind]: readonly string[] } = {
  event: ["eventId", "functionId", "source", "object", "occurredAt", "saidAt", "receivedAt", "state"],
  turn: ["turnKey", "stepKey", "role", "model", "offline", "prompt", "promptDigest", "usage", "standIn", "fault"],
  proposal: ["proposalId", "stepKey", "actionId", "recordVersion"],
  review: ["stepKey"],
  decision: ["decisionId", "stepKey", "gate", "proposalId", "approvalId", "permitId", "verdict", "policy"],
  escalation: ["escalationId", "decisionId", "stepKey", "change", "role", "level", "dueAt", "undoes", "reach"],
  approval: ["escalationId", "approvalId", "stepKey", "verdict", "role", "missing"],
  intent: ["effectKey", "permitId", "decisionId", "tool"],
  receipt: ["effectKey", "state", "commitment"],
  case_end: ["eventId", "outcomes"],
  policy: [
    "change",
    "n",
    "release",
    "parent",
    "canaryPpm",
    "replaces",
    "alone",
    "policy",
    "mode",
    "inForce",
    "role",
    "calendar",
    "control",
  ],
  prompt: ["role", "promptDigest"],
  commitment: ["effectKey", "tool", "state"],
  erasure: ["subject", "ground", "records"],
  hold: ["change", "holdId", "scope"],
  key: ["change", "name", "vkey"],
  batch: ["change", "batchId", "source", "window", "from", "until", "rows", "badRows", "replaces", "by"],
  plan: ["eventId", "state", "asks"],
  reply: ["replyId", "change", "deadline", "answer", "came", "answeredAt"],
  repeat: ["stepKey", "effectKey", "decisionId"],
  refusal: ["stepKey", "actionId"],
  agreement: ["agreementId", "change", "executor", "sides", "side", "expiresAt", "state"],
  quarantine: ["quarantineId", "change", "source", "code", "eventIds"],
  people: ["changeId", "change", "state", "subject", "subjects"],
};

/** What of a body is told of the person whose doing it is, and sealed under their key. The rest is the case's. */
export const personalFields: { readonly [K in RecordKind]?: readonly string[] } = {
  event: ["askedBy", "reason"],
  decision: ["requestedBy", "requesterId"],
  escalation: ["personId", "reason"],
  approval: ["personId", "reason"],
  policy: ["person", "reason", "signature", "publicKey"],
  erasure: ["person", "reason"],
  hold: ["person", "reason"],
  batch: ["person"],
  reply: ["by", "reason"],
  agreement: ["by", "reason"],
  quarantine: ["person", "reason"],
  people: ["person", "reason"],
};
