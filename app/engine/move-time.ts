import { Client, WorkflowNotFoundError } from "@temporalio/client";
import { schedulesOf, type CompanySchedule } from "../schedules/company-schedules.ts";
import type { Sql } from "../../audit/records.ts";
import { offsetOf, setCompanyClock, type CompanyClock } from "../../db/company-clock.ts";
import { SCHEDULED_WORKFLOW, taskQueue } from "../../temporal.config.ts";
import type { ScheduledEnd } from "../../workflows/scheduled-run.ts";
import { skipTime } from "./skip-time.ts";

/** A company on embedded engines whose time is moved. */
export type Moved = {
  readonly client: Client;
  /** The login that owns the schema: no other sets a clock. */
  readonly owner: Sql;
  readonly company: string;
  readonly queuePrefix: string;
  /** What falls due; the company's own schedules when absent. */
  readonly schedules?: readonly CompanySchedule[];
  /** Clocks of this process: they hear of it at once. */
  readonly clocks?: readonly CompanyClock[];
};

/** A run that was fired for a moment that fell due. */
export type Fired = ScheduledEnd & { readonly schedule: string };

const PATIENCE_MS = 60_000;
const LOOK_MS = 20;

/**
 * Moves a company to a later instant, ISO 8601: everything that falls due on the way happens in order, each at its own
 * moment. The watch of checkpoints goes by wall time and is left to itself. Somebody must bring events to their cases meanwhile.
 */
export async function moveTime(moved: Moved, to: string): Promise<readonly Fired[]> {
  const schedules = moved.schedules ?? schedulesOf(moved.company);
  const fired: Fired[] = [];
  for (const { at, schedule } of dueUntil(schedules, await nowOf(moved), Date.parse(to))) {
    await setTime(moved, at);
    fired.push({ ...(await fire(moved, schedule, at)), schedule: schedule.id });
    await broughtIn(moved);
  }
  await setTime(moved, to);
  return fired;
}

/** The engine for whoever starts cases of a company whose time was moved: a new case begins at the company's clock. */
export function movedClient(client: Client, sql: Sql, company: string): Client {
  const { connection } = client;
  const workflowService = new Proxy(connection.workflowService, {
    get(service, name, receiver) {
      const call: unknown = Reflect.get(service, name, receiver);
      if (name !== "signalWithStartWorkflowExecution" || typeof call !== "function") return call;
      return async (request: object) => {
        const aheadMs = await offsetOf(sql, company);
        const duration = { seconds: Math.floor(aheadMs / 1_000) as never };
        const fastForwardConfig = { id: "the company's clock", duration };
        const ahead = { workflowStartDelay: duration, timeSkippingConfig: { enabled: true, fastForwardConfig } };
        return Reflect.apply(call, service, [aheadMs === 0 ? request : { ...request, ...ahead }]) as unknown;
      };
    },
  });
  const moved = new Proxy(connection, {
    get: (target, name, receiver) =>
      name === "workflowService" ? workflowService : (Reflect.get(target, name, receiver) as unknown),
  });
  const { namespace, interceptors, loadedDataConverter } = client.options;
  const dataConverter = { payloadCodecs: loadedDataConverter.payloadCodecs };
  return new Client({ connection: moved, namespace, dataConverter, interceptors });
}

type Due = { readonly at: string; readonly schedule: CompanySchedule };

/** What falls due after one instant and not after another, in order; jitter is left out. */
function dueUntil(schedules: readonly CompanySchedule[], fromMs: number, toMs: number): readonly Due[] {
  const due = schedules.flatMap((schedule) => {
    const { everyMs, offsetMs, work } = schedule;
    const first = Math.floor((fromMs - offsetMs) / everyMs) + 1;
    const last = Math.floor((toMs - offsetMs) / everyMs);
    const times = Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * everyMs + offsetMs);
    return work === "checkpoint" || work === "verification"
      ? []
      : times.map((time) => ({ at: new Date(time).toISOString(), schedule }));
  });
  return due.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

async function nowOf({ owner, company }: Moved): Promise<number> {
  return Date.now() + (await offsetOf(owner, company));
}

/** Sets the company's clock, and skips every open case to it; what fell due in them is taken up when it resolves. */
async function setTime(moved: Moved, to: string): Promise<void> {
  const { client, owner, company, clocks = [] } = moved;
  await setCompanyClock(owner, company, Math.max(Date.parse(to) - Date.now(), await offsetOf(owner, company)));
  await Promise.all(clocks.map((clock) => clock.read()));
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const open = await openCases(moved);
    const behind = open.flatMap((one) => {
      const seconds = Math.floor((Date.parse(to) - one.nowMs) / 1_000);
      return one.isAtRest && seconds > 0 ? [{ ...one, seconds }] : [];
    });
    if (behind.length === 0 && open.every(({ isAtRest }) => isAtRest)) return;
    await Promise.all(behind.map(({ caseId, seconds }) => skipTime(client, caseId, seconds).catch(unlessEnded)));
    if (performance.now() > end) throw new Error(`cases of ${company} are not at ${to} after ${PATIENCE_MS} ms`);
    await aMoment();
  }
}

/** `isAtRest`: it is not being skipped, and its code has nothing to take up. */
type CaseClock = { readonly caseId: string; readonly nowMs: number; readonly isAtRest: boolean };

async function openCases({ client, company }: Moved): Promise<readonly CaseClock[]> {
  const { namespace } = client.options;
  const isCase = `WorkflowId STARTS_WITH '${company}:' AND WorkflowType != '${SCHEDULED_WORKFLOW}'`;
  const open: CaseClock[] = [];
  for await (const { workflowId } of client.workflow.list({ query: `ExecutionStatus = 'Running' AND ${isCase}` })) {
    const found = await client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
    if (found.workflowExecutionInfo?.closeTime) continue;
    const { currentTime, effectiveConfig } = found.workflowExtendedInfo?.timeSkippingInfo ?? {};
    const nowMs = currentTime ? Number(currentTime.seconds) * 1_000 + (currentTime.nanos ?? 0) / 1e6 : Date.now();
    const isAtRest = effectiveConfig?.enabled !== true && !found.pendingWorkflowTask;
    open.push({ caseId: workflowId, nowMs, isAtRest });
  }
  return open;
}

async function fire({ client, queuePrefix }: Moved, schedule: CompanySchedule, at: string): Promise<ScheduledEnd> {
  const { id, company, functionId, work } = schedule;
  return client.workflow.execute(SCHEDULED_WORKFLOW, {
    workflowId: `${id}-${at.replace(".000Z", "Z")}`,
    taskQueue: taskQueue(queuePrefix, "orchestration"),
    args: [{ company, functionId, work, at }],
  }) as Promise<ScheduledEnd>;
}

/** Waits until what came in has reached its case. */
async function broughtIn({ owner, company }: Moved): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  const waiting = "select from inbox where company = $1 and dispatched_at is null and state = 'pending' limit 1";
  while (((await owner.query(waiting, [company])).rowCount ?? 0) > 0) {
    if (performance.now() > end) throw new Error(`events of ${company} reach no case`);
    await aMoment();
  }
}

function unlessEnded(error: unknown): void {
  const { code } = error as { readonly code?: number };
  if (!(error instanceof WorkflowNotFoundError) && code !== 5) throw error;
}

const aMoment = () => new Promise<void>((resume) => setTimeout(resume, LOOK_MS));
