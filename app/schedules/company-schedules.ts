import { RECORD } from "../../domain/reserved-names.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { functions as shipped } from "../../functions/index.ts";
import type { ScheduledRef } from "../../workflows/activities.ts";

/** One schedule of a company as data: what it does, and when. Instants are counted from the epoch, in UTC. */
export type CompanySchedule = ScheduledRef & {
  /** `company:function:schedule`. */
  readonly id: string;
  readonly everyMs: number;
  /** How long after the beginning of its period it is due. */
  readonly offsetMs: number;
  /** It starts up to so much later, so that not everybody's starts at once. */
  readonly jitterMs: number;
  /** What fell due while the engine was away is made up for when it is no older than this. */
  readonly catchUpMs: number;
};

type Timing = Pick<CompanySchedule, "everyMs" | "offsetMs" | "jitterMs" | "catchUpMs">;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * At night. Half an hour of jitter keeps companies that share an engine and a system of record apart. A night that was missed
 * is made up for until the next one: a sweep that comes hours late still finds dates that are seven days off.
 */
const sweeping: Timing = { everyMs: DAY_MS, offsetMs: 2 * HOUR_MS, jitterMs: 30 * MINUTE_MS, catchUpMs: DAY_MS };

/** By the hour: what no event told of is found within it. */
const reconciling: Timing = { everyMs: HOUR_MS, offsetMs: 0, jitterMs: 10 * MINUTE_MS, catchUpMs: HOUR_MS };

/** By the hour: a case of the function's own looks before that, and when one is ended early. */
const telling: Timing = { ...reconciling, offsetMs: 5 * MINUTE_MS };

/** After the sweeps. What is kept for years may go a day later, and a missed night is made up for all the same. */
const erasing: Timing = { ...sweeping, offsetMs: 3 * HOUR_MS + 15 * MINUTE_MS };

/**
 * As often as a checkpoint may be old by default, so that one that is too old is told of within twice that. A look that was
 * missed is worth nothing once the next one comes: 10 s is the least that the engine takes.
 */
const watching: Timing = {
  everyMs: 5 * MINUTE_MS,
  offsetMs: 0,
  jitterMs: 30 * SECOND_MS,
  catchUpMs: 10 * SECOND_MS,
};

/**
 * Twice a day, so that one that was missed leaves the last no older than a day, which is when the doctor fails. Apart from
 * the nightly work, which it would only wait for.
 */
const verifying: Timing = {
  everyMs: 12 * HOUR_MS,
  offsetMs: 5 * HOUR_MS,
  jitterMs: 30 * MINUTE_MS,
  catchUpMs: 6 * HOUR_MS,
};

/**
 * Every schedule that a company has: a sweep for each function that dates open, one for each whose acts are watched, one for
 * each whose claims wait for others' to end, and the upkeep of its record. Pure.
 */
export function schedulesOf(company: string, functions: FunctionTable = shipped): readonly CompanySchedule[] {
  const named = (functionId: string, work: ScheduledRef["work"], timing: Timing): CompanySchedule => {
    return { id: `${company}:${functionId}:${work}`, company, functionId, work, ...timing };
  };
  const dated = Object.values(functions).filter(({ triggers }) => triggers.some(({ kind }) => kind === "date"));
  const watched = Object.values(functions).filter(({ actions: [first] }) => first.takenBackBy !== undefined);
  const waitedFor = Object.values(functions).filter(({ waiting }) => waiting !== undefined);
  return [
    ...dated.map(({ id }) => named(id, "sweep", sweeping)),
    ...watched.map(({ id }) => named(id, "reconcile", reconciling)),
    ...waitedFor.map(({ id }) => named(id, "protection", telling)),
    named(RECORD, "retention", erasing),
    named(RECORD, "checkpoint", watching),
    named(RECORD, "verification", verifying),
  ];
}
