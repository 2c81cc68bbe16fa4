import { sha256Hex } from "../../../audit/digest.ts";
import type { OddEvent, QuarantineCode } from "../../../audit/ledgers/quarantine.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import type { FunctionTable } from "../../../functions/definition.ts";
import { parseForeignJson } from "../../http/json-body.ts";
import { fieldErrors } from "../../http/problem.ts";
import { inboxEventsOf, type InboxEvent } from "../../inbox/accept.ts";
import { stampOf } from "../../inbox/stamp.ts";
import { digestInputOf, HubspotEvent, readHubspotEvent } from "./batch.ts";

export const HUBSPOT = "hubspot";

/** Most events that HubSpot puts into one delivery. */
const MOST_EVENTS = 100;

/** One event of a delivery: its rows, one per function that listens, or why it cannot be taken. */
export type Judged =
  | { readonly kind: "event"; readonly rows: readonly InboxEvent[] }
  | { readonly kind: "odd"; readonly odd: OddEvent };

export type Judging = {
  readonly company: string;
  /** The company's own account; undefined when nobody said which: then any is. */
  readonly portalId: string | undefined;
  readonly functions?: FunctionTable | undefined;
  /** The company's clock, ISO 8601. */
  readonly at: string;
};

/** Judges each event of a delivery by itself. One that is no batch at all is one odd event, whole. */
export function judgeDelivery(judging: Judging, bytes: Uint8Array, most = MOST_EVENTS): readonly Judged[] {
  const body = parseForeignJson(bytes);
  const whole = (code: QuarantineCode, why: string): readonly Judged[] => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    return [oddEvent(judging, { code, why, text, identity: sha256Hex(text) })];
  };
  if (body.kind === "refused") return whole("unreadable", body.detail);
  const { value } = body;
  if (!Array.isArray(value)) return whole("not-a-batch", "expected an array of events");
  const events = value as readonly Json[];
  if (events.length > most) return whole("not-a-batch", `${events.length} events; HubSpot sends at most ${most}`);
  return events.map((event) => judgeEvent(judging, event));
}

/** Judges one event, read with `parseForeignJson`. */
export function judgeEvent(judging: Judging, event: Json): Judged {
  const { company, portalId, functions, at } = judging;
  const text = JSON.stringify(event);
  const odd = (code: QuarantineCode, why: string) =>
    oddEvent(judging, { code, why, text, identity: sha256Hex(isObject(event) ? digestInputOf(event) : text) });
  if (!isObject(event)) return odd("unknown-shape", "expected an object");
  const parsed = HubspotEvent.safeParse(event);
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error);
    const isOfStamp = errors.some(({ pointer }) => pointer === "/occurredAt");
    return odd(
      isOfStamp ? "stamp" : "unknown-shape",
      errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join("; "),
    );
  }
  const portal = String(parsed.data.portalId);
  if (portalId !== undefined && portal !== portalId) {
    return odd("foreign-portal", `it is of portal ${portal}; HUBSPOT_PORTAL_ID says ${portalId}`);
  }
  const rows = readHubspotEvent(parsed.data, event).flatMap(({ saidMs, ...item }) =>
    inboxEventsOf(company, HUBSPOT, { ...item, ...stampOf(saidMs, at) }, functions),
  );
  return { kind: "event", rows };
}

type Odd = Pick<OddEvent, "code" | "why" | "text" | "identity">;

function oddEvent({ company, at }: Judging, odd: Odd): Extract<Judged, { kind: "odd" }> {
  return { kind: "odd", odd: { company, source: HUBSPOT, at, ...odd } };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
