import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { rejectCodes, rejectText } from "../../domain/reject-reasons.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { askedVersion, IfMatch, Iso, jsonBody, ok, withToken } from "./route.ts";

export const EscalationId = z.object({ escalationId: z.string().max(64) });

const VerdictBody = z
  .strictObject({
    actionDigest: z.string().regex(/^[0-9a-f]{64}$/, "expected the 64 hex digits that `escalations show` prints"),
    reason: z.string().trim().min(1, "a verdict needs a reason").max(1000),
  })
  .openapi("Verdict");

const RejectBody = VerdictBody.extend({
  code: z.enum(rejectCodes).optional().openapi({
    description: "why, from the short list; its words go before the reason in the record, and to who is told of it",
  }),
}).openapi("Rejection");

const VerdictTaken = z
  .object({
    escalationId: z.string(),
    approvalId: z.string(),
    verdict: z.enum(["approve", "reject"]),
    state: z.enum(["open", "info-requested", "committing", "approved", "rejected"]),
    /** How many more people must approve. */
    missing: z.int(),
    undoUntil: Iso.nullable().openapi({ description: "until when the approval may be undone; null where it counts" }),
  })
  .openapi("VerdictTaken");

function verdictRoute<const Path extends string, Body extends z.ZodType>(path: Path, body: Body, summary: string) {
  return createRoute({
    ...withToken,
    method: "post",
    path,
    summary,
    request: { params: EscalationId, headers: IfMatch, body: jsonBody(body) },
    responses: {
      ...ok("Taken and durable", VerdictTaken),
      ...problemResponses({
        400: "A field is wrong; `errors` points at it",
        401: "No token of a known person",
        404: "No such escalation",
        403: "The person may not answer this one",
        409: "Decided, moot, overdue, or not the action that was shown",
        412: "Another version than the one that If-Match names",
        413: "More than 256 KiB",
      }),
    },
  });
}

const approve = verdictRoute(
  "/v1/escalations/{escalationId}/approve",
  VerdictBody,
  "Approve exactly the action with this digest",
);
const reject = verdictRoute("/v1/escalations/{escalationId}/reject", RejectBody, "Reject it: nothing is done");

type VerdictDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601: verdicts and deadlines go by it. */
  readonly at: () => string;
  /** How long an approval may be undone before it counts. */
  readonly undoMs?: number | undefined;
  /** Called when a verdict was taken: its case can be woken. */
  readonly onVerdict: () => void;
  readonly log: Logger;
};

/** What people say to escalations. */
export function verdictsApi(deps: VerdictDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(approve, (c) => take(deps, c, { ...c.req.valid("param"), ...c.req.valid("json"), verdict: "approve" }))
    .openapi(reject, (c) => {
      const { code, reason, actionDigest } = c.req.valid("json");
      const given = { ...c.req.valid("param"), actionDigest, reason: rejectText(code, reason) };
      return take(deps, c, { ...given, verdict: "reject" });
    });
}

type Given = z.infer<typeof EscalationId> & z.infer<typeof VerdictBody> & { readonly verdict: "approve" | "reject" };

async function take({ pool, company, at, undoMs, onVerdict, log }: VerdictDeps, c: Context<ApiEnv>, given: Given) {
  const { escalationId, verdict } = given;
  const { personId, role } = c.var.person;
  const taken = await giveVerdict(pool, {
    ...given,
    company,
    personId,
    role,
    undoMs,
    at: at(),
    version: askedVersion(c),
  });
  const detail = { component: "escalations", escalationId, personId, verdict };
  if (taken.kind === "refused") {
    log.warn({ ...detail, code: taken.code }, "verdict refused");
    return refuse(c, taken.code, taken.detail);
  }
  const { approvalId, state, missing, undoUntil } = taken;
  if (missing === 0) onVerdict();
  log.info({ ...detail, approvalId, state }, "verdict taken");
  return c.json({ escalationId, approvalId, verdict, state, missing, undoUntil }, 200);
}
