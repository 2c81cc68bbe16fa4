import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import type { Asker, PrivacyRefusal } from "../../proof/privacy/refusal.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";

/** What erasures, legal holds and retention have in common: who may, and what they are refused with. */

export const PRIVACY_ROLE = "ops-engineer";

export type PrivacyDeps = {
  readonly pool: LedgerPool;
  readonly company: string;
  readonly now: () => number;
  readonly log: Logger;
};

export const Reason = z.string().trim().min(1, "a reason is needed").max(1_000);

export const readRefusals = problemResponses({ 401: "No token of a known person", 403: "The role may not" });
export const changeRefusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The role may not, or it takes another person",
  404: "Nothing of that name",
  409: "A legal hold is on it, something of it is under way, or it was done before",
  413: "The body is too large",
});

export function askerOf(c: Context<ApiEnv>, { company, now }: PrivacyDeps): Asker {
  return { company, personId: c.var.person.personId, at: new Date(now()).toISOString() };
}

export function tell(c: Context<ApiEnv>, { log }: PrivacyDeps, what: object, message: string): void {
  log.info({ component: "privacy", personId: c.var.person.personId, ...what }, message);
}

export function refused(c: Context<ApiEnv>, { log }: PrivacyDeps, { code, detail }: PrivacyRefusal) {
  log.warn({ component: "privacy", personId: c.var.person.personId, code }, "refused");
  return refuse(c, code, detail);
}

/** What is wrong with a subject or scope that names nothing of the company. */
export function noSubject(pointer: string) {
  return [
    { pointer, detail: "expected `case:<company>:<function>:<object>` of this company, or `person:<person id>`" },
  ];
}
