import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { rolesFor } from "../../domain/policy-release.ts";
import { changeMode } from "../../releases/change-mode.ts";
import type { ModeState } from "../../releases/modes.ts";
import type { ApiEnv } from "./auth.ts";
import { Iso, jsonBody, ok, withToken } from "./route.ts";
import { changeRefusals, Mode, refuseChange, signed, tellChange, type SignedChangeDeps } from "./signed-change.ts";
import { policyIdPattern } from "../../domain/policy-id.ts";

const SignedMode = z.strictObject({ ...signed, mode: Mode }).openapi("SignedMode");

export const ModeView = z
  .object({
    policy: z.string(),
    mode: Mode,
    person: z.string().nullable(),
    at: Iso.nullable(),
    waiting: z.object({ mode: Mode, person: z.string(), roles: z.array(z.string()) }).nullable(),
  })
  .openapi("AutonomyMode");
export type ModeView = z.infer<typeof ModeView>;

const setMode = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/modes/{policyId}",
  summary: "Lower a policy's autonomy mode at once, or raise it as one of two people",
  request: {
    params: z.object({ policyId: z.string().regex(policyIdPattern) }),
    body: jsonBody(SignedMode),
  },
  responses: { ...ok("Taken and durable", ModeView), ...changeRefusals },
});

/** How much agents may do alone under a policy. */
export function modesApi(deps: SignedChangeDeps) {
  return new OpenAPIHono<ApiEnv>().openapi(setMode, async (c) => {
    const policy = c.req.valid("param").policyId;
    const changed = await changeMode(deps, c.var.person, { ...c.req.valid("json"), policy });
    if (changed.kind === "refused") return refuseChange(c, deps, { policy }, changed);
    tellChange(c, deps, { policy, mode: changed.state.mode }, "autonomy mode changed");
    return c.json(modeView(policy, changed.state), 200);
  });
}

export function modeView(policy: string, { mode, set, pending }: ModeState): ModeView {
  const waiting = pending && { mode: pending.mode, person: pending.person, roles: [...rolesFor("approve")] };
  return { policy, mode, person: set?.person ?? null, at: set?.at ?? null, waiting };
}
