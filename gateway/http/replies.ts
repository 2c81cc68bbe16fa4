import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import { digestOf } from "../../audit/digest.ts";
import { giveReply, readToldReply, type ToldReply } from "../../audit/ledgers/reply-answers.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { GivenTime, IdempotencyKey, Iso, jsonBody, notYet, ok, saidAt, withToken } from "./route.ts";

const Correlation = z
  .string()
  .regex(/^[^\s\p{C}]{1,256}$/u, "expected a reference of up to 256 characters, no spaces")
  .openapi({ description: "the reference under which the case awaits it, such as an offer's id" });

const Came = z.enum(["early", "in-time", "late"]);

/** What the outside answers. */
const ReplyBody = z
  .strictObject({
    correlation: Correlation,
    answer: z
      .string()
      .regex(/^[a-z-]{1,32}$/, "expected a word such as `accepted` or `declined`: up to 32 of a-z and -"),
    evidence: z
      .string()
      .regex(/^[^\p{C}]{1,512}$/u, "expected up to 512 characters on one line")
      .optional()
      .openapi({ description: "where the proof of it is kept" }),
    reason: z.string().trim().min(1).max(1_000).optional().openapi({ description: "for the record, which seals it" }),
    at: GivenTime.optional().openapi({ description: "when it was said; now when absent" }),
  })
  .openapi("Reply");

const ReplyTaken = z
  .object({
    replyId: z.string(),
    correlation: z.string(),
    answer: z.string(),
    came: Came.openapi({ description: "`early`: no case waits for it yet. `late`: it is kept, and changes nothing" }),
    answeredAt: Iso,
  })
  .openapi("ReplyTaken");

const ReplyView = z
  .object({
    replyId: z.string(),
    correlation: z.string(),
    caseId: z.string().nullable(),
    /** `early`: answered before any case waits. */
    state: z.enum(["early", "waiting", "answered", "lapsed", "withdrawn"]),
    openedAt: Iso.nullable(),
    deadline: Iso.nullable(),
    given: z
      .object({
        answer: z.string(),
        came: Came,
        answeredAt: Iso,
        by: z.string().nullable(),
        evidence: z.string().nullable(),
        reason: z.string().nullable(),
      })
      .nullable()
      .openapi({ description: "the first answer, in time or not; what was erased of it is null" }),
  })
  .openapi("ReplyView");
export type ReplyView = z.infer<typeof ReplyView>;

const give = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/replies",
  summary: "Bring the outside's answer to the case that awaits it, however early or late",
  request: { headers: IdempotencyKey, body: jsonBody(ReplyBody) },
  responses: {
    ...ok("Kept; the same answer again has the same outcome", ReplyTaken),
    ...problemResponses({
      400: "A field is wrong, or the idempotency key is missing; `errors` points at it",
      401: "No token of a known person",
      409: "Another answer was given first, or the key was used for another request",
      413: "More than 256 KiB",
    }),
  },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/replies/{correlation}",
  summary: "Read what is awaited or was answered under a reference",
  request: { params: z.object({ correlation: Correlation }) },
  responses: {
    ...ok("What is known under it", ReplyView),
    ...problemResponses({
      400: "A parameter is wrong",
      401: "No token of a known person",
      404: "Nothing is known under it",
    }),
  },
});

type RepliesDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  /** Called when an answer came that was not known: its case can be woken. */
  readonly onReply: () => void;
  readonly log: Logger;
};

/** What the outside answers to those who wait. */
export function repliesApi({ pool, company, at: clock, onReply, log }: RepliesDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(give, async (c) => {
      const { correlation, answer, evidence, reason, at: said } = c.req.valid("json");
      const at = clock();
      const answeredAt = saidAt(said, at);
      if (answeredAt === undefined) return refuse(c, "validation", "a field is wrong", notYet);
      const { personId: by } = c.var.person;
      const requestKey = digestOf([by, c.req.valid("header")["idempotency-key"]]);
      const words = { ...(evidence !== undefined && { evidence }), ...(reason !== undefined && { reason }) };
      const named = { company, correlation, answer, by, requestKey, answeredAt, at };
      const outcome = await giveReply(pool, { ...named, ...words });
      if (outcome.kind === "key-reused") {
        return refuse(c, "idempotency-key-reused", "this Idempotency-Key was sent with another request");
      }
      if (outcome.kind === "answered-otherwise") {
        const { standing } = outcome;
        return refuse(c, "answered-otherwise", `\`${standing.answer}\` stands, of ${standing.answeredAt}`);
      }
      const { kind: _kind, fresh, replyId, ...taken } = outcome;
      if (fresh) onReply();
      log.info({ component: "replies", replyId, came: taken.came, fresh }, "a reply came");
      return c.json({ replyId, correlation, ...taken }, 200);
    })
    .openapi(show, async (c) => {
      const { correlation } = c.req.valid("param");
      const told = await readToldReply(pool, { company, correlation });
      if (told === undefined) return refuse(c, "not-found", `nothing is awaited or answered under \`${correlation}\``);
      return c.json(replyView(correlation, told), 200);
    });
}

function replyView(correlation: string, { replyId, reply, given }: ToldReply): ReplyView {
  const { caseId = null, state = "early", openedAt = null, deadline = null } = reply ?? {};
  const { answer, came, answeredAt, by = null, evidence = null, reason = null } = given ?? {};
  const isGiven = answer !== undefined && came !== undefined && answeredAt !== undefined;
  const shown = isGiven ? { answer, came, answeredAt, by, evidence, reason } : null;
  return { replyId, correlation, caseId, state, openedAt, deadline, given: shown };
}
