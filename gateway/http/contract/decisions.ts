import { z } from "@hono/zod-openapi";

/** The decide service's shapes. */

const Iso = z.iso.datetime();
const Verdict = z.enum(["execute", "escalate", "block"]);
const Text = z.string().trim().min(1).max(200);
const Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Amounts are whole numbers of their unit (parts per million, minor units), so no fraction ever reaches a limit. */
const FactValue = z
  .union([z.boolean(), z.int(), z.string().max(1_000), z.array(z.string().max(1_000)).max(1_000)])
  .openapi({ description: "amounts are whole numbers: parts per million, minor units; days are `2026-07-01`" });

const Facts = z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), FactValue);

/** Numbers that canonical JSON can write; a list of fractions would have no digest. */
function hasWholeNumbers(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  return typeof value !== "object" || value === null || Object.values(value).every(hasWholeNumbers);
}

export const DecisionRequest = z
  .strictObject({
    policy: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "expected a policy's id"),
    facts: Facts,
    /** What the permit is for, in the caller's words. Absent: the policy's id, with the facts. */
    action: z
      .strictObject({
        name: Text,
        args: z
          .record(z.string(), z.unknown())
          .refine(hasWholeNumbers, "numbers must be whole; write a fraction as text"),
        /** The caller's own tool. Never one of ours: the permit lets the caller act, not us. */
        tool: Text.optional(),
      })
      .optional(),
    ref: Text.openapi({ description: "the caller's own id of the object" }),
    requestedBy: Text.optional().openapi({
      description:
        "who asks the caller for it; only a token of the role `system` may name somebody else than its owner",
    }),
  })
  .openapi("DecisionRequest");
export type DecisionRequest = z.infer<typeof DecisionRequest>;

export const IdempotencyKey = z.object({
  "idempotency-key": z
    .string()
    .regex(/^(?:"[\x20-\x21\x23-\x7e]{1,255}"|[\x21\x23-\x7e]{1,255})$/, "expected 1 to 255 printable characters")
    .openapi({ description: "the caller's name for this request; the same request under it has the same answer" }),
});

const Json = z.unknown();

const Limit = z.object({
  id: z.string(),
  window: z.object({ from: Iso, until: Iso }).nullable(),
  used: z.int(),
  reserved: z.int(),
  asked: z.int(),
  cap: z.int(),
  admitted: z.boolean(),
  warned: z.boolean(),
});

/** A decision as it was answered, the same each time. `permit` is null when nothing may be done. */
export const DecisionAnswer = z
  .object({
    decisionId: z.string(),
    verdict: Verdict,
    reason: z.string(),
    rules: z.array(
      z.object({ id: z.string(), effect: Verdict, reason: z.string(), values: z.record(z.string(), Json) }),
    ),
    missing: z.array(z.string()),
    /** Who answers an escalation. */
    route: z
      .object({
        id: z.string(),
        quorum: z.int(),
        levels: z.array(z.object({ role: z.string(), slaMs: z.int() })),
      })
      .nullable(),
    escalationId: z.string().nullable(),
    obligations: z.array(z.string()),
    limits: z.array(Limit),
    policy: z.object({ id: z.string(), version: z.string() }),
    release: z.string(),
    mode: z.enum(["off", "shadow", "assisted", "led"]),
    permit: z.object({ permitId: z.string(), actionDigest: Hex }).nullable(),
    decidedAt: Iso,
  })
  .openapi("DecisionAnswer");
export type DecisionAnswer = z.infer<typeof DecisionAnswer>;

/** Where a request stands. `approved`: people said yes, and `regate` gives the permit. `withheld`: by the mode. */
export const DecisionStanding = z
  .object({
    state: z.enum([
      "permitted",
      "blocked",
      "withheld",
      "waiting",
      "approved",
      "rejected",
      "expired",
      "superseded",
      "done",
      "failed",
      "unknown",
    ]),
    caseId: z.string(),
    ref: z.string(),
    action: z.object({ name: z.string(), args: z.record(z.string(), Json) }),
    requestedBy: z.string(),
    caller: z.string(),
    waitingFor: z.object({ escalationId: z.string(), role: z.string(), dueAt: Iso }).nullable(),
    outcome: z.object({ externalRef: z.string().nullable(), detail: z.string().nullable() }).nullable(),
    /** The latest decision of the request, after people answered perhaps another one than was asked for. */
    decision: DecisionAnswer,
  })
  .openapi("DecisionStanding");
export type DecisionStanding = z.infer<typeof DecisionStanding>;

export const OutcomeReport = z
  .discriminatedUnion("state", [
    z.strictObject({ state: z.literal("done"), externalRef: Text.optional() }),
    z.strictObject({ state: z.literal("failed"), detail: z.string().trim().min(1).max(1_000) }),
  ])
  .openapi("OutcomeReport");

export const OutcomeTaken = z
  .object({ decisionId: z.string(), state: z.enum(["done", "failed"]) })
  .openapi("OutcomeTaken");
