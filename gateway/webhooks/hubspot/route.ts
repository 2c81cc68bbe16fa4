import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Logger } from "pino";
import { holdEvents } from "../../../audit/ledgers/quarantine.ts";
import type { LedgerPool } from "../../../audit/records.ts";
import type { FunctionTable } from "../../../functions/definition.ts";
import { SIGNATURE_HEADER, TIMESTAMP_HEADER, verifyHubspotRequest, type SignatureCheck } from "./signature.ts";
import { HubspotBatch } from "./batch.ts";
import { HUBSPOT, judgeDelivery, type Judged } from "./judge.ts";
import { acceptanceOf, type Acceptance, type EventDoor } from "../../inbox/accept.ts";
import type { ApiEnv } from "../../http/auth.ts";
import { readBody } from "../../http/limits.ts";
import { problemResponses, refuse } from "../../http/problem.ts";

export const HUBSPOT_PATH = "/webhooks/hubspot";

/**
 * What became of a batch of events, counted. `late`: a newer event of the same object came first. `quarantined`: kept, and
 * not taken; see `mandate events held`.
 */
const BatchTaken = z
  .object({ accepted: z.int(), duplicates: z.int(), ignored: z.int(), late: z.int(), quarantined: z.int() })
  .openapi("BatchTaken");
type BatchTaken = z.infer<typeof BatchTaken>;

export type WebhookDeps = EventDoor & {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's own account at HubSpot; any is, when nobody said which. */
  readonly portalId?: string | undefined;
  readonly hubspotSecret: string;
  /** The URL that HubSpot was told to post to: it is part of what is signed. */
  readonly targetUrl: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The company's clock, ISO 8601: stamps are bounded against it. */
  readonly at: () => string;
  /** The functions that run; the shipped ones when absent. */
  readonly functions?: FunctionTable | undefined;
  readonly log: Logger;
};

type Refused = Extract<SignatureCheck, { kind: "refused" }>;

const signatureDetail: { readonly [code in Refused["code"]]: string } = {
  missing: "a signature header is missing",
  "malformed-timestamp": "the timestamp is not a decimal number of milliseconds",
  stale: "the timestamp is more than 300 seconds old",
  future: "the timestamp is more than 300 seconds ahead",
  forged: "the signature is not the one of this request under this secret and URL",
};

/**
 * HubSpot's side door. Order: size, signature over the raw bytes, then each event by itself, then one commit; 202 only
 * after it. A refusal would be sent ten times more and then lost: subscription types that no function listens to are kept
 * and counted as ignored, and what cannot be taken goes to quarantine.
 */
export function hubspotWebhook(deps: WebhookDeps): (c: Context) => Promise<Response> {
  const log = deps.log.child({ component: "webhook", source: HUBSPOT });
  return async (c) => {
    const body = await readBody(c.req.raw);
    if (body.kind === "too-large") {
      c.header("connection", "close");
      return refuse(c, "too-large", "a batch has at most 256 KiB");
    }
    const check = checkSignature(deps, c, body.bytes);
    if (check.kind === "refused") {
      log.warn({ code: check.code }, "delivery refused");
      return refuse(c, `signature-${check.code}`, signatureDetail[check.code]);
    }
    const { company, portalId, functions, at } = deps;
    return store(deps, log, c, judgeDelivery({ company, portalId, functions, at: at() }, body.bytes));
  };
}

/** The query is as the URL was registered with it, and signed with the rest. */
function checkSignature({ hubspotSecret, targetUrl, now }: WebhookDeps, c: Context, body: Uint8Array): SignatureCheck {
  const signature = c.req.header(SIGNATURE_HEADER);
  const timestamp = c.req.header(TIMESTAMP_HEADER);
  const [, query] = /(\?[^#]*)/.exec(c.req.url) ?? [];
  const request = { method: c.req.method, targetUrl: `${targetUrl()}${query ?? ""}`, body, signature, timestamp };
  return verifyHubspotRequest(hubspotSecret, request, now());
}

async function store(deps: WebhookDeps, log: Logger, c: Context, judged: readonly Judged[]): Promise<Response> {
  const items = judged.flatMap((one) => (one.kind === "event" ? [one.rows] : []));
  const odd = judged.flatMap((one) => (one.kind === "odd" ? [one.odd] : []));
  let outcomes: readonly Acceptance[];
  try {
    outcomes = await deps.accept(items.flat());
    const held = await holdEvents(deps.pool, odd);
    if (held.length > 0) log.warn({ codes: held.map(({ code }) => code) }, "events are in quarantine");
  } catch (error) {
    log.error({ err: error, events: judged.length }, "delivery not stored");
    c.header("retry-after", "1");
    return refuse(c, "not-stored", "the inbox did not take the batch");
  }
  const taken = { accepted: 0, duplicates: 0, ignored: 0, late: 0, quarantined: odd.length };
  const left = [...outcomes];
  for (const rows of items) {
    const outcome = acceptanceOf(left.splice(0, rows.length));
    taken[outcome === "duplicate" ? "duplicates" : outcome] += 1;
  }
  if (taken.accepted > 0 || taken.late > 0) deps.onAccepted();
  log.debug(taken, "delivery stored");
  return c.json(taken satisfies BatchTaken, 202);
}

/** Puts the door on the app and into its documentation. The handler checks the body itself, after the signature. */
export function mountWebhooks(app: OpenAPIHono<ApiEnv>, deps: WebhookDeps): void {
  app.post(HUBSPOT_PATH, hubspotWebhook(deps));
  app.openAPIRegistry.registerPath({
    method: "post",
    path: HUBSPOT_PATH,
    summary: "Take a signed batch of HubSpot events",
    security: [{ hubspotSignature: [] }],
    request: { body: { required: true, content: { "application/json": { schema: HubspotBatch } } } },
    responses: {
      202: { description: "Durable", content: { "application/json": { schema: BatchTaken } } },
      ...problemResponses({
        401: "Unsigned, forged, stale or from the future",
        413: "More than 256 KiB",
        503: "Not stored; send it again",
      }),
    },
  });
}
