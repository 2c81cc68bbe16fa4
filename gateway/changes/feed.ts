import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { whoLooks } from "../../audit/ledgers/sessions.ts";
import type { Sql } from "../../audit/records.ts";
import { differences, type Change, type Seen } from "./differences.ts";

/**
 * What changed among the questions, told to who listens. One look at the database serves all listeners of a gateway, and there is none
 * while nobody listens. It tells that something changed and never what: who hears it reads it anew, with their own rights.
 */

/** `id` names its place: who comes back with it hears what came after. */
export type Told = { readonly id: string; readonly change: Change };

export type ChangeFeed = {
  /** Undefined `after`: from now on. Answers what was missed at once through `hear`. Returned: stops hearing. */
  listen(after: string | undefined, hear: (told: Told) => void, onEnd: () => void): () => void;
  /** Looks now: somebody of this gateway changed something. */
  readonly poke: () => void;
  readonly stop: () => Promise<void>;
};

type FeedDeps = {
  readonly pool: Sql;
  readonly company: string;
  readonly log: Logger;
  readonly everyMs?: number;
};

const EVERY_MS = 500;
/** Changes that are kept for who comes back; further back everything is read anew. */
const KEPT = 1_000;
/** Questions that closed are looked at for so long after: what was approved is done then, or is not. */
const CLOSED_MS = 600_000;

type Listener = { readonly hear: (told: Told) => void; readonly onEnd: () => void };

export function startChangeFeed({ pool, company, log, everyMs = EVERY_MS }: FeedDeps): ChangeFeed {
  const boot = randomBytes(6).toString("base64url");
  const listeners = new Set<Listener>();
  const kept: Told[] = [];
  let count = 0;
  let seen: Seen | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let isStopped = false;

  const tell = (change: Change): void => {
    count += 1;
    const told = { id: `${boot}.${count}`, change };
    kept.push(told);
    if (kept.length > KEPT) kept.shift();
    for (const { hear } of listeners) hear(told);
  };
  const look = async (): Promise<void> => {
    if (listeners.size === 0) {
      // Nobody is told of what happens meanwhile: who comes next begins anew.
      seen = undefined;
      return;
    }
    try {
      const now = await readSeen(pool, company, seen);
      const found: readonly Change[] = seen === undefined ? [{ kind: "sync" }] : differences(seen, now);
      seen = now;
      for (const change of found) tell(change);
    } catch (error) {
      log.warn({ err: error, component: "changes" }, "changes cannot be read");
    }
  };
  const next = (inMs: number): void => {
    clearTimeout(timer);
    if (isStopped) return;
    timer = setTimeout(() => {
      looking = look().finally(() => (listeners.size > 0 ? next(everyMs) : undefined));
    }, inMs);
    timer.unref();
  };
  return {
    listen(after, hear, onEnd) {
      const listener = { hear, onEnd };
      for (const told of missedSince(kept, { boot, count }, after)) hear(told);
      listeners.add(listener);
      if (listeners.size === 1) next(0);
      return () => void listeners.delete(listener);
    },
    poke: () => (listeners.size > 0 ? next(0) : undefined),
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      for (const { onEnd } of listeners) onEnd();
      listeners.clear();
      await looking;
    },
  };
}

/** What came after a place of this gateway's; `sync` for another one's, and for one that is too far back. */
function missedSince(
  kept: readonly Told[],
  { boot, count }: { boot: string; count: number },
  after: string | undefined,
) {
  const here = `${boot}.${count}`;
  if (after === undefined || after === here) return [];
  const [from, nth] = after.split(".");
  const first = Number(kept[0]?.id.split(".")[1] ?? count + 1);
  const known = from === boot && /^\d{1,15}$/.test(nth ?? "") && Number(nth) + 1 >= first && Number(nth) <= count;
  if (!known) return [{ id: here, change: { kind: "sync" } as const }];
  return kept.filter(({ id }) => Number(id.split(".")[1]) > Number(nth));
}

type Row = {
  readonly escalationId: string;
  readonly version: number;
  readonly state: string;
  readonly isOpen: boolean;
};

/** Questions that are open, and those that were seen to close a short while ago; and who looks at what. */
async function readSeen(sql: Sql, company: string, before: Seen | undefined): Promise<Seen> {
  const nowMs = Date.now();
  const recent = [...(before?.questions ?? [])].filter(
    ([, { closedMs }]) => closedMs === null || nowMs - closedMs < CLOSED_MS,
  );
  const { rows } = await sql.query<Row>({
    name: "changes-of-questions",
    text: `select escalation_id as "escalationId", version, state, closed_at is null as "isOpen" from escalation
           where company = $1 and closed_at is null
           union all
           select escalation_id, version, state, false from escalation
           where company = $1 and closed_at is not null and escalation_id = any($2)`,
    values: [company, recent.map(([id]) => id)],
  });
  const questions = new Map(
    rows.map(({ escalationId, version, state, isOpen }) => {
      const closedMs = isOpen ? null : (before?.questions.get(escalationId)?.closedMs ?? nowMs);
      return [escalationId, { version, state, closedMs }] as const;
    }),
  );
  const looking = new Map<string, string[]>();
  for (const { escalationId, personId } of await whoLooks(sql, company, new Date(nowMs).toISOString())) {
    looking.set(escalationId, [...(looking.get(escalationId) ?? []), personId]);
  }
  return { questions, looking };
}
