import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { moveQuestion, type QuestionMove } from "../../audit/ledgers/escalation-moves.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { escalationStates, INFO_WAIT_MS, MOST_INFO_WAIT_MS } from "../../domain/escalation.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { askedVersion, GivenTime, IfMatch, jsonBody, ok, withToken } from "./route.ts";
import { EscalationId } from "./verdicts.ts";

const HOUR_MS = 3_600_000;
const words = (what: string) => z.string().trim().min(1, what).max(1_000);

const Moved = z
  .object({
    escalationId: z.string(),
    state: z.enum(escalationStates),
    version: z.int().openapi({ description: "what `If-Match` names next" }),
  })
  .openapi("EscalationMoved");

const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The person may not make this move",
  404: "No such escalation",
  409: "It does not stand where that may be done",
  412: "Another version than the one that If-Match names",
  413: "More than 256 KiB",
});

function moveRoute<const Move extends string, Body extends z.ZodType>(move: Move, body: Body, summary: string) {
  return createRoute({
    ...withToken,
    method: "post",
    path: `/v1/escalations/{escalationId}/${move}` as const,
    summary,
    request: { params: EscalationId, headers: IfMatch, body: jsonBody(body) },
    responses: { ...ok("Done and recorded", Moved), ...refusals },
  });
}

const AskBack = z
  .strictObject({
    question: words("asking back needs a question"),
    waitHours: z
      .int()
      .min(1)
      .max(MOST_INFO_WAIT_MS / HOUR_MS)
      .default(INFO_WAIT_MS / HOUR_MS)
      .openapi({ description: "how long its clock stands still at most; then it goes on without an answer" }),
  })
  .openapi("AskBack");

const ask = moveRoute("ask", AskBack, "Ask something back: its deadline stands still until that is answered");
const answer = moveRoute(
  "answer",
  z.strictObject({ answer: words("an answer needs words") }).openapi("AnswerBack"),
  "Say what was asked back: the question goes on",
);
const take = moveRoute("take", z.strictObject({}).openapi("TakeEscalation"), "Take it: others see that it is yours");
const delegate = moveRoute(
  "delegate",
  z
    .strictObject({ to: z.string().min(1).max(256), reason: words("handing on needs a reason") })
    .openapi("DelegateEscalation"),
  "Leave it to somebody else who may answer it",
);
const hold = moveRoute(
  "hold",
  z.strictObject({ until: GivenTime }).openapi("HoldEscalation"),
  "Put it off, not beyond its deadline",
);
const undo = moveRoute(
  "undo",
  z.strictObject({ reason: words("undoing needs a reason") }).openapi("UndoApproval"),
  "Take back your approval before it counts",
);
const withdraw = moveRoute(
  "withdraw",
  z.strictObject({ reason: words("withdrawing needs a reason") }).openapi("WithdrawEscalation"),
  "Take back a question that you asked",
);

type MoveDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  /** Called when a case may have to be woken. */
  readonly onMove: () => void;
  readonly log: Logger;
};

/** What people do to a question beside deciding it. */
export function escalationMovesApi(deps: MoveDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(ask, (c) => {
      const { question, waitHours } = c.req.valid("json");
      return made(deps, c, { move: "ask", words: question, waitMs: waitHours * HOUR_MS });
    })
    .openapi(answer, (c) => made(deps, c, { move: "answer", words: c.req.valid("json").answer }))
    .openapi(take, (c) => made(deps, c, { move: "take" }))
    .openapi(delegate, (c) => {
      const { to, reason } = c.req.valid("json");
      return made(deps, c, { move: "delegate", to, words: reason });
    })
    .openapi(hold, (c) => made(deps, c, { move: "hold", until: c.req.valid("json").until }))
    .openapi(undo, (c) => made(deps, c, { move: "undo", words: c.req.valid("json").reason }))
    .openapi(withdraw, (c) => made(deps, c, { move: "withdraw", words: c.req.valid("json").reason }));
}

async function made(
  { pool, company, at, onMove, log }: MoveDeps,
  c: Context<ApiEnv, "/:escalationId">,
  move: QuestionMove,
) {
  const { personId, role } = c.var.person;
  const escalationId = c.req.param("escalationId");
  const given = { company, escalationId, personId, role, at: at(), version: askedVersion(c) };
  const answered = await moveQuestion(pool, { ...given, ...move });
  const detail = { component: "escalations", escalationId, personId, move: move.move };
  if (answered.kind === "refused") {
    log.warn({ ...detail, code: answered.code }, "move refused");
    return refuse(c, answered.code, answered.detail);
  }
  const { state, version } = answered;
  onMove();
  log.info({ ...detail, state }, "question moved");
  return c.json({ escalationId, state, version }, 200);
}
