import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  countDecisions,
  decisionIdsNamed,
  readDecisionHistory,
  readExplainable,
  type ExplainableDecision,
} from "../../audit/ledgers/decision-history.ts";
import type { Sql } from "../../audit/records.ts";
import { policyKept } from "../../deciding/without-policy.ts";
import { modes } from "../../domain/decision-details.ts";
import { provenances } from "../../domain/provenance.ts";
import { explain, explainUnruled } from "../../guardrails/explain/explain.ts";
import { shownFact } from "../../guardrails/fact-types.ts";
import { readsOf, type Policy } from "../../guardrails/policy.ts";
import { PastDecisionLine } from "../../guardrails/simulate/past-decision.ts";
import type { ApiEnv } from "./auth.ts";
import { pageEnd, pagesOf, placeOf, sinceParameter } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso, ok, Verdict, withToken } from "./route.ts";

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const Value = z.unknown().openapi({ description: "a value as a request brings it" });

/** A page of recorded decisions, as `policy simulate` replays them and writes them to a file, one per line. */
const DecisionHistory = z.object({ decisions: list(PastDecisionLine), ...pageEnd }).openapi("DecisionHistory");
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
  window: z.object({ from: z.string(), until: z.string(), days: z.int().optional() }).nullable(),
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

const FactRead = z.object({
  name: z.string(),
  shown: z.string(),
  from: z.enum(provenances).nullable().openapi({ description: "whose word it is; null where its policy does not say" }),
  usedBy: list(z.string()).openapi({ description: "rules whose condition reads it" }),
});

/** Why a decision came out as it did, and what would have given each other verdict. */
const ExplanationView = z
  .object({
    decisionId: z.string(),
    caseId: z.string(),
    at: Iso,
    policy: z.object({ id: z.string(), version: z.string() }),
    verdict: Verdict,
    sentence: z.string(),
    facts: list(FactRead).openapi({ description: "what was read, as the policy declares it" }),
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

const pages = pagesOf("decisions", ["time", "id"], { most: 1_000 });

/** Decisions of one case that a refusal names. */
const NAMED = 10;

const history = createRoute({
  method: "get",
  path: "/v1/decisions/history",
  summary: "Read a policy's decisions in the order they were taken, for replaying them under another",
  ...withToken,
  request: {
    query: z.object({
      policy: z.string().min(1).max(128).openapi({ description: "the policy's id" }),
      ...pages.parameters,
      since: sinceParameter("decided at or after this time"),
    }),
  },
  responses: {
    ...ok("A page of decisions", DecisionHistory),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const explanation = createRoute({
  method: "get",
  path: "/v1/decisions/{id}/explanation",
  summary: "Explain a decision, by its id, its escalation's, or that of a case with a single decision",
  ...withToken,
  request: { params: z.object({ id: z.string().max(512) }) },
  responses: {
    ...ok("Why it came out so", ExplanationView),
    ...problemResponses({
      400: "The case has several decisions",
      401: "No token of a known person",
      404: "No such decision",
    }),
  },
});

/** Past decisions. Goes before `/v1/decisions/{decisionId}`, which would take `history` for an id. */
export function historyApi({ sql, company }: { readonly sql: Sql; readonly company: string }) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(history, async (c) => {
      const { policy: policyId, since, limit, cursor: after, total } = c.req.valid("query");
      const asked = { company, policyId, since };
      const rows = await readDecisionHistory(sql, { ...asked, after, limit: limit + 1 });
      const { shown, next } = pages.cut(c, rows, limit, placeOf);
      const decisions = shown.map(({ place: _place, ...decision }) => decision);
      const page: DecisionHistory = { decisions, next, total: total ? await countDecisions(sql, asked) : null };
      return c.json(page, 200);
    })
    .openapi(explanation, async (c) => {
      const { id } = c.req.valid("param");
      const [found, ...others] = await decisionIdsNamed(sql, company, id, NAMED);
      if (found === undefined) return refuse(c, "not-found", `no decision, escalation or case \`${id}\``);
      if (others.length > 0) {
        return refuse(c, "validation", `\`${id}\` has several decisions: ${[found, ...others].join(", ")}`);
      }
      const taken = await readExplainable(sql, company, found);
      if (taken === undefined) return refuse(c, "not-found", `no decision \`${found}\``);
      return c.json(explained(taken), 200);
    });
}

/** A decision that was taken for want of a policy has a document that is none: then its reason is all there is. */
function explained(taken: ExplainableDecision): ExplanationView {
  const policy = policyKept(taken.document);
  return policy === undefined
    ? { ...explainUnruled(taken), facts: [] }
    : { ...explain(policy, taken), facts: factsRead(policy, taken) };
}

function factsRead({ facts: types, rules }: Policy, { facts }: ExplainableDecision): ExplanationView["facts"] {
  const readers = rules.map(({ id, when }) => ({ id, reads: new Set(readsOf(when).facts) }));
  return types.flatMap(({ name, from }) => {
    const shown = shownFact(types, name, facts[name]);
    if (shown === undefined) return [];
    const usedBy = readers.flatMap(({ id, reads }) => (reads.has(name) ? [id] : []));
    return [{ name, shown, from: from ?? null, usedBy }];
  });
}
