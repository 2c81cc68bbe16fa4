import { z } from "@hono/zod-openapi";

/** The HTTP API's shapes: the server validates and documents with them, the command line types its calls with them. */

const Iso = z.iso.datetime();
const Verdict = z.enum(["execute", "escalate", "block"]);

/** RFC 9457 problem. `code` is stable; `fix` says what to do; `errors` point into the body. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    fix: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem");
export type Problem = z.infer<typeof Problem>;

/** What became of a batch of events, counted. `late`: a newer event of the same object came first. */
export const BatchTaken = z
  .object({ accepted: z.int(), duplicates: z.int(), ignored: z.int(), late: z.int() })
  .openapi("BatchTaken");
export type BatchTaken = z.infer<typeof BatchTaken>;

export const RuleView = z.object({ id: z.string(), effect: Verdict, reason: z.string() }).openapi("Rule");

/** One event that came in, and what became of it. */
export const EventView = z
  .object({
    eventId: z.string(),
    source: z.string(),
    functionId: z.string().nullable(),
    objectType: z.string(),
    objectId: z.string(),
    caseId: z.string().nullable(),
    state: z.enum(["pending", "dispatched", "ignored", "late"]),
    occurredAt: Iso,
    receivedAt: Iso,
    /** The latest decision on this event's main step. */
    decision: z
      .object({
        decisionId: z.string(),
        verdict: Verdict,
        reason: z.string(),
        rules: z.array(RuleView),
        policyVersion: z.string(),
        decidedAt: Iso,
      })
      .nullable(),
    /**
     * `open` until the step ended, then how it ended. `none`: no function listens, or a newer event came first.
     * `withheld`: decided under a mode that lets nothing come of it.
     */
    outcome: z.enum([
      "none",
      "open",
      "executed",
      "blocked",
      "rejected",
      "expired",
      "withheld",
      "superseded",
      "unknown",
      "refused",
    ]),
    /** Milliseconds from arrival to the first effect's receipt. */
    firstEffectMs: z.int().nullable(),
    waitingFor: z.object({ escalationId: z.string(), role: z.string(), dueAt: Iso }).nullable(),
  })
  .openapi("Event");
export type EventView = z.infer<typeof EventView>;

export const EventList = z.object({ events: z.array(EventView), next: z.string().nullable() }).openapi("EventList");

export const RecordView = z
  .object({
    n: z.int(),
    kind: z.string(),
    key: z.string(),
    at: Iso,
    digest: z.string(),
    body: z.record(z.string(), z.unknown()),
  })
  .openapi("AuditRecord");

export const CaseRecords = z
  .object({ caseId: z.string(), intact: z.boolean(), records: z.array(RecordView) })
  .openapi("CaseRecords");

/** What one person said of an escalation. */
const GivenVerdict = z.object({
  verdict: z.enum(["approve", "reject"]),
  personId: z.string(),
  reason: z.string(),
  givenAt: Iso,
});

/** A suspended decision waiting for a person. */
export const EscalationView = z
  .object({
    escalationId: z.string(),
    caseId: z.string(),
    decisionId: z.string(),
    functionId: z.string(),
    state: z.enum(["open", "approved", "rejected", "expired", "superseded"]),
    /** One sentence: what is asked. */
    ask: z.string(),
    /** Why it is here: the decision's reason and every matching rule. */
    reason: z.string(),
    rules: z.array(RuleView),
    missing: z.array(z.string()),
    action: z.object({ tool: z.string(), args: z.record(z.string(), z.unknown()) }),
    /** An approval names this digest: it approves exactly this action and nothing else. */
    actionDigest: z.string(),
    facts: z.record(z.string(), z.unknown()),
    /** The same facts as people read them, in the units that the policy declares. */
    shownFacts: z.record(z.string(), z.string()),
    sources: z.array(z.object({ source: z.string(), ref: z.string(), version: z.string(), observedAt: z.string() })),
    /** As stated by the model, labelled offline where it was. */
    reasoning: z.string(),
    requestedBy: z.string(),
    level: z.int(),
    role: z.string(),
    dueAt: Iso,
    openedAt: Iso,
    /** How many people must approve, and what was said so far, in order. */
    quorum: z.int(),
    approvals: z.array(GivenVerdict),
    /** The verdict that settled it. */
    verdict: GivenVerdict.nullable(),
  })
  .openapi("Escalation");
export type EscalationView = z.infer<typeof EscalationView>;

export const EscalationList = z.object({ escalations: z.array(EscalationView) }).openapi("EscalationList");

export const VerdictBody = z
  .strictObject({
    actionDigest: z.string().regex(/^[0-9a-f]{64}$/, "expected the 64 hex digits that `escalations show` prints"),
    reason: z.string().trim().min(1, "a verdict needs a reason").max(1000),
  })
  .openapi("Verdict");

/** Why a verdict was not taken; each is a problem's `code`. */
export const refusalCodes = [
  "not-found",
  "already-decided",
  "stale-action",
  "own-request",
  "wrong-role",
  "past-deadline",
  "superseded",
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export const VerdictTaken = z
  .object({
    escalationId: z.string(),
    approvalId: z.string(),
    verdict: z.enum(["approve", "reject"]),
    state: z.enum(["open", "approved", "rejected"]),
    /** How many more people must approve. */
    missing: z.int(),
  })
  .openapi("VerdictTaken");

export const Live = z.object({ live: z.literal(true) }).openapi("Live");

/** Each dependency by name. */
export const Ready = z
  .object({ ready: z.boolean(), dependencies: z.record(z.string(), z.enum(["up", "down"])) })
  .openapi("Ready");
