import type { z } from "zod";
import type {
  CaseRecords,
  EscalationList,
  EscalationView,
  EventList,
  EventView,
  Problem,
  VerdictBody,
  VerdictTaken,
} from "../gateway/http/contract.ts";
import type {
  DecisionAnswer,
  DecisionRequest,
  DecisionStanding,
  OutcomeReport,
  OutcomeTaken,
} from "../gateway/http/contract/decisions.ts";
import type { FiledCase } from "../proof/filed-case.ts";
import { privacyCalls, type PrivacyCalls } from "./audit/privacy-calls.ts";
import { failure, refusalOf } from "./failure.ts";
import { bundleCall, type BundleCall } from "./bundle-call.ts";
import { historyCalls, type HistoryCalls } from "./history-calls.ts";
import { releaseCalls, type ReleaseCalls } from "./release-calls.ts";
import { rolloutCalls, type RolloutCalls } from "./rollout-calls.ts";
import { sandboxCalls, type SandboxCalls } from "./sandbox-calls.ts";

type EventPage = z.infer<typeof EventList>;
export type Records = z.infer<typeof CaseRecords>;
export type Taken = z.infer<typeof VerdictTaken>;

/** The API as the command line calls it. Every call throws `CliFailure` for a refusal or when nothing answers. */
export type Client = {
  /** Every event since a time (ISO 8601), oldest first, page after page. */
  events(since?: string): Promise<EventView[]>;
  escalations(state?: EscalationView["state"]): Promise<EscalationView[]>;
  escalation(escalationId: string): Promise<EscalationView>;
  /** A person's verdict on exactly the action with this digest. */
  answer(verdict: "approve" | "reject", escalationId: string, body: z.infer<typeof VerdictBody>): Promise<Taken>;
  /** `caseId`: or the id of one of its decisions. */
  records(caseId: string): Promise<Records>;
  /** The same with everything that rebuilds and proves it. */
  caseFile(caseId: string): Promise<FiledCase>;
  readonly bundle: BundleCall;
  readonly releases: ReleaseCalls;
  readonly history: HistoryCalls;
  readonly rollout: RolloutCalls;
  readonly privacy: PrivacyCalls;
  readonly sandbox: SandboxCalls;
  /** Asks for a decision under the caller's own key: the same request under it has the same answer. */
  decide(key: string, body: DecisionRequest): Promise<DecisionAnswer>;
  decision(decisionId: string): Promise<DecisionStanding>;
  regate(decisionId: string): Promise<DecisionAnswer>;
  report(decisionId: string, body: z.infer<typeof OutcomeReport>): Promise<z.infer<typeof OutcomeTaken>>;
};

export type Address = { readonly url: string; readonly token: string };

/** Most events that one page carries. */
const PAGE_SIZE = 200;
/** An answer that takes longer than this is taken for none. */
const TIMEOUT_MS = 15_000;

export function createClient(address: Address): Client {
  const get = <T>(path: string, query: Query = {}) => call<T>(address, "GET", path, query);
  return {
    async events(since) {
      const events: EventView[] = [];
      let cursor: string | undefined;
      do {
        const page: EventPage = await get("/v1/events", { since, cursor, limit: String(PAGE_SIZE) });
        events.push(...page.events);
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return events;
    },
    escalations: async (state) => (await get<z.infer<typeof EscalationList>>("/v1/escalations", { state })).escalations,
    escalation: (escalationId) => get(`/v1/escalations/${encodeURIComponent(escalationId)}`),
    answer: (verdict, escalationId, body) =>
      call(address, "POST", `/v1/escalations/${encodeURIComponent(escalationId)}/${verdict}`, {}, body),
    rollout: rolloutCalls(get),
    records: (caseId) => get(`/v1/cases/${encodeURIComponent(caseId)}/records`),
    bundle: bundleCall(address),
    caseFile: (caseId) => get(`/v1/cases/${encodeURIComponent(caseId)}/file`),
    history: historyCalls(get),
    privacy: privacyCalls((method, path, body) => call(address, method, path, {}, body)),
    releases: releaseCalls((method, path, body) => call(address, method, path, {}, body)),
    sandbox: sandboxCalls((method, path, query, body) => call(address, method, path, query, body)),
    decide: (key, body) => call(address, "POST", "/v1/decisions", {}, body, { "idempotency-key": key }),
    decision: (decisionId) => get(decisionPath(decisionId)),
    regate: (decisionId) => call(address, "POST", `${decisionPath(decisionId)}/regate`, {}, {}),
    report: (decisionId, body) => call(address, "POST", `${decisionPath(decisionId)}/outcome`, {}, body),
  };
}

const decisionPath = (decisionId: string) => `/v1/decisions/${encodeURIComponent(decisionId)}`;

type Query = { readonly [name: string]: string | undefined };

async function call<T>(
  address: Address,
  method: "GET" | "POST" | "PUT",
  path: string,
  query: Query,
  body?: object,
  headers: { readonly [name: string]: string } = {},
): Promise<T> {
  const url = new URL(path, address.url);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  const response = await send(url, {
    method,
    headers: {
      authorization: `Bearer ${address.token}`,
      accept: "application/json, application/problem+json",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await readJson(response, url);
  if (response.ok) return answer as T;
  throw isProblem(answer) ? refusalOf(answer) : unexpected(url, `status ${response.status}`);
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw failure("unreachable", "no-answer", `no answer from ${url.origin} in ${TIMEOUT_MS / 1000} s`, "try again");
    }
    throw nothingRuns(`nothing is running at ${url.origin}`);
  }
}

/** What is said when there is no gateway to talk to. */
export function nothingRuns(detail = "nothing is running here") {
  return failure("unreachable", "unreachable", detail, "start it with `npm start`, or name another address with --url");
}

async function readJson(response: Response, url: URL): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw unexpected(url, `status ${response.status}, and not JSON`);
  }
}

function unexpected(url: URL, what: string) {
  return failure("failure", "unexpected-answer", `${url.origin} answered with ${what}`, "is this Mandate's address?");
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { code, detail, status } = value as { [name: string]: unknown };
  return typeof code === "string" && typeof detail === "string" && typeof status === "number";
}
