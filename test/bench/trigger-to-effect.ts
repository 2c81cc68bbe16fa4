import type { EventView } from "../../gateway/http/events.ts";
import { givenCrmObject } from "../fixtures/programme.ts";
import { quoteAtDiscount } from "../../functions/quoting/fixture.ts";
import { postBatch, quoteAsked } from "../setup/hubspot.ts";
import { COMPANY, SECRET, startStack } from "../setup/stack.ts";
import { eventually } from "../setup/system.ts";
import { givenPartners, partnerOf } from "./partners.ts";
import { quantile } from "./ratio.ts";

export type Latency = {
  readonly name: string;
  readonly events: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

const PER_SECOND = 10;
const SECONDS = 20;
/** Events at the same rate before the measured ones, and waited for: processes that have just started are not the subject. */
const WARM_UP = 60;

/**
 * Signed webhooks at a fixed rate into the real processes, whatever the answers take (open loop); the time is the
 * database's, from an event's arrival to the receipt of its first effect.
 */
export async function triggerToEffect(engines: { cacheFolder: string; temporalBinary: string }): Promise<Latency> {
  const stack = await startStack(engines);
  try {
    await Promise.all([stack.start("temporal"), stack.start("gateway")]);
    await stack.start("worker");
    await givenPartners(stack.pool, COMPANY);
    const events = PER_SECOND * SECONDS;
    const ids = Array.from({ length: WARM_UP + events }, (_, index) => String(1_000_000 + index));
    for (const [index, id] of ids.entries()) {
      const named = { quote_id: `Q-${id}`, quote_requested_by: "sam", partner_id: partnerOf(index) };
      const record = quoteAtDiscount(120_000, named);
      await givenCrmObject(stack.pool, COMPANY, "deal", id, record as Record<string, string>);
    }
    const post = async (id: string, index: number) => {
      await new Promise((resume) => setTimeout(resume, (index * 1000) / PER_SECOND));
      const response = await postBatch(stack.gatewayUrl, SECRET, [quoteAsked({ objectId: id, eventId: Number(id) })]);
      if (response.status !== 202) throw new Error(`the gateway answered ${response.status}`);
    };
    const start = new Date().toISOString();
    await Promise.all(ids.slice(0, WARM_UP).map(post));
    await eventually(() => firstEffects(stack.gatewayUrl, stack.token, start, WARM_UP), 60_000);
    const since = new Date().toISOString();
    await Promise.all(ids.slice(WARM_UP).map(post));
    const times = await eventually(() => firstEffects(stack.gatewayUrl, stack.token, since, events), 60_000);
    const [p50Ms, p99Ms, maxMs] = [quantile(times, 0.5), quantile(times, 0.99), Math.max(...times)];
    return { name: "trigger to first effect", events, perSecond: PER_SECOND, p50Ms, p99Ms, maxMs };
  } finally {
    await stack.stop();
  }
}

/** Milliseconds of every event since, once all of them have their first effect. */
async function firstEffects(url: string, token: string, since: string, count: number): Promise<number[] | undefined> {
  const times: number[] = [];
  let cursor = "";
  do {
    const query = new URLSearchParams({ since, limit: "200", ...(cursor === "" ? {} : { cursor }) });
    const response = await fetch(`${url}/v1/events?${query.toString()}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = (await response.json()) as { events: EventView[]; next: string | null };
    for (const { firstEffectMs } of page.events) if (firstEffectMs !== null) times.push(firstEffectMs);
    cursor = page.next ?? "";
  } while (cursor !== "");
  return times.length >= count ? times : undefined;
}
