import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from "@temporalio/client";
import type { Client, ScheduleDescription, ScheduleOptions } from "@temporalio/client";
import { isDeepStrictEqual } from "node:util";
import { SCHEDULED_WORKFLOW, WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import type { CompanySchedule } from "./company-schedules.ts";

/** A company's schedules as they are to be. `queue`: the task queue that their runs are started on. */
export type Wanted = {
  readonly company: string;
  readonly schedules: readonly CompanySchedule[];
  readonly queue: string;
};

/** Ids of a company's schedules, by what is to be done about them. One that is paused differs in nothing by that. */
export type Standing = {
  readonly missing: readonly string[];
  readonly differing: readonly string[];
  /** Ours of this company, and nobody names them any more. */
  readonly left: readonly string[];
  readonly paused: readonly string[];
};

/** Looks and changes nothing. Rejects when the engine does not answer. */
export async function lookAtSchedules(client: Client, { company, schedules, queue }: Wanted): Promise<Standing> {
  const found = await Promise.all(
    schedules.map(async (schedule) => {
      const known = await describe(client, schedule.id);
      const differs = known !== undefined && !isDeepStrictEqual(formOf(known), formOf(optionsOf(schedule, queue)));
      return { id: schedule.id, isMissing: known === undefined, differs, isPaused: known?.state.paused === true };
    }),
  );
  const idsOf = (which: (one: (typeof found)[number]) => boolean) => found.filter(which).map(({ id }) => id);
  return {
    missing: idsOf(({ isMissing }) => isMissing),
    differing: idsOf(({ differs }) => differs),
    left: await leftOver(client, company, new Set(schedules.map(({ id }) => id))),
    paused: idsOf(({ isPaused }) => isPaused),
  };
}

/**
 * Makes a company's schedules what they are to be, and answers what it found. One that somebody paused stays paused, and
 * schedules of others stay as they are. Safe to repeat, and for several at once: each ends with the same.
 */
export async function keepSchedules(client: Client, wanted: Wanted): Promise<Standing> {
  const standing = await lookAtSchedules(client, wanted);
  const { missing, differing, left } = standing;
  const toPut = wanted.schedules.filter(({ id }) => missing.includes(id) || differing.includes(id));
  await Promise.all([
    ...toPut.map((schedule) => put(client, optionsOf(schedule, wanted.queue))),
    ...left.map((id) => client.schedule.getHandle(id).delete().catch(unlessGone)),
  ]);
  return standing;
}

/** Somebody else may have made it meanwhile. */
async function put(client: Client, options: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, action, policies } = options;
    const update = ({ state }: ScheduleDescription) => ({ spec, action, ...(policies && { policies }), state });
    await client.schedule.getHandle(options.scheduleId).update(update);
  }
}

/**
 * A run that is under way when the next one is due is not begun twice. The engine adds the moment to the id of each run's
 * workflow.
 */
function optionsOf(
  { id, everyMs, offsetMs, jitterMs, catchUpMs, ...ref }: CompanySchedule,
  taskQueue: string,
): ScheduleOptions {
  const { company, functionId, work } = ref;
  return {
    scheduleId: id,
    spec: { intervals: [{ every: everyMs, offset: offsetMs }], jitter: jitterMs },
    action: {
      type: "startWorkflow",
      workflowType: SCHEDULED_WORKFLOW,
      workflowId: id,
      taskQueue,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
      args: [{ company, functionId, work }],
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUpMs, pauseOnFailure: false },
  };
}

/** What is compared: the same for what we ask for and what the engine tells of it. */
function formOf({ spec, action, policies }: Pick<ScheduleOptions, "spec" | "action" | "policies">) {
  const { workflowType, workflowId, taskQueue, workflowTaskTimeout, args } = action;
  const { intervals = [], calendars = [], cronExpressions = [], skip = [], jitter, startAt, endAt, timezone } = spec;
  return {
    intervals: intervals.map(({ every, offset }) => [every, offset]),
    others: [...calendars, ...cronExpressions, ...skip].length,
    bounds: [startAt ?? null, endAt ?? null, timezone === "UTC" ? "" : (timezone ?? "")],
    jitter,
    run: [workflowType, workflowId, taskQueue, workflowTaskTimeout, args],
    policies: [policies?.overlap, policies?.catchupWindow, policies?.pauseOnFailure],
  };
}

async function describe(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    return unlessGone(error);
  }
}

/**
 * The list lags behind by moments: what it does not show yet is found the next time. A company's name is of letters, digits
 * and hyphens: nothing in it ends the quotes.
 */
async function leftOver(client: Client, company: string, wanted: ReadonlySet<string>): Promise<readonly string[]> {
  const left: string[] = [];
  const query = `ScheduleId STARTS_WITH '${company}:'`;
  for await (const { scheduleId, action } of client.schedule.list({ query })) {
    if (action?.workflowType === SCHEDULED_WORKFLOW && !wanted.has(scheduleId)) left.push(scheduleId);
  }
  return left;
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}
