import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { endRetention } from "../../../proof/privacy/end-retention.ts";
import { askErasure, confirmErasure, readAskedErasures } from "../../../proof/privacy/erasure.ts";
import { readHolds, releaseHold, setHold } from "../../../proof/privacy/holds.ts";
import type { Asker, PrivacyRefusal } from "../../../proof/privacy/refusal.ts";
import { readRetention, setRetention } from "../../../proof/privacy/retention.ts";
import { readScope, readSubject } from "../../../proof/privacy/scope.ts";
import type { LedgerPool } from "../../../audit/records.ts";
import type { ApiEnv } from "../auth.ts";
import {
  AskErasure,
  Confirmation,
  ErasureAsked,
  ErasureDone,
  ErasureId,
  ErasureList,
  HoldId,
  HoldList,
  HoldView,
  ReleaseHold,
  RetentionBatchView,
  RetentionList,
  RetentionView,
  RunRetention,
  SetHold,
  SetRetention,
} from "../contract/privacy.ts";
import { problemResponses, refuse } from "../problem.ts";

/** Who may read and change what is kept and what is erased. */
const ROLE = "ops-engineer";

const tag = { security: [{ personToken: [] }] };
const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });
const readRefusals = problemResponses({ 401: "No token of a known person", 403: "The role may not" });
const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The role may not, or it takes another person",
  404: "Nothing of that name",
  409: "A legal hold is on it, something of it is under way, or it was done before",
  413: "The body is too large",
});

function reading<const Path extends string, T extends z.ZodType>(path: Path, summary: string, schema: T) {
  const ok = { 200: { description: "What there is", content: json(schema) } };
  return createRoute({ ...tag, method: "get", path, summary, responses: { ...ok, ...readRefusals } });
}

const done = <T extends z.ZodType>(schema: T) => ({
  200: { description: "Taken and durable", content: json(schema) },
  ...refusals,
});
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: json(schema) });

const erasures = reading("/v1/erasures", "List erasures that wait for a second person", ErasureList);
const ask = createRoute({
  ...tag,
  method: "post",
  path: "/v1/erasures",
  summary: "Ask to erase a case or a person; another person confirms it",
  request: { body: body(AskErasure) },
  responses: done(ErasureAsked),
});
const confirm = createRoute({
  ...tag,
  method: "post",
  path: "/v1/erasures/{erasureId}/confirm",
  summary: "Carry an erasure out, as the second person: the key is destroyed and the ledgers are overwritten",
  request: { params: ErasureId, body: body(Confirmation) },
  responses: done(ErasureDone),
});

const holds = reading("/v1/holds", "List legal holds, standing ones first", HoldList);
const set = createRoute({
  ...tag,
  method: "post",
  path: "/v1/holds",
  summary: "Set a legal hold on a case, a person or the whole company: nothing of it is erased",
  request: { body: body(SetHold) },
  responses: done(HoldView),
});
const release = createRoute({
  ...tag,
  method: "post",
  path: "/v1/holds/{holdId}/release",
  summary: "Release a legal hold",
  request: { params: HoldId, body: body(ReleaseHold) },
  responses: done(HoldView),
});

const retention = reading("/v1/retention", "Read how long each log's cases stay readable", RetentionList);
const keep = createRoute({
  ...tag,
  method: "post",
  path: "/v1/retention",
  summary: "Set how long a log's cases stay readable; a shorter time takes two people",
  request: { body: body(SetRetention) },
  responses: done(RetentionView),
});
const end = createRoute({
  ...tag,
  method: "post",
  path: "/v1/retention/run",
  summary: "Erase a batch of cases that were kept long enough, or say which they would be",
  request: { body: body(RunRetention) },
  responses: done(RetentionBatchView),
});

export type PrivacyDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly now: () => number;
  readonly log: Logger;
};

/** Erasures, legal holds and retention. Every route needs an ops engineer. */
export function mountPrivacy(app: OpenAPIHono<ApiEnv>, deps: PrivacyDeps): void {
  guardRole(app);
  mountErasures(app, deps);
  mountHolds(app, deps);
  mountRetention(app, deps);
}

function askerOf(c: Context<ApiEnv>, { company, now }: PrivacyDeps): Asker {
  return { company, personId: c.var.person.personId, at: new Date(now()).toISOString() };
}

function tell(c: Context<ApiEnv>, { log }: PrivacyDeps, what: object, message: string): void {
  log.info({ component: "privacy", personId: c.var.person.personId, ...what }, message);
}

function refused(c: Context<ApiEnv>, { log }: PrivacyDeps, { code, detail }: PrivacyRefusal) {
  log.warn({ component: "privacy", personId: c.var.person.personId, code }, "refused");
  return refuse(c, code, detail);
}

function mountErasures(app: OpenAPIHono<ApiEnv>, deps: PrivacyDeps): void {
  const { pool, company } = deps;
  app.openapi(erasures, async (c) => c.json({ erasures: await readAskedErasures(pool, company) }, 200));
  app.openapi(ask, async (c) => {
    const { subject: given, ...rest } = c.req.valid("json");
    const subject = readSubject(company, given);
    if (subject === undefined) return refuse(c, "validation", "a field is wrong", [noSubject("/subject")]);
    const asked = await askErasure(pool, askerOf(c, deps), { ...rest, subject });
    if (asked.kind === "refused") return refused(c, deps, asked);
    const { erasure, records, signatures } = asked;
    tell(c, deps, { erasureId: erasure.erasureId }, "erasure asked for");
    return c.json({ ...erasure, records, signatures }, 200);
  });
  app.openapi(confirm, async (c) => {
    const erased = await confirmErasure(pool, askerOf(c, deps), c.req.valid("param").erasureId);
    if (erased.kind === "refused") return refused(c, deps, erased);
    const { kind: _kind, ...view } = erased;
    tell(c, deps, view, "erased");
    return c.json(view, 200);
  });
}

function mountHolds(app: OpenAPIHono<ApiEnv>, deps: PrivacyDeps): void {
  const { pool, company } = deps;
  app.openapi(holds, async (c) => c.json({ holds: await readHolds(pool, company) }, 200));
  app.openapi(set, async (c) => {
    const { scope: given, reason } = c.req.valid("json");
    const scope = readScope(company, given);
    if (scope === undefined) return refuse(c, "validation", "a field is wrong", [noSubject("/scope")]);
    const hold = await setHold(pool, askerOf(c, deps), { scope, reason });
    if ("kind" in hold) return refused(c, deps, hold);
    tell(c, deps, { holdId: hold.holdId }, "legal hold set");
    return c.json(hold, 200);
  });
  app.openapi(release, async (c) => {
    const { holdId } = c.req.valid("param");
    const hold = await releaseHold(pool, askerOf(c, deps), { holdId, ...c.req.valid("json") });
    if ("kind" in hold) return refused(c, deps, hold);
    tell(c, deps, { holdId }, "legal hold released");
    return c.json(hold, 200);
  });
}

function mountRetention(app: OpenAPIHono<ApiEnv>, deps: PrivacyDeps): void {
  const { pool, company } = deps;
  app.openapi(retention, async (c) => c.json({ logs: await readRetention(pool, company) }, 200));
  app.openapi(keep, async (c) => {
    const { log: name = company, days } = c.req.valid("json");
    if (name !== company && !name.startsWith(`${company}~`)) return refuse(c, "not-found", `no log \`${name}\``);
    const setting = await setRetention(pool, askerOf(c, deps), { log: name, days });
    tell(c, deps, setting, "retention set");
    return c.json(setting, 200);
  });
  app.openapi(end, async (c) => {
    const { dryRun, after = "" } = c.req.valid("json");
    const batch = await endRetention(pool, askerOf(c, deps), { dryRun, after });
    const counts = { erased: batch.erased.length, skipped: batch.skipped.length };
    tell(c, deps, { dryRun, ...counts }, "retention ended");
    return c.json({ ...batch, erased: [...batch.erased], skipped: [...batch.skipped] }, 200);
  });
}

function noSubject(pointer: string) {
  return { pointer, detail: "expected `case:<company>:<function>:<object>` of this company, or `person:<person id>`" };
}

function guardRole(app: OpenAPIHono<ApiEnv>): void {
  for (const path of ["/v1/erasures", "/v1/holds", "/v1/retention"]) {
    for (const covered of [path, `${path}/*`]) {
      app.use(covered, async (c, next) => {
        const { role } = c.var.person;
        return role === ROLE ? next() : refuse(c, "wrong-role", `needs ${ROLE}, not ${role}`);
      });
    }
  }
}
