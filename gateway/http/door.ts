import type { Context, Hono, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { LINK_PATH } from "./agreement-links.ts";
import type { ApiEnv } from "./auth.ts";
import { isKeepable } from "../../domain/json.ts";
import { parseJsonBody } from "./json-body.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { isBatchUpload } from "./patience.ts";
import { refuse } from "./problem.ts";
import { LOGIN_PATH } from "./session-cookie.ts";

/** Names under which a gateway is always reached from its own machine. */
const loopback: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/** Probes ask by address and are told nothing of use to another site; webhooks are signed for the URL that is ours. */
const byAnyName = /^\/(?:livez|readyz|webhooks\/.*)$/;

/** Every answer: no browser guesses its kind, and nobody keeps a copy. */
export const guardAnswers: MiddlewareHandler = async (c, next) => {
  await next();
  c.header("x-content-type-options", "nosniff");
  if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
};

/**
 * Answers only under our own names, so that no page of another site gets at us through a name that it points here.
 * `hosts`: beside the machine's own; `MANDATE_HOSTS` and `MANDATE_PUBLIC_URL` name them.
 */
export function guardHost(hosts: readonly string[]): MiddlewareHandler {
  const ours = new Set([...loopback, ...hosts.map((host) => host.toLowerCase())]);
  return async (c, next) => {
    const { hostname } = new URL(c.req.url);
    if (ours.has(hostname) || byAnyName.test(c.req.path)) return next();
    return refuse(c, "foreign-host", `\`${hostname}\` is no name of this gateway`);
  };
}

/** Text that the database cannot keep stands in no path and no query. */
export const guardText: MiddlewareHandler = async (c, next) => {
  const query = Object.entries(c.req.queries());
  const faults = [
    ...(isKeepable(c.req.path) ? [] : ["/path"]),
    ...query.filter(([name, values]) => ![name, ...values].every(isKeepable)).map(([name]) => `/${printable(name)}`),
  ];
  if (faults.length === 0) return next();
  return refuse(
    c,
    "validation",
    "a parameter cannot be read",
    faults.map((pointer) => ({ pointer, detail: "NUL" })),
  );
};

function printable(name: string): string {
  return name.replaceAll("\0", "\uFFFD").toWellFormed().slice(0, 64);
}

const tooLarge = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (c) => refuse(c, "too-large", "a body has at most 256 KiB"),
});

const json = /^application\/(?:[\w.-]+\+)?json$/;

/** The kind of a body as its sender says, without parameters; empty when that is nothing. */
function kindOf(c: Context): string {
  return c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
}

/** A body that says it is JSON, and can be read exactly as it is written; the handler reads it again. */
export const asJson: MiddlewareHandler = async (c, next) => {
  if (!json.test(kindOf(c))) return refuse(c, "not-json", `expected application/json, not \`${printable(kindOf(c))}\``);
  const body = parseJsonBody(new Uint8Array(await c.req.arrayBuffer()));
  if (body.kind === "refused") return refuse(c, body.code, body.detail, body.errors);
  return next();
};

const FORM = "application/x-www-form-urlencoded";

const asForm: MiddlewareHandler = async (c, next) => {
  if (kindOf(c) !== FORM) return refuse(c, "not-json", `expected ${FORM}, not \`${printable(kindOf(c))}\``);
  const body = new URLSearchParams(await c.req.text());
  if ([...body].flat().every(isKeepable)) return next();
  return refuse(c, "validation", "a field cannot be read", [{ pointer: "", detail: "NUL" }]);
};

/** The same limits for API bodies as for webhooks; the body is kept for the handler. */
export function guardBodies(app: Pick<Hono<ApiEnv>, "post" | "put">): void {
  app.post("/v1/*", unlessRelease(unlessBatch(tooLarge)), unlessRelease(unlessBatch(asJson)));
  app.post(LOGIN_PATH, tooLarge, asJson);
  app.put("/v1/calendar", tooLarge, asJson);
  app.post(LINK_PATH, tooLarge, asForm);
}

const releaseBehaviour = /^\/v1\/releases\/[^/]+\/behaviour$/;

/** A release that is asked about may be as large as one that is proposed: its route bounds it. */
function unlessRelease(handler: MiddlewareHandler): MiddlewareHandler {
  return (c, next) => (c.req.method === "POST" && releaseBehaviour.test(c.req.path) ? next() : handler(c, next));
}

/** A batch bounds its time and its body by itself. */
export function unlessBatch(handler: MiddlewareHandler): MiddlewareHandler {
  return (c, next) => (isBatchUpload(c.req.method, c.req.path) ? next() : handler(c, next));
}
