import { z } from "@hono/zod-openapi";
import { modes } from "../../../domain/decision-details.ts";
import { PastDecisionLine } from "../../../guardrails/simulate/past-decision.ts";

const Verdict = z.enum(["execute", "escalate", "block"]);
const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const Value = z.unknown().openapi({ description: "a value as a request brings it" });

/** A page of recorded decisions, as `policy simulate` replays them and writes them to a file, one per line. */
export const DecisionHistory = z
  .object({ decisions: list(PastDecisionLine), next: z.string().nullable() })
  .openapi("DecisionHistory");
export type DecisionHistory = z.infer<typeof DecisionHistory>;

const Rule = z.object({
  id: z.string(),
  effect: Verdict,
  state: z.enum(["active", "candidate"]),
  /** `unknown`: it hangs on facts that are not known. */
  matches: z.enum(["true", "unknown"]),
  deciding: z.boolean(),
  reason: z.string(),
  /** The condition node by node, in written order; `depth` counts from 0. */
  tree: list(
    z.object({
      depth: z.int(),
      text: z.string(),
      truth: z.enum(["true", "false", "unknown"]),
      read: z.string().nullable(),
    }),
  ),
});

const Param = z.object({
  name: z.string(),
  shown: z.string().nullable(),
  /** `base`, or the override that set it. */
  source: z.string(),
  passedOver: list(z.object({ override: z.string(), why: z.string() })),
});

const Limit = z.object({
  id: z.string(),
  account: z.string(),
  window: z.object({ from: z.string(), until: z.string() }).nullable(),
  used: z.int(),
  reserved: z.int(),
  asked: z.int(),
  cap: z.int(),
  admitted: z.boolean(),
  warned: z.boolean(),
  text: z.string(),
});

const Candidate = z.object({
  rules: list(z.object({ id: z.string(), effect: Verdict, reason: z.string(), values: z.record(z.string(), Value) })),
  verdict: Verdict,
  flips: z.boolean(),
});

const Change = z.object({
  fact: z.string(),
  from: Value,
  to: Value,
  bound: z.enum(["at-most", "at-least", "exactly"]),
  text: z.string(),
});

/** Why a decision came out as it did, and what would have given each other verdict. */
export const ExplanationView = z
  .object({
    decisionId: z.string(),
    caseId: z.string(),
    at: z.iso.datetime(),
    policy: z.object({ id: z.string(), version: z.string() }),
    verdict: Verdict,
    sentence: z.string(),
    rules: list(Rule),
    params: list(Param),
    limits: list(Limit),
    candidate: Candidate.nullable(),
    mode: z.enum(modes),
    release: z.string(),
    /** `changes` is null when no adjustable fact is enough; `obstacles` then says what stands in the way. */
    ways: list(z.object({ verdict: Verdict, changes: list(Change).nullable(), obstacles: list(z.string()) })),
    /** Whether the policy's rules, asked again, are the recorded ones; null when there was no policy to ask. */
    agrees: z.boolean().nullable(),
  })
  .openapi("Explanation");
export type ExplanationView = z.infer<typeof ExplanationView>;
