import { z } from "@hono/zod-openapi";
import { erasureGrounds } from "../../../proof/privacy/grounds.ts";
import { LEAST_RETENTION_DAYS, MOST_RETENTION_DAYS } from "../../../proof/privacy/retention.ts";

/** The shapes of erasures, legal holds and retention. */

const Iso = z.iso.datetime();
const Reason = z.string().trim().min(1, "a reason is needed").max(1_000);
const Subject = z.string().max(600).openapi({ description: "`case:<case id>` or `person:<person id>`" });
const Scope = z.string().max(600).openapi({ description: "`company`, `case:<case id>` or `person:<person id>`" });
const Ground = z
  .enum(erasureGrounds)
  .openapi({ description: "Art. 17(1)(a) to (e) GDPR in words, or the end of retention" });
const Records = z.int().openapi({ description: "audit records that a part of is sealed under the subject's key" });

export const ErasureId = z.object({ erasureId: z.string().max(64) });
export const HoldId = z.object({ holdId: z.string().max(64) });

export const AskErasure = z.strictObject({ subject: Subject, ground: Ground, reason: Reason }).openapi("AskErasure");

/** A confirmation says nothing more than who gives it. */
export const Confirmation = z.strictObject({}).openapi("ErasureConfirmation");

export const ErasureView = z
  .object({
    erasureId: z.string(),
    subject: Subject,
    ground: Ground,
    reason: z.string(),
    askedBy: z.string(),
    askedAt: Iso,
  })
  .openapi("Erasure");
export type ErasureView = z.infer<typeof ErasureView>;

export const ErasureAsked = ErasureView.extend({
  records: Records,
  signatures: z.int().openapi({ description: "signed policy changes of a person; they keep the person's id" }),
}).openapi("ErasureAsked");
export type ErasureAsked = z.infer<typeof ErasureAsked>;

export const ErasureList = z.object({ erasures: z.array(ErasureView) }).openapi("ErasureList");

/** The subject is named as envelopes name it, for ever; nobody knows any more who that was. */
export const ErasureDone = z
  .object({ erasureId: z.string(), subjectId: z.string(), recordKey: z.string(), records: Records })
  .openapi("ErasureDone");
export type ErasureDone = z.infer<typeof ErasureDone>;

export const SetHold = z.strictObject({ scope: Scope, reason: Reason }).openapi("SetHold");
export const ReleaseHold = z.strictObject({ reason: Reason }).openapi("ReleaseHold");

export const HoldView = z
  .object({
    holdId: z.string(),
    scope: Scope,
    reason: z.string(),
    setBy: z.string(),
    setAt: Iso,
    released: z.object({ by: z.string(), at: Iso, reason: z.string() }).nullable(),
  })
  .openapi("LegalHold");
export type HoldView = z.infer<typeof HoldView>;

export const HoldList = z.object({ holds: z.array(HoldView) }).openapi("LegalHoldList");

const Log = z.string().max(300).openapi({ description: "`<company>`, or `<company>~<partner>`" });

export const SetRetention = z
  .strictObject({ log: Log.optional(), days: z.int().min(LEAST_RETENTION_DAYS).max(MOST_RETENTION_DAYS) })
  .openapi("SetRetention");

/** How long a log's cases stay readable. `waiting`: a shorter time, until a second person sets it too. */
export const RetentionView = z
  .object({
    log: Log,
    days: z.int(),
    waiting: z.object({ days: z.int(), askedBy: z.string() }).nullable(),
  })
  .openapi("Retention");
export type RetentionView = z.infer<typeof RetentionView>;

export const RetentionList = z.object({ logs: z.array(RetentionView) }).openapi("RetentionList");

export const RunRetention = z
  .strictObject({
    dryRun: z.boolean(),
    after: z.string().max(600).optional().openapi({ description: "`next` of the batch before" }),
  })
  .openapi("RunRetention");

export const RetentionBatchView = z
  .object({
    erased: z.array(z.object({ caseId: z.string(), recordKey: z.string().nullable() })),
    skipped: z.array(z.object({ caseId: z.string(), why: z.string() })),
    next: z.string().nullable(),
  })
  .openapi("RetentionBatch");
export type RetentionBatchView = z.infer<typeof RetentionBatchView>;
