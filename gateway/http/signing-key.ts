import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { registerSigner } from "../../audit/ledgers/releases.ts";
import { SET_UP } from "../../domain/policy-release.ts";
import type { ChangeDeps } from "../../releases/change.ts";
import { isPublicKey } from "../../releases/signature.ts";
import type { ApiEnv } from "./auth.ts";
import { refuse } from "./problem.ts";
import { jsonBody, ok, withToken } from "./route.ts";
import { changeRefusals } from "./signed-change.ts";

const SigningKey = z
  .strictObject({ publicKey: z.string().max(100).openapi({ description: "Ed25519, SPKI, base64" }) })
  .openapi("SigningKey");

const register = createRoute({
  ...withToken,
  method: "post",
  path: "/v1/signing-key",
  summary: "Register the public key that your changes are signed with; the first one stands",
  request: { body: jsonBody(SigningKey) },
  responses: { ...ok("The key that stands", SigningKey), ...changeRefusals },
});

const noKey = { pointer: "/publicKey", detail: "expected an Ed25519 public key as SPKI, base64" };

/** Whose signature counts: a person's first key stands for ever. */
export function signingKeyApi({ sql, company, now }: Omit<ChangeDeps, "reader">) {
  return new OpenAPIHono<ApiEnv>().openapi(register, async (c) => {
    const { publicKey } = c.req.valid("json");
    const { personId: person } = c.var.person;
    if (person === SET_UP) return refuse(c, "wrong-role", "the set-up's key is made by the installation");
    if (!isPublicKey(publicKey)) return refuse(c, "validation", "a field is wrong", [noKey]);
    const at = new Date(now()).toISOString();
    const stands = await registerSigner(sql, { company, person, publicKey, at });
    if (stands !== publicKey) return refuse(c, "key-registered", `another key of \`${person}\` is registered`);
    return c.json({ publicKey }, 200);
  });
}
