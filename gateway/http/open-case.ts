import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import type { Ledger } from "../../audit/records.ts";
import type { FunctionDefinition, FunctionTable } from "../../functions/definition.ts";
import type { EventDoor } from "../inbox/accept.ts";
import { askForCase } from "../inbox/ask.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { IdempotencyKey, json, jsonBody, ObjectName, withToken } from "./route.ts";

/** What is to be decided now. */
const CaseRequest = z
  .strictObject({
    function: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "expected a function's id"),
    object: ObjectName,
    reason: z.string().trim().min(1).max(1_000).optional().openapi({ description: "for the record, which seals it" }),
  })
  .openapi("CaseRequest");
type CaseRequest = z.infer<typeof CaseRequest>;

/** The case that hears of it, and the event it hears. */
const CaseAsked = z
  .object({ eventId: z.string(), caseId: z.string(), state: z.enum(["accepted"]) })
  .openapi("CaseAsked");
export type CaseAsked = z.infer<typeof CaseAsked>;

const route = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/cases",
  summary: "Ask a function to decide about an object now: its case is opened, or told when it runs",
  request: {
    headers: IdempotencyKey,
    body: jsonBody(CaseRequest),
  },
  responses: {
    202: { description: "Durable; its case hears of it", content: json(CaseAsked) },
    ...problemResponses({
      400: "A field is wrong, or the idempotency key is missing; `errors` points at it",
      401: "No token of a known person",
      404: "No such function",
      409: "The key was used for another request",
      413: "More than 256 KiB",
      422: "The function is not asked for, or is about another kind of object; `errors` points at it",
    }),
  },
});

type OpenCaseDeps = EventDoor & {
  readonly sql: Ledger;
  readonly company: string;
  readonly functions: FunctionTable;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly log: Logger;
};

/** A person or a system asks for a case by name. */
export function openCaseApi(deps: OpenCaseDeps) {
  const { company, functions, onAccepted, at, log } = deps;
  return new OpenAPIHono<ApiEnv>().openapi(route, async (c) => {
    const { function: functionId, object, reason } = c.req.valid("json");
    const definition = Object.hasOwn(functions, functionId) ? functions[functionId] : undefined;
    if (definition === undefined) {
      return refuse(c, "not-found", `no function \`${functionId}\`; there are: ${Object.keys(functions).join(", ")}`);
    }
    if (!isAskedFor(definition)) {
      return refuse(c, "not-asked-for", `\`${functionId}\` is not asked for; ${whoIs(functions)}`);
    }
    const errors = mismatches(definition, object);
    if (errors.length > 0)
      return refuse(c, "wrong-subject", `\`${functionId}\` is about another kind of object`, errors);
    const key = c.req.valid("header")["idempotency-key"];
    const { personId } = c.var.person;
    const asked = await askForCase(deps, { company, personId, key, functionId, object, reason, at: at() });
    if (asked.kind === "key-reused") {
      return refuse(c, "idempotency-key-reused", "this Idempotency-Key was sent with another request");
    }
    const { eventId, caseId, fresh } = asked;
    if (fresh) onAccepted();
    log.info({ component: "cases", caseId, eventId, fresh }, "a case was asked for");
    return c.json({ eventId, caseId, state: "accepted" as const }, 202);
  });
}

function isAskedFor({ triggers }: FunctionDefinition): boolean {
  return triggers.some(({ kind }) => kind === "asked");
}

function whoIs(functions: FunctionTable): string {
  const asked = Object.values(functions).filter(isAskedFor);
  return asked.length === 0 ? "none here is" : `these are: ${asked.map(({ id }) => id).join(", ")}`;
}

function mismatches({ subject }: FunctionDefinition, object: CaseRequest["object"]) {
  return (["system", "type"] as const)
    .filter((name) => object[name] !== subject[name])
    .map((name) => ({ pointer: `/object/${name}`, detail: `expected \`${subject[name]}\`` }));
}
