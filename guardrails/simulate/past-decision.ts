import { z } from "zod";
import { modes } from "../../domain/decision-details.ts";
import { escalationStates } from "../../domain/escalation.ts";
import type { JsonObject } from "../../domain/json.ts";

const Verdict = z.enum(["execute", "escalate", "block"]);
const Time = z.iso.datetime({ offset: true });
const Name = z.string().min(1);
const Amount = z.int();

/** A limit as the decision read it; the fields are those of `LimitReading`. */
const Reading = z.strictObject({
  id: Name,
  account: z.string(),
  window: z.strictObject({ from: z.string(), until: z.string(), days: z.int().exactOptional() }).nullable(),
  used: Amount,
  reserved: Amount,
  asked: Amount,
  cap: Amount,
  admitted: z.boolean(),
  warned: z.boolean(),
});

/** A recorded decision, as far as replaying it needs: the API's history and the lines of a history file. */
export const PastDecisionLine = z.strictObject({
  decisionId: Name,
  caseId: Name,
  /** ISO 8601: the overrides of that day apply. */
  at: Time,
  policy: z.strictObject({ id: Name, version: z.string() }),
  verdict: Verdict,
  /** What rules, limits and compliance said; `verdict` is stricter where the mode asked people for everything. */
  byRules: Verdict,
  /** Ids of the policy's rules that matched, and of its limits that did not admit the request. */
  rules: z.array(z.string()).readonly(),
  /** Compliance's word where it was stricter than agreement. It is the same under any policy. */
  review: z.enum(["escalate", "block"]).nullable(),
  mode: z.enum(modes),
  facts: z.record(z.string(), z.unknown()),
  /** Facts that were not known. */
  missing: z.array(z.string()).readonly(),
  limits: z.array(Reading).readonly(),
  /** What people were asked, and what became of it. */
  escalation: z
    .strictObject({
      escalationId: Name,
      state: z.enum(escalationStates),
    })
    .nullable(),
});

export type PastDecision = Readonly<Omit<z.infer<typeof PastDecisionLine>, "facts">> & { readonly facts: JsonObject };
