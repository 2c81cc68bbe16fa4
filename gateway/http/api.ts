import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { timeout } from "hono/timeout";
import type { UnionToIntersection } from "hono/utils/types";
import type { Logger } from "pino";
import { functions as shipped } from "../../functions/index.ts";
import type { Alarm } from "../../deciding/decider.ts";
import type { ReadTools } from "../../deciding/evidence.ts";
import type { PolicySource } from "../../deciding/policy-source.ts";
import type { DecideService } from "../../deciding/service.ts";
import type { BundleKeys } from "../../proof/export/keys.ts";
import { consoleAssets, mountConsole } from "../console.ts";
import type { ChangeFeed } from "../changes/feed.ts";
import { createReleaseReader } from "../../releases/reader.ts";
import type { StatusDeps } from "../status/read-status.ts";
import type { CrmOwners } from "../../tools/crm/port.ts";
import type { RecordReader } from "../../tools/record-reader.ts";
import { mountWebhooks, type WebhookDeps } from "../webhooks/hubspot/route.ts";
import { agreementsApi } from "./agreements.ts";
import { agreementLinksApi } from "./agreement-links.ts";
import { agreementWordsApi } from "./agreement-words.ts";
import { auditBundleApi } from "./audit-bundle.ts";
import { requirePerson, type ApiEnv } from "./auth.ts";
import { batchUploadApi } from "./batch-upload.ts";
import { batchesApi } from "./batches.ts";
import { calendarApi } from "./calendar.ts";
import { caseTurnsApi } from "./case-turns.ts";
import { casesApi } from "./cases.ts";
import { controlsApi } from "./controls.ts";
import { changesApi } from "./changes.ts";
import { guardCursors } from "./cursors.ts";
import { decisionTodayApi } from "./decision-today.ts";
import { dealsApi } from "./deals.ts";
import { decisionsApi } from "./decisions.ts";
import { documentOf } from "./document.ts";
import { guardAnswers, guardBodies, guardHost, guardText, unlessBatch } from "./door.ts";
import { erasuresApi } from "./erasures.ts";
import { escalationsApi } from "./escalations.ts";
import { eventsApi } from "./events.ts";
import { hearEventApi } from "./hear-event.ts";
import { healthApi, type Checks } from "./health.ts";
import { historyApi } from "./history.ts";
import { holdsApi } from "./holds.ts";
import { isUnavailable } from "../../db/unavailable.ts";
import { REQUEST_TIMEOUT_MS } from "./limits.ts";
import { methodsOf } from "./methods.ts";
import { listsApi } from "./lists.ts";
import { modesApi } from "./modes.ts";
import { peopleApi } from "./people.ts";
import { peopleChangesApi } from "./people-changes.ts";
import { openCaseApi } from "./open-case.ts";
import { permitsApi } from "./permits.ts";
import { quarantineApi } from "./quarantine.ts";
import { fieldErrors, refuse } from "./problem.ts";
import { releaseBehaviourApi } from "./release-behaviour.ts";
import { releasesApi } from "./releases.ts";
import { repliesApi } from "./replies.ts";
import { retentionApi } from "./retention.ts";
import { rolloutApi } from "./rollout.ts";
import { sandboxApi, type SandboxDeps } from "./sandbox.ts";
import { sessionsApi, type SessionDeps } from "./sessions.ts";
import { signingKeyApi } from "./signing-key.ts";
import { statusApi } from "./status.ts";
import { traced } from "./traced.ts";
import { tellEventApi } from "./tell-event.ts";
import { noticesApi } from "./notices.ts";
import { escalationEditApi } from "./escalation-edit.ts";
import { escalationMovesApi } from "./escalation-moves.ts";
import { verdictsApi } from "./verdicts.ts";
import { withdrawalsApi } from "./withdrawals.ts";

/** A database restarts within seconds. */
const RETRY_AFTER_SECONDS = "2";

export type ApiDeps = Omit<WebhookDeps, "log"> & {
  readonly onVerdict: () => void;
  /** Called when a question was moved otherwise: its case can be woken. */
  readonly onMove: () => void;
  /** How long an approval may be undone before it counts; absent: it counts at once. */
  readonly undoMs?: number | undefined;
  readonly onReply: () => void;
  readonly onWord: () => void;
  /** What links are signed with; without it there are none. */
  readonly linkKey?: Uint8Array | undefined;
  /** Where people reach this gateway, without a path. */
  readonly baseUrl: () => string;
  /** Names that this gateway is reached under, beside the machine's own. */
  readonly hosts?: readonly string[];
  readonly onBatch: () => void;
  readonly decisions: DecideService;
  /** What an edited question is decided by, before its case decides it: readings of the systems of record, and policies. */
  readonly readTools: ReadTools;
  readonly policies: PolicySource;
  /** The CRM's records; without it no deal is listed. */
  readonly crm?: RecordReader | undefined;
  readonly alarm: Alarm;
  readonly checks: Checks;
  /** Asks the durable engine; rejects when it does not answer. */
  readonly openCases: StatusDeps["openCases"];
  /** What exported records are checked with; without them nothing is exported. */
  readonly bundleKeys?: BundleKeys | undefined;
  readonly sandbox?: SandboxDeps["sandbox"];
  /** Whether anybody on this machine may say who they are; closed when nobody says. */
  readonly devLogin?: SessionDeps["devLogin"];
  /** Tells the console what changes. */
  readonly changes: ChangeFeed;
  /** The folder of the built console; without it none is served. */
  readonly consoleFolder?: string | undefined;
  /** Whom the CRM knows; without it people are not synced. */
  readonly owners?: CrmOwners | undefined;
  readonly log: Logger;
};

/** The HTTP API as one app: it can be asked without a socket. Every route but the probes and webhooks needs a person. */
export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const { pool, company, log } = deps;
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : refuse(c, "validation", "a field is wrong", fieldErrors(result.error)),
  });
  declareSecurity(app);
  app.use("*", traced);
  app.use("*", guardAnswers, guardHost(deps.hosts ?? []), unlessBatch(timeout(REQUEST_TIMEOUT_MS)));
  app.use("*", requirePerson(pool, company), guardText, guardCursors(pool, company));
  guardBodies(app);
  answerFaults(app, log);
  app.route("/", healthApi(deps.checks));
  mountWebhooks(app, deps);
  const assets = consoleAssets(deps.consoleFolder);
  if (assets !== undefined) mountConsole(app, assets);
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
    quarantineApi({ ...deps, functions }),
    hearEventApi({ ...deps, sql: pool }),
    tellEventApi({ ...deps, functions }),
    casesApi(own),
    caseTurnsApi(own),
    dealsApi(deps),
    openCaseApi({ ...deps, sql: pool, functions }),
    batchesApi(own),
    batchUploadApi({ ...deps, functions }),
    sessionsApi({ ...own, devLogin: deps.devLogin ?? "closed", log }),
    changesApi({ ...own, changes: deps.changes }),
    escalationsApi({ pool, company, at: deps.at, undoMs: deps.undoMs ?? 0 }),
    repliesApi(deps),
    agreementsApi(deps),
    agreementWordsApi(deps),
    agreementLinksApi(deps),
    verdictsApi({ pool, company, at: deps.at, undoMs: deps.undoMs, onVerdict: deps.onVerdict, log }),
    noticesApi({ ...own, at: deps.at }),
    escalationEditApi({ ...deps, now: deps.at, undoMs: deps.undoMs ?? 0 }),
    escalationMovesApi({ pool, company, at: deps.at, onMove: deps.onMove, log }),
    releasesApi(changes),
    releaseBehaviourApi(changes),
    modesApi(changes),
    listsApi(changes),
    signingKeyApi(changes),
    erasuresApi(privacy),
    holdsApi(privacy),
    retentionApi(privacy),
    peopleApi(own),
    peopleChangesApi(deps),
    calendarApi(deps),
    controlsApi({ ...deps, functions }),
    historyApi(own),
    decisionTodayApi(changes),
    decisionsApi(deps),
    permitsApi(deps),
    withdrawalsApi(deps),
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
  app.notFound((c) => {
    const methods = methodsOf(app, c.req.path);
    if (methods.length === 0) return refuse(c, "not-found", `no \`${c.req.method} ${c.req.path}\``);
    c.header("allow", methods.join(", "));
    return refuse(c, "no-such-method", `\`${c.req.path}\` has no ${c.req.method}`);
  });
  app.onError((error, c) => {
    if (error instanceof HTTPException && error.status === 504) return refuse(c, "timed-out", "no answer within 10 s");
    if (error instanceof HTTPException && error.status === 400) return refuse(c, "malformed-json", "not JSON");
    if (isUnavailable(error)) {
      log.warn({ err: error, path: c.req.path }, "the database is away");
      c.header("retry-after", RETRY_AFTER_SECONDS);
      return refuse(c, "unavailable", "the database does not answer at the moment");
    }
    log.error({ err: error, path: c.req.path }, "request failed");
    return refuse(c, "internal", "the request could not be answered");
  });
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
