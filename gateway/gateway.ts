import { createAdaptorServer } from "@hono/node-server";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type { LedgerPool } from "../audit/records.ts";
import type { Alarm } from "../deciding/decider.ts";
import type { ReadTools } from "../deciding/evidence.ts";
import { startOverdueWatch } from "../deciding/overdue.ts";
import { startOutageWatch } from "../deciding/outage-watch.ts";
import type { PolicySource } from "../deciding/policy-source.ts";
import { createDecideService } from "../deciding/service.ts";
import { ConfigError } from "../domain/config-error.ts";
import type { FunctionTable } from "../functions/definition.ts";
import { functions as shipped } from "../functions/index.ts";
import { triggerFaults } from "../functions/triggers.ts";
import { BATCH_TIMEOUT_MS } from "./batches/limits.ts";
import { startBatchPump } from "./batches/pump.ts";
import { acceptEvents } from "./inbox/accept.ts";
import { startFollowRelay } from "./inbox/follow-relay.ts";
import { createGroupCommit } from "./inbox/group-commit.ts";
import { startOutboxRelay } from "./inbox/outbox-relay.ts";
import { startRelay } from "./inbox/relay.ts";
import type { QuestionMessage } from "../workflows/escalation.ts";
import { startWakeRelay } from "./inbox/wake-relay.ts";
import type { WorkflowEngine } from "./inbox/workflow-starter.ts";
import { peerDoors } from "./peers/door.ts";
import type { Peers } from "./peers/peer-list.ts";
import { startWordRelay } from "./peers/word-relay.ts";
import type { BundleKeys } from "../proof/export/keys.ts";
import type { AgreementMessage } from "../workflows/agree.ts";
import type { ReplyMessage } from "../workflows/reply.ts";
import type { CrmOwners } from "../tools/crm/port.ts";
import type { RecordReader } from "../tools/record-reader.ts";
import { startChangeFeed } from "./changes/feed.ts";
import { createApi } from "./http/api.ts";
import { isLoopback, reachableHost } from "./listen.ts";
import { REQUEST_TIMEOUT_MS } from "./http/limits.ts";
import { CHECK_TIMEOUT_MS, type Checks } from "./http/health.ts";
import { boundRequests } from "./http/patience.ts";
import { HUBSPOT_PATH } from "./webhooks/hubspot/route.ts";

/** Listened on when nobody says where. */
const LOOPBACK = "127.0.0.1";

export type GatewayOptions = {
  readonly pool: LedgerPool;
  /** The company's clock, ISO 8601: verdicts, deadlines and decisions go by it. */
  readonly now: () => string;
  readonly engine: WorkflowEngine;
  readonly company: string;
  /** What the decide service decides by. */
  readonly policies: PolicySource;
  readonly hubspotSecret: string;
  /** The company's own account at HubSpot; any is, when nobody said which. */
  readonly portalId?: string | undefined;
  /** Where HubSpot reaches this gateway, without a path; part of what it signs. Undefined: the URL listened on. */
  readonly publicUrl: string | undefined;
  /** Questions that one token may open in an hour through the decide service; no bound when nobody says. */
  readonly questionsPerHour?: number;
  /** How long an approval may be undone before it counts; not at all when nobody says. */
  readonly undoMs?: number;
  /** Names that this gateway is reached under, beside the machine's own and the public URL's. */
  readonly hosts?: readonly string[];
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
  readonly log: Logger;
  /** What exported records are checked with; without them nothing is exported. */
  readonly bundleKeys?: BundleKeys;
  /** What links to agreements are signed with; without it there are none. */
  readonly linkKey?: Uint8Array;
  /** Where other companies hear words; nobody when absent. */
  readonly peers?: Peers;
  /** What `/readyz` asks beside database and engine. */
  readonly checks?: Checks;
  /** Whether the sandbox's own door is open; it is shut when nobody says. */
  readonly sandbox?: "open" | "closed";
  /** Whether anybody may say who they are in the console; counts where only this machine is listened to. */
  readonly devLogin?: "open" | "closed";
  /** The folder of the built console; without it none is served. */
  readonly consoleFolder?: string;
  /** Whom the CRM knows; without it people are not synced. */
  readonly owners?: CrmOwners;
  /** What edited questions are decided by; without it none is edited. */
  readonly readTools?: ReadTools;
  /** The CRM's records; without it no deal is listed. */
  readonly crm?: RecordReader;
  /** The functions that run; the shipped ones when absent. */
  readonly functions?: FunctionTable;
};

export type Gateway = {
  readonly url: string;
  /** Takes no more requests, finishes those under way, then brings to their cases the events already claimed. */
  stop(): Promise<void>;
};

/**
 * Serves HTTP: webhooks into the inbox, the API, and the relays that carry rows on to the durable engine.
 * @throws ConfigError when functions listen to what cannot be.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { pool, now, engine, company, policies, hubspotSecret, publicUrl, port, host = LOOPBACK } = options;
  const { functions = shipped } = options;
  const faults = triggerFaults(functions);
  if (faults.length > 0) throw new ConfigError(faults);
  const log = options.log.child({ component: "gateway" });
  const inbox = createGroupCommit((events: Parameters<typeof acceptEvents>[1]) => acceptEvents(pool, events));
  const relay = startRelay({ pool, starter: engine, log: options.log, functions });
  const doors = { accept: inbox.submit, onAccepted: relay.poke, functions };
  const follow = startFollowRelay({ pool, company, log: options.log, ...doors });
  const batches = startBatchPump({ pool, company, functions, now, onTold: relay.poke, log: options.log });
  const { stop: stopTelling, ...telling } = startTelling(options);
  const alarm: Alarm = (detail) => log.error(detail, "evaluators disagree");
  const questions = watchQuestions(options, alarm);
  const decisions = createDecideService({
    pool,
    company,
    policies,
    alarm,
    onOutOfReach: (detail) => log.warn(detail, "nobody who is known can let a question pass"),
    now,
    questionsPerHour: options.questionsPerHour,
  });
  const changes = startChangeFeed({ pool, company, log: options.log });
  let url = "";
  const baseUrl = () => (publicUrl ?? url).replace(/\/+$/, "");
  const app = createApi({
    pool,
    company,
    hubspotSecret,
    ...asGiven(options),
    log,
    targetUrl: () => `${baseUrl()}${HUBSPOT_PATH}`,
    baseUrl,
    hosts: namesOf(options),
    now: Date.now,
    at: now,
    ...doors,
    ...telling,
    onBatch: batches.poke,
    decisions,
    readTools: options.readTools ?? {},
    policies,
    alarm,
    sandbox: options.sandbox ?? "closed",
    changes,
    ...consoleOf(options),
    openCases: (asked) => engine.openCases(asked),
    checks: checksOf(options),
  });
  const stopRelays = async () => {
    await Promise.all([follow.stop(), batches.stop(), decisions.drain()]);
    await inbox.drain();
    await Promise.all([relay.stop(), stopTelling(), questions.stop()]);
  };
  const served = await serve(app.fetch, { port, host, stopStreams: changes.stop, stopRelays, log });
  url = served.url;
  return served;
}

/** What requests may call this gateway beside the machine's own names. */
function namesOf({ host = LOOPBACK, hosts = [], publicUrl }: GatewayOptions): readonly string[] {
  return [reachableHost(host), ...hosts, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
}

/** What routes take as it was given. */
function asGiven({ portalId, undoMs, linkKey, owners, bundleKeys, crm }: GatewayOptions) {
  return { portalId, undoMs, linkKey, owners, bundleKeys, crm };
}

/** Nobody picks who they are where another machine could ask: through a name of ours beside this machine's, or a public address. */
function consoleOf({ host = LOOPBACK, hosts = [], publicUrl, devLogin = "closed", consoleFolder }: GatewayOptions) {
  const isOurs = publicUrl === undefined || isLoopback(new URL(publicUrl).hostname);
  const isThisMachine = isLoopback(host) && hosts.length === 0 && isOurs;
  return { devLogin: isThisMachine ? devLogin : "closed", consoleFolder } as const;
}

function checksOf({ pool, engine, checks }: GatewayOptions): Checks {
  return { database: () => pool.query("select"), temporal: () => engine.answers(CHECK_TIMEOUT_MS), ...checks };
}

type Serving = {
  readonly port: number;
  readonly host: string;
  /** Ends answers that would go on for as long as somebody listens. */
  readonly stopStreams: () => Promise<void>;
  readonly stopRelays: () => Promise<void>;
  readonly log: Logger;
};

/** Listens; what was started before is stopped when the port is taken. */
async function serve(fetch: Fetch, { port, host, stopStreams, stopRelays, log }: Serving): Promise<Gateway> {
  const server = serverOf(fetch);
  boundRequests(server);
  const requests = watchRequests(server);
  let url: string;
  try {
    url = await listen(server, port, host);
  } catch (error) {
    await Promise.all([stopStreams(), stopRelays()]);
    throw error;
  }
  log.info({ url }, "gateway listens");
  return {
    url,
    async stop() {
      await stopStreams();
      await close(server, requests);
      await stopRelays();
      log.info({ url }, "gateway stopped");
    },
  };
}

/** What looks after questions of the decide service, which no workflow waits for. */
function watchQuestions({ pool, company, policies, now, log }: GatewayOptions, alarm: Alarm): Pick<Gateway, "stop"> {
  const overdue = startOverdueWatch({ pool, company, now, log });
  const outages = startOutageWatch({ pool, company, policies, alarm, now, log });
  return {
    async stop() {
      await Promise.all([overdue.stop(), outages.stop()]);
    },
  };
}

/** What carries the outbox on: to cases, and to other companies. */
function startTelling({ pool, now, engine, peers = {}, log }: GatewayOptions) {
  const verdicts = startOutboxRelay({ pool, messenger: engine, log });
  const replies = startWakeRelay<ReplyMessage>({
    pool,
    topic: "reply",
    wake: ({ caseId, correlation }) => engine.deliverReply(caseId, { correlation }),
    log,
  });
  const agreements = startWakeRelay<AgreementMessage>({
    pool,
    topic: "agreement",
    wake: ({ caseId, agreementId }) => engine.deliverAgreement(caseId, { agreementId }),
    log,
  });
  const moves = startWakeRelay<QuestionMessage>({
    pool,
    topic: "question",
    wake: ({ caseId, escalationId }) => engine.deliverMove(caseId, { escalationId }),
    log,
  });
  const words = startWordRelay({ pool, at: now, say: peerDoors(peers), log });
  return {
    onVerdict: verdicts.poke,
    onMove: moves.poke,
    onReply: replies.poke,
    onWord() {
      agreements.poke();
      words.poke();
    },
    stop: () => Promise.all([verdicts, replies, agreements, moves, words].map((pump) => pump.stop())),
  };
}

type Fetch = Parameters<typeof createAdaptorServer>[0]["fetch"];

function serverOf(fetch: Fetch): Server {
  const serverOptions = {
    requestTimeout: BATCH_TIMEOUT_MS,
    headersTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16_384,
  };
  return createAdaptorServer({ fetch, createServer, serverOptions }) as Server;
}

/** Resolves with the URL that is listened on; rejects when the port is taken. */
async function listen(server: Server, port: number, host: string): Promise<string> {
  server.maxHeadersCount = 100;
  server.listen(port, host);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return `http://${reachableHost(host)}:${bound}`;
}

/** Counts requests under way; `settle` resolves when there is none, or after the time a request may take. */
function watchRequests(server: Server): { settle(): Promise<void> } {
  let underWay = 0;
  let onSettled = () => {};
  server.on("request", (_request, response) => {
    underWay += 1;
    response.once("close", () => {
      underWay -= 1;
      if (underWay === 0) onSettled();
    });
  });
  return {
    settle: () =>
      new Promise((resolve) => {
        const impatient = setTimeout(resolve, REQUEST_TIMEOUT_MS);
        onSettled = () => {
          clearTimeout(impatient);
          resolve();
        };
        if (underWay === 0) onSettled();
      }),
  };
}

/** Takes no new connection, finishes requests, then drops what is left: connections that say nothing. */
async function close(server: Server, requests: { settle(): Promise<void> }): Promise<void> {
  const closed = once(server, "close");
  server.close();
  await requests.settle();
  server.closeAllConnections();
  await closed;
}
