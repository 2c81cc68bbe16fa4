import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Logger } from "pino";
import type { ServiceDecision, ServiceStep } from "../../audit/ledgers/service-decisions.ts";
import { escalationIdOf } from "../../audit/record-keys.ts";
import type { Again } from "../../deciding/service-ask.ts";
import { STOPPED, type DecideService } from "../../deciding/service.ts";
import type { FactFault } from "../../deciding/asked-facts.ts";
import { isApproved, isStanding } from "../../domain/escalation.ts";
import { hasWholeNumbers, type JsonObject } from "../../domain/json.ts";
import { decidedInsteadAs } from "../../domain/outage.ts";
import { provenanceOf, provenances } from "../../domain/provenance.ts";
import { governedActions } from "../../functions/governed-actions.ts";
import type { ApiEnv } from "./auth.ts";
import { factSchemas, GivenFacts, GivenFields } from "./given-facts.ts";
import { pointerOf } from "./pointer.ts";
import type { Person } from "../../audit/ledgers/directory.ts";
import { problemResponses, refuse } from "./problem.ts";
import { IdempotencyKey, Iso, jsonBody, ok, Verdict, withToken } from "./route.ts";
import { policyIdPattern } from "../../domain/policy-id.ts";

/** A token of this role belongs to a system, which asks for other people. */
const SYSTEM_ROLE = "system";

/** Most faults that one refusal names. */
const MOST_FAULTS = 100;

const Text = z.string().trim().min(1).max(200);

const DecisionRequest = z
  .strictObject({
    policy: z.string().regex(policyIdPattern, "expected a policy's id"),
    facts: GivenFacts,
    fields: GivenFields.optional(),
    /** What the permit is for, in the caller's words. Absent: the policy's id, with the facts. */
    action: z
      .strictObject({
        name: Text,
        args: z
          .record(z.string(), z.unknown())
          .refine(hasWholeNumbers, "numbers must be whole; write a fraction as text"),
        /** The caller's own tool. Never one of ours: the permit lets the caller act, not us. */
        tool: Text.optional(),
      })
      .optional(),
    ref: Text.openapi({ description: "the caller's own id of the object" }),
    requestedBy: Text.optional().openapi({
      description:
        "who asks the caller for it; only a token of the role `system` may name somebody else than its owner",
    }),
  })
  .openapi("DecisionRequest");
export type DecisionRequest = z.infer<typeof DecisionRequest>;

const Limit = z.object({
  id: z.string(),
  window: z
    .object({
      from: Iso,
      until: Iso,
      days: z.int().optional().openapi({ description: "it rolls: what was posted after `from`, up to `until`" }),
    })
    .nullable(),
  used: z.int(),
  reserved: z.int(),
  asked: z.int(),
  cap: z.int(),
  admitted: z.boolean(),
  warned: z.boolean(),
});

/** A decision as it was answered, the same each time. `permit` is null when nothing may be done. */
export const DecisionAnswer = z
  .object({
    decisionId: z.string(),
    verdict: Verdict,
    reason: z.string(),
    rules: z.array(
      z.object({ id: z.string(), effect: Verdict, reason: z.string(), values: z.record(z.string(), z.unknown()) }),
    ),
    missing: z.array(z.string()),
    /** Who answers an escalation. */
    route: z
      .object({
        id: z.string(),
        quorum: z.int(),
        levels: z.array(z.object({ role: z.string(), slaMs: z.int() })),
        clock: z.literal("always").optional().openapi({ description: "deadlines run day and night" }),
        region: z.string().optional().openapi({ description: "whose working time they run in" }),
      })
      .nullable(),
    escalationId: z.string().nullable(),
    obligations: z.array(z.string()),
    limits: z.array(Limit),
    policy: z.object({ id: z.string(), version: z.string() }),
    release: z.string(),
    mode: z.enum(["off", "shadow", "assisted", "led"]),
    permit: z.object({ permitId: z.string(), actionDigest: z.string().regex(/^[0-9a-f]{64}$/) }).nullable(),
    /** Null for a request that was decided as it came. */
    again: z.enum(["permitted", "already-done", "waiting", "approved"]).nullable().openapi({
      description:
        "the same was asked before under another key: what was decided then stands, here is where, and it is counted once; what is done already has no permit",
    }),
    decidedAt: Iso,
  })
  .openapi("DecisionAnswer");
export type DecisionAnswer = z.infer<typeof DecisionAnswer>;

/** Where a request stands. `approved`: people said yes, and `regate` gives the permit. `withheld`: by the mode. */
export const DecisionStanding = z
  .object({
    state: z.enum([
      "permitted",
      "blocked",
      "withheld",
      "waiting",
      "approved",
      "rejected",
      "expired",
      "superseded",
      "withdrawn",
      "done",
      "failed",
      "unknown",
    ]),
    caseId: z.string(),
    ref: z.string(),
    action: z.object({ name: z.string(), args: z.record(z.string(), z.unknown()) }),
    requestedBy: z.string(),
    caller: z.string(),
    waitingFor: z.object({ escalationId: z.string(), role: z.string(), dueAt: Iso }).nullable(),
    takenBack: z
      .object({ escalationId: z.string(), reason: z.string() })
      .nullable()
      .openapi({ description: "the question that only an outage had asked of people, and why they are asked no more" }),
    /** What was decided on, and whose word each is: `derived` by code from what the caller gave and our own ledgers say, else the requester's. */
    facts: z.record(z.string(), z.object({ value: z.unknown(), from: z.enum(provenances) })),
    outcome: z.object({ externalRef: z.string().nullable(), detail: z.string().nullable() }).nullable(),
    /** The latest decision of the request, after people answered perhaps another one than was asked for. */
    decision: DecisionAnswer,
  })
  .openapi("DecisionStanding");
export type DecisionStanding = z.infer<typeof DecisionStanding>;

export const decided = ok("The decision, recorded", DecisionAnswer);

const decide = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/decisions",
  summary: "Decide a request under a policy, at once; a permit comes with what may be done",
  request: { headers: IdempotencyKey, body: jsonBody(DecisionRequest) },
  responses: {
    ...decided,
    ...problemResponses({
      422: "Facts or fields are wrong, or contradict each other; `errors` points at each, and nobody is asked",
      401: "No token of a known person",
      413: "More than 256 KiB",
      400: "A field is wrong, or the idempotency key is missing; `errors` points at it",
      403: "Only a system asks for somebody else",
      404: "No such policy is in force",
      409: "The key was used for another request, or the function is stopped",
      429: "The token opened as many questions as it may in an hour; ask again after `retry-after` seconds",
    }),
  },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/decisions/{decisionId}",
  summary: "Read where a request stands",
  request: { params: z.object({ decisionId: z.string().max(64) }) },
  responses: {
    ...ok("Where it stands", DecisionStanding),
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such decision" }),
  },
});

export type DecisionDeps = {
  readonly decisions: DecideService;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly log: Logger;
};

/** Decisions for other systems: asked for, and read. What comes of them is in permits.ts. */
export function decisionsApi({ decisions, at, log }: DecisionDeps) {
  const api = new OpenAPIHono<ApiEnv>();
  for (const [name, schema] of factSchemas()) api.openAPIRegistry.registerComponent("schemas", name, schema);
  return api
    .openapi(decide, async (c) => {
      const body = c.req.valid("json");
      const { personId: caller } = c.var.person;
      if (!mayAskFor(c.var.person, body.requestedBy)) {
        return refuse(c, "not-your-request", `\`${caller}\` is no system, and asks for itself only`);
      }
      if (body.action?.tool !== undefined && isOurTool(body.action.tool)) {
        const errors = [{ pointer: "/action/tool", detail: "name a tool of your own, or none" }];
        return refuse(c, "validation", `\`${body.action.tool}\` is a tool that only our own cases run`, errors);
      }
      const answered = await decisions.decide({
        ...askedFrom(body),
        caller,
        key: c.req.valid("header")["idempotency-key"],
        requestedBy: body.requestedBy ?? caller,
      });
      if (answered.kind === "key-reused") {
        return refuse(c, "idempotency-key-reused", "this Idempotency-Key was sent with another request");
      }
      if (answered.kind === "wrong-facts") {
        return refuse(c, "wrong-facts", "facts or fields cannot be decided on as they are", faultsIn(answered.faults));
      }
      if (answered.kind === "unknown-policy") return refuse(c, "not-found", `no policy \`${body.policy}\` is in force`);
      if (answered.kind === "asks-too-much") {
        c.header("retry-after", String(secondsUntil(answered.roomAt, at())));
        log.warn({ component: "decisions", caller }, "a token asks people too much");
        return refuse(c, "too-many-questions", `\`${caller}\` may open the next question at ${answered.roomAt}`);
      }
      if (answered.kind === "stopped") return refuse(c, "function-stopped", STOPPED);
      const { decision } = answered;
      log.info({ component: "decisions", caller, decisionId: decision.decisionId }, "decided");
      return c.json(answerView(decision, answered.again), 200);
    })
    .openapi(show, async (c) => {
      const { decisionId } = c.req.valid("param");
      const step = await decisions.read(decisionId);
      if (step === undefined) return refuse(c, "not-found", `no decision \`${decisionId}\``);
      return c.json(standingView(step), 200);
    });
}

/** Whole seconds, at least one. Both are ISO 8601. */
function secondsUntil(then: string, now: string): number {
  return Math.max(1, Math.ceil((Date.parse(then) - Date.parse(now)) / 1_000));
}

/** A person asks for themselves: else they could ask in another's name, and then approve it. */
function mayAskFor({ personId, role }: Person, requestedBy: string | undefined): boolean {
  return requestedBy === undefined || requestedBy === personId || role === SYSTEM_ROLE;
}

/** Whether a tool's name is one that our own cases run through a permit. */
function isOurTool(name: string): boolean {
  return Object.values(governedActions).some(({ tool }) => tool === name);
}

/** A pointer to each fault, at most so many. */
function faultsIn(faults: readonly FactFault[]) {
  return faults.slice(0, MOST_FAULTS).map(({ path, detail }) => ({ pointer: pointerOf(path), detail }));
}

function askedFrom({ policy, facts, fields, action, ref }: DecisionRequest) {
  const told = {
    policy,
    facts: facts as JsonObject,
    ...(fields !== undefined && { fields: fields as JsonObject }),
    ref,
  };
  if (action === undefined) return { ...told, action: null };
  const { name, tool } = action;
  const args = action.args as JsonObject;
  return { ...told, action: { name, args, ...(tool !== undefined && { tool }) } };
}

/** What was answered to one gate: nothing in it changes later. */
export function answerView(decision: ServiceDecision, again: Again | null = null): DecisionAnswer {
  const { decisionId, verdict, reason, rules, missing, route, permitId, actionDigest, decidedAt, details } = decision;
  const { obligations, limits, release, mode } = details;
  const isAsked = verdict === "escalate" && permitId === null && (mode === "assisted" || mode === "led");
  return {
    decisionId,
    verdict,
    reason,
    again,
    decidedAt,
    release,
    mode,
    rules: rules.map(({ id, effect, reason: why, values }) => ({ id, effect, reason: why, values: { ...values } })),
    missing: [...missing],
    route: route && { id: route.id, quorum: route.quorum, levels: route.levels.map((level) => ({ ...level })) },
    escalationId: isAsked ? escalationIdOf(decisionId) : null,
    obligations: [...obligations],
    limits: limits.map(({ account: _account, ...limit }) => limit),
    policy: { id: decision.policyId, version: decision.policyVersion },
    permit: permitId === null || again === "already-done" ? null : { permitId, actionDigest },
  };
}

/** Where a request stands in the ledgers. */
export function standingView(step: ServiceStep): DecisionStanding {
  const { caseId, args, effect } = step;
  const latest = step.decisions.at(-1) ?? step.decisions[0];
  const { escalation, requestedBy } = latest;
  const isOpen = escalation !== null && isStanding(escalation.state);
  return {
    state: stateOf(step, latest),
    caseId,
    ref: args.ref,
    requestedBy,
    caller: args.caller,
    action: { name: args.name, args: { ...args.args } },
    waitingFor: isOpen
      ? { escalationId: escalation.escalationId, role: escalation.role, dueAt: escalation.dueAt }
      : null,
    takenBack: takenBackIn(step),
    facts: factsView(latest),
    outcome: effect && { externalRef: effect.externalRef, detail: effect.detail },
    decision: answerView(latest),
  };
}

/** The newest of a request's questions that was decided without people. */
function takenBackIn({ decisions }: ServiceStep): DecisionStanding["takenBack"] {
  const [last] = decisions
    .flatMap(({ escalation }) => escalation ?? [])
    .filter(({ instead }) => instead !== null)
    .slice(-1);
  if (last === undefined || last.instead === null) return null;
  return { escalationId: last.escalationId, reason: decidedInsteadAs(last.instead) };
}

function factsView({ facts, details: { derived } }: ServiceDecision): DecisionStanding["facts"] {
  const told = Object.entries(facts).map(([name, value]) => {
    const from = provenanceOf(name, undefined, { asked: true, derived }) ?? "requester";
    return [name, { value, from }] as const;
  });
  return Object.fromEntries(told);
}

function stateOf({ effect }: ServiceStep, latest: ServiceDecision): DecisionStanding["state"] {
  if (effect !== null && effect.state !== "intent") return effect.state;
  if (latest.permitId !== null) return "permitted";
  if (latest.verdict === "block") return "blocked";
  if (latest.escalation === null) return "withheld";
  const { state } = latest.escalation;
  if (isStanding(state)) return "waiting";
  return isApproved(state) ? "approved" : state;
}
