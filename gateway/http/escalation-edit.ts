import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import { editQuestion, previewEdit, type WrongArgs } from "../../deciding/edit.ts";
import type { StepDeps } from "../../deciding/step.ts";
import { escalationStates } from "../../domain/escalation.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ApiEnv } from "./auth.ts";
import { pointerOf } from "./pointer.ts";
import { problemResponses, refuse } from "./problem.ts";
import { askedVersion, IfMatch, jsonBody, ok, RuleView, ruleView, withToken } from "./route.ts";
import { EscalationId } from "./verdicts.ts";

const EditBody = z
  .strictObject({
    args: z
      .record(z.string().max(64), z.union([z.int(), z.string().max(4_000), z.boolean()]))
      .refine((args) => Object.keys(args).length > 0, "name at least one argument")
      .openapi({
        description:
          "values by argument, of those in the question's `editable`; amounts as `84000.00 USD`, in the currency of what is asked, or in minor units",
      }),
    reason: z.string().trim().min(1, "an edit needs a reason").max(1_000),
  })
  .openapi("EditEscalation");

const Edited = z
  .object({
    escalationId: z.string(),
    state: z.enum(escalationStates),
    version: z.int(),
    verdict: z.enum(["execute", "escalate"]).openapi({ description: "what the rules say of the values put there" }),
    counts: z.boolean().openapi({ description: "whether it lacks nobody's approval but yours, which this edit is" }),
    asks: z.array(z.string()).openapi({ description: "the roles that the rules have asked, from the first level on" }),
  })
  .openapi("EscalationEdited");

const edit = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/escalations/{escalationId}/edit",
  summary: "Put other values in place of what it asks: they go through the same rules, under their own question",
  request: { params: EscalationId, headers: IfMatch, body: jsonBody(EditBody) },
  responses: {
    ...ok("Taken, and decided next", Edited),
    ...problemResponses({
      400: "A field or an argument is wrong; `errors` points at it",
      401: "No token of a known person",
      403: "The person may not answer this one",
      404: "No such escalation",
      409: "The rules block it, nothing of it may be edited, or it does not stand where that may be done",
      412: "Another version than the one that If-Match names",
      413: "More than 256 KiB",
    }),
  },
});

const Weighed = z
  .object({
    verdict: z
      .enum(["execute", "escalate", "block"])
      .openapi({ description: "what the rules would say of these values" }),
    reason: z.string(),
    rules: z.array(RuleView),
    counts: z.boolean().openapi({ description: "whether the edit would lack nobody's approval but yours" }),
    asks: z.array(z.string()).openapi({ description: "the roles that would be asked, from the first level on" }),
  })
  .openapi("EditPreview");

const preview = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/escalations/{escalationId}/edit/preview",
  summary: "Ask what the rules say of other values, before they are put there; nothing is kept",
  request: {
    params: EscalationId,
    headers: IfMatch,
    body: jsonBody(EditBody.pick({ args: true }).openapi("EditToWeigh")),
  },
  responses: {
    ...ok("What they say", Weighed),
    ...problemResponses({
      400: "A field or an argument is wrong; `errors` points at it",
      401: "No token of a known person",
      403: "The person may not answer this one",
      404: "No such escalation",
      409: "Nothing of it may be edited, or it does not stand where that may be done",
      412: "Another version than the one that If-Match names",
      413: "More than 256 KiB",
    }),
  },
});

type EditDeps = StepDeps & {
  readonly company: string;
  /** How long an approval may be undone before it counts. */
  readonly undoMs: number;
  /** Called when a case may have to be woken. */
  readonly onMove: () => void;
  readonly log: Logger;
};

/** Answers with other values than were asked. */
export function escalationEditApi({ company, undoMs, onMove, log, ...deps }: EditDeps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(preview, async (c) => {
      const { escalationId } = c.req.valid("param");
      const { personId, role } = c.var.person;
      const mover = { company, escalationId, personId, role, at: deps.now(), version: askedVersion(c) };
      const weighed = await previewEdit(deps, { ...mover, args: c.req.valid("json").args as JsonObject });
      if (weighed.kind === "wrong") return refuse(c, "validation", "an argument is wrong", faultsIn(weighed));
      if (weighed.kind === "refused") return refuse(c, weighed.code, weighed.detail);
      const { verdict, reason, rules, counts, asks } = weighed;
      return c.json({ verdict, reason, rules: rules.map(ruleView), counts, asks: [...asks] }, 200);
    })
    .openapi(edit, async (c) => {
      const { escalationId } = c.req.valid("param");
      const { args, reason } = c.req.valid("json");
      const { personId, role } = c.var.person;
      const mover = { company, escalationId, personId, role, at: deps.now(), version: askedVersion(c) };
      const edited = await editQuestion(deps, { ...mover, args: args as JsonObject, reason, undoMs });
      const detail = { component: "escalations", escalationId, personId, move: "edit" };
      if (edited.kind === "wrong") return refuse(c, "validation", "an argument is wrong", faultsIn(edited));
      if (edited.kind === "refused") {
        log.warn({ ...detail, code: edited.code }, "edit refused");
        return refuse(c, edited.code, edited.detail);
      }
      onMove();
      const { state, version, verdict, counts, asks } = edited;
      log.info({ ...detail, verdict, counts }, "question edited");
      return c.json({ escalationId, state, version, verdict, counts, asks: [...asks] }, 200);
    });
}

function faultsIn({ issues }: WrongArgs) {
  return issues.map(({ path, message }) => ({ pointer: pointerOf(["args", ...path]), detail: message }));
}
