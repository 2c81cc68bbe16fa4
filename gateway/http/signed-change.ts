import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { modes } from "../../domain/decision-details.ts";
import type { ChangeDeps } from "../../releases/change.ts";
import type { Refused } from "../../releases/refusal.ts";
import type { ApiEnv } from "./auth.ts";
import { problemResponses, refuse } from "./problem.ts";
import { Iso } from "./route.ts";

/** What signed changes of releases and modes have in common. */

export type SignedChangeDeps = ChangeDeps & { readonly log: Logger };

export const Mode = z.enum(modes);

export const signed = {
  /** The place in the history that is signed for. */
  n: z.int().min(1),
  reason: z.string().trim().min(1, "a change needs a reason").max(1000),
  at: Iso,
  signature: z.string().regex(/^[A-Za-z0-9+/]{86}==$/, "expected an Ed25519 signature, base64"),
};

export const changeRefusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The role may not, the signature does not count, or one person is not enough",
  404: "No such release or policy",
  409: "What is in force has changed, or nothing waits",
  413: "The body is too large",
  422: "The release is not sound",
});

export function tellChange(c: Context<ApiEnv>, { log }: SignedChangeDeps, what: object, message: string): void {
  log.info({ component: "releases", personId: c.var.person.personId, ...what }, message);
}

export function refuseChange(c: Context<ApiEnv>, { log }: SignedChangeDeps, what: object, { code, detail }: Refused) {
  log.warn({ component: "releases", personId: c.var.person.personId, ...what, code }, "policy change refused");
  return refuse(c, code, detail);
}
