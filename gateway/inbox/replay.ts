import type { Logger } from "pino";
import { holdEvents, type Quarantined, type QuarantinedWords } from "../../audit/ledgers/quarantine.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { Json } from "../../domain/json.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { functions as shipped } from "../../functions/index.ts";
import { HUBSPOT, judgeDelivery, judgeEvent, type Judged } from "../webhooks/hubspot/judge.ts";
import type { EventDoor } from "./accept.ts";
import { API, ReusedKey, tellAgain } from "./tell.ts";

export type ReplayDeps = EventDoor & {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's own account at HubSpot; any is, when nobody said which. */
  readonly portalId?: string | undefined;
  readonly functions?: FunctionTable | undefined;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  readonly log: Logger;
};

/** `odd`: it cannot be taken yet, and why. */
type Replayed =
  | { readonly kind: "taken"; readonly eventIds: readonly string[] }
  | { readonly kind: "odd"; readonly why: string };

/** Reads what is in quarantine again, as it would be read if it came now, and takes it. Safe to repeat. */
export async function replayQuarantined(deps: ReplayDeps, held: Quarantined & QuarantinedWords): Promise<Replayed> {
  const { source, text } = held;
  if (text === null) return { kind: "odd", why: "what came was erased" };
  switch (source) {
    case HUBSPOT:
      return takeJudged(deps, held, text);
    case API: {
      const { pool, functions = shipped, accept } = deps;
      const told = await tellAgain({ sql: pool, functions, accept }, ReusedKey.parse(JSON.parse(text)));
      return { kind: "taken", eventIds: told.hearing.map(({ eventId }) => eventId) };
    }
    default:
      return { kind: "odd", why: `nothing reads what \`${source}\` sends` };
  }
}

/** Of a delivery that came whole, what is still odd goes to quarantine by itself. */
async function takeJudged(deps: ReplayDeps, { code }: Quarantined, text: string): Promise<Replayed> {
  const { pool, company, portalId, functions, at, accept } = deps;
  const judging = { company, portalId, functions, at: at() };
  const isWhole = code === "unreadable" || code === "not-a-batch";
  const judged: readonly Judged[] = isWhole
    ? judgeDelivery(judging, Buffer.from(text, "utf8"), Infinity)
    : [judgeEvent(judging, JSON.parse(text) as Json)];
  const odd = judged.flatMap((one) => (one.kind === "odd" ? [one.odd] : []));
  const [first] = odd;
  const isStillWhole = first?.code === "unreadable" || first?.code === "not-a-batch";
  if (first !== undefined && (!isWhole || isStillWhole)) return { kind: "odd", why: first.why };
  const rows = judged.flatMap((one) => (one.kind === "event" ? one.rows : []));
  await accept(rows);
  await holdEvents(pool, odd);
  return { kind: "taken", eventIds: rows.map(({ eventId }) => eventId) };
}
