import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { timeout } from "hono/timeout";
import type { UnionToIntersection } from "hono/utils/types";
import type { Logger } from "pino";
import type { LedgerPool } from "../../audit/records.ts";
import { functions as shipped } from "../../functions/index.ts";
import type { DecideService } from "../../deciding/service.ts";
import type { BundleKeys } from "../../proof/export/keys.ts";
import { createReleaseReader } from "../../releases/reader.ts";
import type { StatusDeps } from "../status/read-status.ts";
import { mountWebhooks, type WebhookDeps } from "../webhooks/hubspot/route.ts";
import { agreementsApi } from "./agreements.ts";
import { agreementLinksApi, LINK_PATH } from "./agreement-links.ts";
import { agreementWordsApi } from "./agreement-words.ts";
import { auditBundleApi } from "./audit-bundle.ts";
import { requirePerson, type ApiEnv } from "./auth.ts";
import { batchUploadApi } from "./batch-upload.ts";
import { batchesApi } from "./batches.ts";
import { casesApi } from "./cases.ts";
import { decisionsApi } from "./decisions.ts";
import { erasuresApi } from "./erasures.ts";
import { escalationsApi } from "./escalations.ts";
import { eventsApi } from "./events.ts";
import { healthApi, type Checks } from "./health.ts";
import { historyApi } from "./history.ts";
import { holdsApi } from "./holds.ts";
import { parseJsonBody } from "./json-body.ts";
import { MAX_BODY_BYTES, REQUEST_TIMEOUT_MS } from "./limits.ts";
import { modesApi } from "./modes.ts";
import { openCaseApi } from "./open-case.ts";
import { isBatchUpload } from "./patience.ts";
import { permitsApi } from "./permits.ts";
import { fieldErrors, refuse } from "./problem.ts";
import { releasesApi } from "./releases.ts";
import { repliesApi } from "./replies.ts";
import { retentionApi } from "./retention.ts";
import { rolloutApi } from "./rollout.ts";
import { sandboxApi, type SandboxDeps } from "./sandbox.ts";
import { signingKeyApi } from "./signing-key.ts";
import { statusApi } from "./status.ts";
import { tellEventApi } from "./tell-event.ts";
import { verdictsApi } from "./verdicts.ts";

export type ApiDeps = Omit<WebhookDeps, "log" | "company"> & {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly onVerdict: () => void;
  readonly onReply: () => void;
  readonly onWord: () => void;
  /** What links are signed with; without it there are none. */
  readonly linkKey?: Uint8Array | undefined;
  /** Where people reach this gateway, without a path. */
  readonly baseUrl: () => string;
  readonly onBatch: () => void;
  readonly decisions: DecideService;
  readonly checks: Checks;
  /** Asks the durable engine; rejects when it does not answer. */
  readonly openCases: StatusDeps["openCases"];
  /** What exported records are checked with; without them nothing is exported. */
  readonly bundleKeys?: BundleKeys | undefined;
  readonly sandbox?: SandboxDeps["sandbox"];
  readonly log: Logger;
};

const about = {
  openapi: "3.1.0",
  info: {
    title: "Mandate",
    version: "1",
    description: "Events in, decisions and escalations out. Errors are RFC 9457 problems with a stable `code`.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
};

/** The HTTP API as one app: it can be asked without a socket. Every route but the probes and webhooks needs a person. */
export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { pool, company, log } = deps;
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : refuse(c, "validation", "a field is wrong", fieldErrors(result.error)),
  });
  declareSecurity(app);
  app.use("*", unlessBatch(timeout(REQUEST_TIMEOUT_MS)));
  app.use("*", requirePerson(pool, company));
  guardBodies(app);
  answerFaults(app, log);
  app.route("/", healthApi(deps.checks));
  mountWebhooks(app, deps);
  app.get("/openapi.json", (c) => c.json(documentOf(app)));
  const subjects: readonly OpenAPIHono<ApiEnv>[] = subjectsOf(deps, (path, init) => app.request(path, init));
  for (const subject of subjects) app.route("/", subject);
  return app;
}

/** What the API is about, in the order of its document. `history` goes before `decisions`, which would take it for an id. */
function subjectsOf(deps: ApiDeps, ask: SandboxDeps["ask"]) {
  const { pool, company, now, log, functions = shipped } = deps;
  const own = { sql: pool, company };
  const privacy = { pool, company, now, log };
  const changes = { ...own, reader: createReleaseReader(own), now, log };
  return [
    eventsApi({ ...own, functions }),
    tellEventApi({ ...deps, sql: pool, functions }),
    casesApi(own),
    openCaseApi({ ...deps, sql: pool, functions }),
    batchesApi(own),
    batchUploadApi({ ...deps, functions }),
    escalationsApi(own),
    repliesApi(deps),
    agreementsApi(deps),
    agreementWordsApi(deps),
    agreementLinksApi(deps),
    verdictsApi({ pool, company, at: deps.at, onVerdict: deps.onVerdict, log }),
    releasesApi(changes),
    modesApi(changes),
    signingKeyApi(changes),
    erasuresApi(privacy),
    holdsApi(privacy),
    retentionApi(privacy),
    historyApi(own),
    decisionsApi(deps),
    permitsApi(deps),
    auditBundleApi({ pool, company, keys: deps.bundleKeys, now, log }),
    rolloutApi({ ...own, now }),
    sandboxApi({ ...deps, ask }),
    statusApi({ ...own, openCases: deps.openCases, at: deps.at, log }),
  ] as const;
}

type Subject = ReturnType<typeof subjectsOf>[number];

type RoutesOf<App> = App extends OpenAPIHono<ApiEnv, infer Routes> ? Routes : never;

/**
 * The API's routes as a type: the command line's client is made of it. They are read off each subject's app by itself,
 * because chained through `.route` they cost the type checker four times as much.
 */
export type Api = Hono<ApiEnv, UnionToIntersection<RoutesOf<Subject>>>;

function answerFaults(app: OpenAPIHono<ApiEnv>, log: Logger): void {
  app.notFound((c) => refuse(c, "not-found", `no \`${c.req.method} ${c.req.path}\``));
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.status === 504) return refuse(c, "timed-out", "no answer within 10 s");
    if (error instanceof HTTPException && error.status === 400) return refuse(c, "malformed-json", "not JSON");
    log.error({ err: error, path: c.req.path }, "request failed");
    return refuse(c, "internal", "the request could not be answered");
  });
}

/** The same limits for API bodies as for webhooks; the body is kept for the handler. */
function guardBodies(app: OpenAPIHono<ApiEnv>): void {
  const tooLarge = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (c) => refuse(c, "too-large", "a body has at most 256 KiB"),
  });
  const asJson: MiddlewareHandler = async (c, next) => {
    const json = parseJsonBody(new Uint8Array(await c.req.arrayBuffer()));
    if (json.kind === "refused") return refuse(c, json.code, json.detail);
    return next();
  };
  app.post("/v1/*", unlessBatch(tooLarge), unlessBatch(asJson));
  app.post(LINK_PATH, tooLarge);
}

function unlessBatch(handler: MiddlewareHandler): MiddlewareHandler {
  return (c, next) => (isBatchUpload(c.req.method, c.req.path) ? next() : handler(c, next));
}

function declareSecurity(app: OpenAPIHono<ApiEnv>): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "personToken", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "hubspotSignature", {
    type: "apiKey",
    in: "header",
    name: "X-HubSpot-Signature-v3",
    description: "base64 HMAC-SHA256 of method, target URL, raw body and X-HubSpot-Request-Timestamp",
  });
}

/** The OpenAPI 3.1 document, generated from the schemas that the routes check with. */
export function documentOf(app: Pick<OpenAPIHono, "getOpenAPI31Document">): object {
  return app.getOpenAPI31Document(about);
}
