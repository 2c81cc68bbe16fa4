import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Logger } from "pino";
import { readRelease, registerSigner } from "../../../audit/ledgers/releases.ts";
import type { Ledger } from "../../../audit/records.ts";
import { SET_UP } from "../../../domain/policy-release.ts";
import { changeMode } from "../../../releases/change-mode.ts";
import { changeRelease, type AskedChange } from "../../../releases/change.ts";
import { createReleaseReader } from "../../../releases/reader.ts";
import type { Refused } from "../../../releases/refusal.ts";
import { isPublicKey } from "../../../releases/signature.ts";
import type { ApiEnv } from "../auth.ts";
import {
  ModeView,
  PolicyId,
  ReleaseChanged,
  ReleaseId,
  Releases,
  ReleaseView,
  SignedChange,
  SignedMode,
  SignedRelease,
  SigningKey,
} from "../contract/releases.ts";
import { parseJsonBody } from "../json-body.ts";
import { problemResponses, refuse } from "../problem.ts";
import { changedView, modeView, releasesView } from "../views/releases.ts";

/** The largest release: some ten thousand rules. */
const MAX_RELEASE_BYTES = 8_388_608;

const tag = { security: [{ personToken: [] }] };
const json = <T>(schema: T) => ({ "application/json": { schema } });
const refusals = problemResponses({
  400: "A field is wrong; `errors` points at it",
  401: "No token of a known person",
  403: "The role may not, the signature does not count, or one person is not enough",
  404: "No such release or policy",
  409: "What is in force has changed, or nothing waits",
  413: "The body is too large",
  422: "The release is not sound",
});

const list = createRoute({
  ...tag,
  method: "get",
  path: "/v1/releases",
  summary: "Read which policies are in force, what waits for a second person, and how it came to that",
  responses: {
    200: { description: "What is in force", content: json(Releases) },
    ...problemResponses({ 401: "No token of a known person" }),
  },
});

const show = createRoute({
  ...tag,
  method: "get",
  path: "/v1/releases/{release}",
  summary: "Read a release: its policies as canonical JSON, whose SHA-256 is its name",
  request: { params: ReleaseId },
  responses: {
    200: { description: "The release", content: json(ReleaseView) },
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such release" }),
  },
});

const apply = createRoute({
  ...tag,
  method: "put",
  path: "/v1/releases/{release}",
  summary: "Propose a release; what is proved to loosen nothing is in force at once",
  request: { params: ReleaseId, body: { required: true, content: json(SignedRelease) } },
  responses: { 200: { description: "Taken and durable", content: json(ReleaseChanged) }, ...refusals },
});

function changeRoute<const Path extends string>(path: Path, summary: string) {
  const request = { params: ReleaseId, body: { required: true, content: json(SignedChange) } };
  const taken = { 200: { description: "Taken and durable", content: json(ReleaseChanged) } };
  return createRoute({ ...tag, method: "post", path, summary, request, responses: { ...taken, ...refusals } });
}

const promote = changeRoute(
  "/v1/releases/{release}/promote",
  "Let a release pass as the second person, or a canary go on",
);
const rollback = changeRoute(
  "/v1/releases/{release}/rollback",
  "Take a release back: the one it follows is in force again",
);

const setMode = createRoute({
  ...tag,
  method: "post",
  path: "/v1/modes/{policyId}",
  summary: "Lower a policy's autonomy mode at once, or raise it as one of two people",
  request: { params: PolicyId, body: { required: true, content: json(SignedMode) } },
  responses: { 200: { description: "Taken and durable", content: json(ModeView) }, ...refusals },
});

const registerKey = createRoute({
  ...tag,
  method: "post",
  path: "/v1/signing-key",
  summary: "Register the public key that your changes are signed with; the first one stands",
  request: { body: { required: true, content: json(SigningKey) } },
  responses: { 200: { description: "The key that stands", content: json(SigningKey) }, ...refusals },
});

export type ReleaseDeps = {
  readonly sql: Ledger;
  readonly company: string;
  readonly now: () => number;
  readonly log: Logger;
};

/** Policy releases, autonomy modes and the keys that sign for them. Nothing here decides a request. */
export function mountReleases(app: OpenAPIHono<ApiEnv>, { sql, company, now, log }: ReleaseDeps): void {
  const reader = createReleaseReader({ sql, company });
  const deps = { sql, company, reader, now };
  guardReleases(app);

  app.openapi(list, async (c) => c.json(await releasesView(sql, company, await reader.read(), c.var.person), 200));

  app.openapi(show, async (c) => {
    const { release } = c.req.valid("param");
    const kept = await readRelease(sql, company, release);
    return kept === undefined ? refuse(c, "not-found", `no release \`${release}\``) : c.json(kept, 200);
  });

  const change = async (c: Context<ApiEnv>, asked: AskedChange) => {
    const changed = await changeRelease(deps, c.var.person, asked);
    const { action, release } = asked;
    if (changed.kind === "refused") return refuseChange(c, log, { action, release }, changed);
    const answer = changedView(release, changed);
    log.info({ ...about(c), action, release, state: answer.state }, "policy release changed");
    return c.json(answer, 200);
  };
  app.openapi(apply, (c) => change(c, { ...c.req.valid("param"), ...c.req.valid("json"), action: "apply" }));
  const plain = { document: null } as const;
  app.openapi(promote, (c) =>
    change(c, { ...c.req.valid("param"), ...c.req.valid("json"), ...plain, action: "promote" }),
  );
  app.openapi(rollback, (c) =>
    change(c, { ...c.req.valid("param"), ...c.req.valid("json"), ...plain, action: "rollback" }),
  );

  app.openapi(setMode, async (c) => {
    const policy = c.req.valid("param").policyId;
    const changed = await changeMode(deps, c.var.person, { ...c.req.valid("json"), policy });
    if (changed.kind === "refused") return refuseChange(c, log, { policy }, changed);
    log.info({ ...about(c), policy, mode: changed.state.mode }, "autonomy mode changed");
    return c.json(modeView(policy, changed.state), 200);
  });

  app.openapi(registerKey, async (c) => {
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

const noKey = { pointer: "/publicKey", detail: "expected an Ed25519 public key as SPKI, base64" };

/** A release may be larger than other bodies; it is read as strictly. */
function guardReleases(app: OpenAPIHono<ApiEnv>): void {
  const onError = (c: Context) => refuse(c, "too-large", "a release has at most 8 MiB");
  app.put("/v1/releases/*", bodyLimit({ maxSize: MAX_RELEASE_BYTES, onError }), async (c, next) => {
    const body = parseJsonBody(new Uint8Array(await c.req.arrayBuffer()));
    if (body.kind === "refused") return refuse(c, body.code, body.detail);
    return next();
  });
}

function about(c: Context<ApiEnv>) {
  return { component: "releases", personId: c.var.person.personId };
}

function refuseChange(c: Context<ApiEnv>, log: Logger, what: object, { code, detail }: Refused) {
  log.warn({ ...about(c), ...what, code }, "policy change refused");
  return refuse(c, code, detail);
}
