import { z } from "zod";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { modes } from "../../domain/decision-details.ts";
import type { TakenDecision } from "../../guardrails/explain/taken-decision.ts";

const Verdict = z.enum(["execute", "escalate", "block"]);
const Rules = z.array(
  z.object({ id: z.string(), effect: Verdict, reason: z.string(), values: z.record(z.string(), z.json()) }),
);

const Limit = z.object({
  id: z.string(),
  account: z.string(),
  window: z.object({ from: z.string(), until: z.string(), days: z.int().exactOptional() }).nullable(),
  used: z.number(),
  reserved: z.number(),
  asked: z.number(),
  cap: z.number(),
  admitted: z.boolean(),
  warned: z.boolean(),
});

/** A decision's body as far as explaining it needs. An older record may lack what came later. */
const Taken = z.object({
  decisionId: z.string(),
  verdict: Verdict,
  policy: z.object({ id: z.string(), version: z.string() }),
  reason: z.string(),
  rules: Rules,
  missing: z.array(z.string()),
  facts: z.record(z.string(), z.json()),
  details: z.object({
    mode: z.enum(modes).default("led"),
    release: z.string().default(""),
    limits: z.array(Limit).default([]),
    candidate: z.object({ rules: Rules, verdict: Verdict, flips: z.boolean() }).nullable().default(null),
  }),
});

/** The decision that a record tells; undefined when what it needs was erased, withheld or is no such thing. */
export function takenOf({ caseId, at, body }: AuditRecord): TakenDecision | undefined {
  const read = Taken.safeParse(body);
  if (!read.success) return undefined;
  const { details, ...rest } = read.data;
  return { ...rest, ...details, caseId, at };
}
