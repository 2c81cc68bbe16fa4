import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import { readStatus, type Status, type StatusDeps } from "../status/read-status.ts";
import type { ApiEnv } from "./auth.ts";
import { BudgetLine } from "./controls.ts";
import { problemResponses } from "./problem.ts";
import { Iso, ok, withToken } from "./route.ts";

const StalledCase = z
  .object({
    caseId: z.string(),
    kind: z.enum(["activity", "workflow-task", "ledger", "no-worker"]).openapi({
      description:
        "a call to a model or an outside system fails; the case's own code fails; its work in the database does not succeed; nobody takes it up",
    }),
    activity: z.string().nullable(),
    attempts: z.int().nullable(),
    forMs: z.int().nullable(),
    failure: z.string().nullable(),
  })
  .openapi("StalledCase");

/** `Status` of status/read-status.ts. */
const StatusView = z
  .object({
    at: Iso,
    cases: z
      .object({
        open: z.int(),
        lookedAt: z.int().openapi({ description: "of the open ones, in the time there was" }),
        stalled: z.int(),
        stalledCases: z.array(StalledCase).readonly().openapi({ description: "the first hundred" }),
      })
      .nullable()
      .openapi({ description: "null when the durable engine does not answer" }),
    questions: z.object({
      open: z.int(),
      overdue: z.int(),
      oldest: z
        .object({ escalationId: z.string(), caseId: z.string(), role: z.string(), openedAt: Iso, dueAt: Iso })
        .nullable(),
      outOfReach: z.int().openapi({ description: "open ones that nobody, or not enough people, can let pass" }),
      wantedRoles: z.array(z.string()).readonly().openapi({
        description: "roles that the longest asked of those waits for, from its level up",
      }),
    }),
    replies: z.object({
      waiting: z.int(),
      overdue: z.int().openapi({ description: "past their deadline and not lapsed: their case does not run" }),
      next: z.object({ correlation: z.string(), caseId: z.string(), openedAt: Iso, deadline: Iso }).nullable(),
    }),
    agreements: z
      .object({
        open: z.int(),
        ours: z.int().openapi({ description: "asked, and nothing said by this company yet" }),
        overdue: z.int().openapi({ description: "past their time and still asked: their case does not run" }),
        next: z.object({ agreementId: z.string(), caseId: z.string(), expiresAt: Iso }).nullable(),
      })
      .openapi({ description: "what companies are to agree to, or act on by now" }),
    events: z.object({
      unfinished: z.int(),
      oldest: z
        .object({
          eventId: z.string(),
          caseId: z.string(),
          state: z.enum(["pending", "dispatched"]),
          receivedAt: Iso,
        })
        .nullable(),
    }),
    ends: z
      .object({
        untold: z.int().openapi({
          description:
            "events of 30 days whose ask did not come about, and of which nobody could be told on the record",
        }),
        broken: z.int().nullable().openapi({
          description: "events of 30 days whose case failed or was terminated; null when the engine does not answer",
        }),
        named: z
          .array(
            z.object({
              caseId: z.string(),
              eventId: z.string(),
              how: z.enum(["untold", "broken"]),
              endedAt: Iso,
            }),
          )
          .readonly()
          .openapi({ description: "the newest hundred of each" }),
      })
      .openapi({ description: "what ended in silence and was not taken up since" }),
    bounds: z
      .object({
        standing: z
          .array(z.object({ name: z.string(), cap: z.int(), person: z.string(), reason: z.string(), at: Iso }))
          .readonly()
          .openapi({ description: "switches that are on, and agents' modes below `led`" }),
        waiting: z.int().openapi({ description: "controls that a second person has to agree to" }),
        spent: z.array(BudgetLine).readonly().openapi({
          description: "budgets of today with less than a tenth of their cap left",
        }),
      })
      .openapi({ description: "what keeps agents from working as their policies alone would let them" }),
    quarantine: z.object({
      held: z
        .int()
        .openapi({ description: "events that came, could not be taken, and wait to be replayed or dropped" }),
      oldestAt: Iso.nullable(),
      late: z
        .int()
        .openapi({ description: "events of the last seven days that changed nothing: a newer one came first" }),
    }),
  })
  .openapi("Status") satisfies z.ZodType<Status>;
export type StatusView = z.infer<typeof StatusView>;

const route = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/status",
  summary: "Tell what is stalled, which question is oldest, and which event is unfinished longest",
  responses: { ...ok("What is under way", StatusView), ...problemResponses({ 401: "No token of a known person" }) },
});

/** `at`: the company's clock, ISO 8601: by it a question is past due. */
type Deps = Pick<StatusDeps, "sql" | "company" | "openCases"> & { readonly at: () => string; readonly log: Logger };

/** What is under way, and what of it needs somebody. */
export function statusApi({ sql, company, openCases, at, log }: Deps) {
  const onFault = (err: unknown) => log.warn({ component: "status", err }, "durable engine not asked");
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    return c.json(await readStatus({ sql, company, openCases, onFault, at: at() }), 200);
  });
}
