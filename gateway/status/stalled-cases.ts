import type { Client } from "@temporalio/client";
import { SCHEDULED_WORKFLOW } from "../../temporal.config.ts";

/** A case, or a run of a schedule, that tries the same thing again and again. Nothing of it is lost: it goes on by itself once that is mended. */
export type StalledCase = {
  readonly caseId: string;
  /**
   * `activity`: a call to a model or an outside system fails. `workflow-task`: the case's own code fails. `ledger`: its
   * work in the database does not succeed. `no-worker`: nobody takes it up.
   */
  readonly kind: "activity" | "workflow-task" | "ledger" | "no-worker";
  /** The activity that fails; null for the other kinds. */
  readonly activity: string | null;
  /** How often it was begun; null where the engine does not count. */
  readonly attempts: number | null;
  /** How long it has been so, in milliseconds; null where the engine does not tell. */
  readonly forMs: number | null;
  /** The latest failure's code, where the engine keeps one: the worker's log says more. */
  readonly failure: string | null;
};

/** A case that ended before its work did: it failed, ran out of time, or somebody terminated it. `closedAt`: ISO 8601. */
export type BrokenCase = { readonly caseId: string; readonly closedAt: string };

export type OpenCases = {
  readonly caseIds: readonly string[];
  /** How many of them there was time to look at. */
  readonly lookedAt: number;
  readonly stalled: readonly StalledCase[];
  /** Of the last 30 days, those that no later run took up. */
  readonly broken: readonly BrokenCase[];
};

export type StallLimits = {
  /** Begun more often than this, a thing is stalled. */
  readonly mostAttempts: number;
  /**
   * Longest that a case's ledger work may take at a stretch. One attempt ends within 10 s, and what fails at once was
   * tried eight times by then: `ledgerActivity` of temporal.config.ts.
   */
  readonly ledgerMs: number;
  /** Longest that a case may wait for a worker. */
  readonly unclaimedMs: number;
};

const stallLimits: StallLimits = { mostAttempts: 5, ledgerMs: 20_000, unclaimedMs: 30_000 };

/** The time there is to look at cases, and how many are asked about at once. */
const LOOK_MS = 5_000;
const AT_ONCE = 16;
const LONGEST_FAILURE = 300;
/** Where the engine says that workflow tasks of a case fail. */
const REPORT = "TemporalReportedProblems";

export type AskedCases = {
  readonly company: string;
  /** Cases that wait for people: they are looked at last, and first those whose problems the engine reports. */
  readonly waiting: ReadonlySet<string>;
  readonly limits?: Partial<StallLimits>;
  readonly lookMs?: number;
};

/**
 * Asks the engine what each open case of a company is at. It alone knows of a case whose worker died, whose code fails or
 * whose database work fails, whatever else is down. Rejects when it does not answer.
 */
export async function lookAtCases(
  client: Client,
  { company, waiting, limits, lookMs = LOOK_MS }: AskedCases,
): Promise<OpenCases> {
  const until = performance.now() + lookMs;
  const open = await openCases(client, company);
  const turn = ({ caseId, isReported }: OpenCase) => (isReported ? 0 : waiting.has(caseId) ? 2 : 1);
  const order = open.toSorted((a, b) => turn(a) - turn(b)).values();
  const stalled: StalledCase[] = [];
  let lookedAt = 0;
  const look = async (): Promise<void> => {
    for (const { caseId, isScheduled } of order) {
      const stall = stallOf(caseId, await described(client, caseId), { ...stallLimits, ...limits });
      if (stall !== undefined) stalled.push(stall);
      if (!isScheduled) lookedAt += 1;
      if (performance.now() > until) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  const cases = open.filter(({ isScheduled }) => !isScheduled);
  return {
    caseIds: cases.map(({ caseId }) => caseId),
    lookedAt,
    stalled,
    broken: await brokenCases(client, company, open),
  };
}

/** How far back the engine is asked for cases that broke. */
const BROKEN_MS = 30 * 24 * 60 * 60 * 1000;

/** The last run of each case that is not open. A later run that ended well has recorded its end. */
async function brokenCases(client: Client, company: string, open: readonly OpenCase[]): Promise<readonly BrokenCase[]> {
  const since = new Date(Date.now() - BROKEN_MS).toISOString();
  const ended = "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut', 'Canceled')";
  const query = `${ended} AND CloseTime > '${since}' AND WorkflowId STARTS_WITH '${company}:'`;
  const isOpen = new Set(open.map(({ caseId }) => caseId));
  const broken = new Map<string, BrokenCase>();
  for await (const { workflowId: caseId, type, closeTime } of client.workflow.list({ query })) {
    if (type === SCHEDULED_WORKFLOW || isOpen.has(caseId) || closeTime === undefined) continue;
    const closedAt = closeTime.toISOString();
    if (closedAt > (broken.get(caseId)?.closedAt ?? "")) broken.set(caseId, { caseId, closedAt });
  }
  return [...broken.values()];
}

/** `isReported`: the engine itself says that its code fails. `isScheduled`: it is no case but what a schedule began. */
type OpenCase = { readonly caseId: string; readonly isReported: boolean; readonly isScheduled: boolean };

/** A company's name is of letters, digits and hyphens: nothing in it ends the quotes. */
async function openCases(client: Client, company: string): Promise<readonly OpenCase[]> {
  const query = `ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${company}:'`;
  const open: OpenCase[] = [];
  for await (const { workflowId: caseId, type, raw } of client.workflow.list({ query })) {
    const isReported = raw.searchAttributes?.indexedFields?.[REPORT] !== undefined;
    open.push({ caseId, isReported, isScheduled: type === SCHEDULED_WORKFLOW });
  }
  return open;
}

type Described = Awaited<ReturnType<Client["workflowService"]["describeWorkflowExecution"]>>;

async function described(client: Client, workflowId: string): Promise<Described> {
  const { namespace } = client.options;
  return client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
}

function stallOf(caseId: string, found: Described, limits: StallLimits): StalledCase | undefined {
  const failing = found.pendingActivities.find(({ attempt }) => (attempt ?? 0) > limits.mostAttempts);
  if (failing !== undefined) {
    const failure = failing.lastFailure?.message?.slice(0, LONGEST_FAILURE) ?? null;
    const activity = failing.activityType?.name ?? "";
    return { caseId, kind: "activity", activity, attempts: failing.attempt ?? null, forMs: null, failure };
  }
  const { pendingWorkflowTask: task } = found;
  if (task === null || task === undefined) return undefined;
  const attempts = task.attempt ?? 1;
  const common = { caseId, activity: null, failure: null };
  if (attempts > limits.mostAttempts) {
    return { ...common, kind: "workflow-task", attempts, forMs: null, failure: causeOf(found) };
  }
  // Ledger work holds its workflow task open: the task is scheduled anew every few seconds, its first time stays.
  const scheduledMs = msOf(task.scheduledTime);
  const heldMs = scheduledMs - msOf(task.originalScheduledTime);
  if (heldMs > limits.ledgerMs) return { ...common, kind: "ledger", attempts: null, forMs: heldMs };
  const unclaimedMs = task.startedTime ? 0 : Date.now() - scheduledMs;
  if (unclaimedMs > limits.unclaimedMs) return { ...common, kind: "no-worker", attempts: null, forMs: unclaimedMs };
  return undefined;
}

/** Why workflow tasks fail, as the engine names it, such as `NonDeterministicError`. */
function causeOf({ workflowExecutionInfo: info }: Described): string | null {
  const data = info?.searchAttributes?.indexedFields?.[REPORT]?.data ?? new Uint8Array();
  return /cause=WorkflowTask(?:Failed|TimedOut)Cause(\w+)/.exec(Buffer.from(data).toString("utf8"))?.[1] ?? null;
}

function msOf(time: NonNullable<Described["pendingWorkflowTask"]>["scheduledTime"]): number {
  return Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1_000_000);
}
