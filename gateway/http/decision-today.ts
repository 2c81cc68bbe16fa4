import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readHistoricDecision } from "../../audit/ledgers/decision-history.ts";
import type { Sql } from "../../audit/records.ts";
import { replayer } from "../../guardrails/simulate/replay.ts";
import type { ReleaseReader } from "../../releases/reader.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Hash } from "./release-id.ts";
import { Iso, ok, Verdict, withToken } from "./route.ts";

const Said = z.object({
  version: z.string().openapi({ description: "of the policy" }),
  verdict: Verdict.openapi({ description: "by rules, limits and compliance's word, before the mode asks people" }),
  rules: z.array(z.string()).openapi({ description: "those that match, and limits that are over" }),
});

const DecisionToday = z
  .object({
    decisionId: z.string(),
    caseId: z.string(),
    at: Iso,
    policy: z.string(),
    decided: Said,
    today: Said.extend({ release: Hash })
      .nullable()
      .openapi({ description: "null where it cannot be told; `why` says why" }),
    why: z.string().nullable(),
  })
  .openapi("DecisionToday");
export type DecisionToday = z.infer<typeof DecisionToday>;

const route = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/decisions/{decisionId}/today",
  summary: "Replay a decision under the policies in force: the same facts on the same day; nothing is decided",
  request: { params: z.object({ decisionId: z.string().max(128) }) },
  responses: {
    ...ok("The verdict then, and what it would be now", DecisionToday),
    ...problemResponses({ 401: "No token of a known person", 404: "No such decision" }),
  },
});

type Deps = { readonly sql: Sql; readonly company: string; readonly reader: ReleaseReader };

/** What a decision of the past would be under what is in force. */
export function decisionTodayApi({ sql, company, reader }: Deps) {
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const { decisionId } = c.req.valid("param");
    const past = await readHistoricDecision(sql, company, decisionId);
    if (past === undefined) return refuse(c, "not-found", `no decision \`${decisionId}\``);
    const { caseId, at, policy, byRules, rules } = past;
    const told = { decisionId, caseId, at, policy: policy.id };
    const decided = { version: policy.version, verdict: byRules, rules: [...rules] };
    const { inForce } = await reader.read();
    const now = inForce.kind === "sound" ? inForce.bundle.policies[policy.id] : undefined;
    if (inForce.kind !== "sound" || now === undefined) {
      return c.json({ ...told, decided, today: null, why: `no policy \`${policy.id}\` is in force` }, 200);
    }
    const replayed = replayer(now.policy)(past);
    if (replayed.kind === "unreplayable") return c.json({ ...told, decided, today: null, why: replayed.why }, 200);
    const over = replayed.caps.flatMap(({ id, over: reading }) => (reading === "over" ? [id] : []));
    const { release } = inForce.bundle;
    const today = { version: now.version, verdict: replayed.to, rules: [...replayed.rules, ...over], release };
    return c.json({ ...told, decided, today, why: null }, 200);
  });
}
