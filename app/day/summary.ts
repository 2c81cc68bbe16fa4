import type { Delivered } from "./post.ts";
import type { Answered, Followed } from "./follow.ts";
import type { DayPlan } from "./plan.ts";
import type { EventView } from "../../gateway/http/events.ts";

type Decision = NonNullable<EventView["decision"]>;

/** What became of one event of the day. Times in milliseconds; `null` where there was none. */
export type DayEvent = Pick<
  EventView,
  "eventId" | "objectType" | "objectId" | "outcome" | "waitingFor" | "firstEffectMs"
> & {
  readonly name: string;
  readonly caseId: string;
  readonly functionId: string;
  readonly verdict: Decision["verdict"] | null;
  readonly decidedAt: string | null;
  readonly reason: string;
  /** Every rule that matched in the latest decision. */
  readonly rules: Decision["rules"];
  readonly answered: Answered | null;
};

/** The day in numbers and names: the object that `--json` prints. */
export type DaySummary = {
  readonly day: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly continued: boolean;
  readonly events: readonly DayEvent[];
  /** Deliveries that were turned away at the door. */
  readonly refused: readonly Pick<Delivered, "name" | "status" | "code">[];
  readonly totals: {
    readonly events: number;
    readonly executed: number;
    readonly blocked: number;
    readonly rejected: number;
    /** Decided under a mode that lets nothing come of it. */
    readonly withheld: number;
    readonly waiting: number;
    /** Events that came again and changed nothing. */
    readonly duplicates: number;
    readonly refused: number;
    /** Slowest first effect of the events that no person had to answer. */
    readonly slowestFirstEffectMs: number | null;
  };
};

type Played = {
  readonly plan: DayPlan;
  readonly continued: boolean;
  readonly finishedAt: string;
  readonly delivered: readonly Delivered[];
  readonly followed: readonly Followed[];
};

/** Pure: what the API said, in the order of the plan. */
export function summarise({ plan, continued, finishedAt, delivered, followed }: Played): DaySummary {
  const events = followed.map(dayEvent);
  const refused = delivered
    .filter(({ status }) => status >= 400)
    .map(({ name, status, code }) => ({ name, status, code }));
  const ended = (outcome: EventView["outcome"]) => events.filter((event) => event.outcome === outcome).length;
  const alone = events.flatMap(({ answered, firstEffectMs }) =>
    answered === null && firstEffectMs !== null ? [firstEffectMs] : [],
  );
  const totals = {
    events: events.length,
    executed: ended("executed"),
    blocked: ended("blocked"),
    rejected: ended("rejected"),
    withheld: ended("withheld"),
    waiting: events.filter(({ waitingFor }) => waitingFor !== null).length,
    duplicates: delivered.reduce((sum, { duplicates }) => sum + duplicates, 0),
    refused: refused.length,
    slowestFirstEffectMs: alone.length === 0 ? null : Math.max(...alone),
  };
  return { day: plan.day, startedAt: plan.startedAt, finishedAt, continued, events, refused, totals };
}

function dayEvent({ item, event, answered }: Followed): DayEvent {
  const { eventId, objectType, objectId, outcome, waitingFor, firstEffectMs, decision } = event;
  const { verdict = null, decidedAt = null, reason = "", rules = [] } = decision ?? {};
  const [caseId, functionId] = [event.caseId ?? "", event.functionId ?? ""];
  const what = { name: item.name, eventId, objectType, objectId, caseId, functionId };
  return { ...what, verdict, decidedAt, reason, rules, outcome, waitingFor, firstEffectMs, answered };
}
