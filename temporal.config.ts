/**
 * Names and times of the durable engine, as constants. Schema-free: workflows import this file.
 * Where the engine is (address, namespace, keys, TLS) comes from TEMPORAL_* or temporal.toml: app/temporal-connection.ts.
 */

/**
 * Task queues by the work they carry. A prefix keeps companies on one namespace apart. Calls to outside systems share
 * the workflows' queue: the worker that asks for one then begins it at once, without another way through the engine.
 */
export type QueueKind = "orchestration" | "agents";

/** The prefix of a company's own queues: no worker takes what is another company's. */
export function queuePrefixOf(company: string): string {
  return `mandate-${company}`;
}

export function taskQueue(prefix: string, kind: QueueKind): string {
  return `${prefix}-${kind}`;
}

/** A workflow knows its own queue only; its siblings share the prefix. */
export function siblingQueue(orchestrationQueue: string, kind: QueueKind): string {
  return orchestrationQueue.replace(/orchestration$/, kind);
}

/** The one workflow type that cases run as. */
export const CASE_WORKFLOW = "governedCase";

/** The workflow type of what a company's schedules start. */
export const SCHEDULED_WORKFLOW = "scheduledRun";

/**
 * Ledger work: a row or two in the database. Retried for ever, because without the record nothing may act. It waits within its
 * workflow task, which is kept alive: that is how the engine tells that a case's ledger work does not succeed.
 */
export const ledgerActivity = {
  startToCloseTimeout: "10 seconds",
  retry: { initialInterval: "100 milliseconds", maximumInterval: "5 seconds", backoffCoefficient: 2 },
} as const;

/**
 * The agents' turns of one step. Each model call is kept by itself, so an attempt goes on where the last one failed; after
 * the last the request is put to people as it stands.
 */
export const agentActivity = {
  startToCloseTimeout: "3 minutes",
  heartbeatTimeout: "5 seconds",
  retry: {
    initialInterval: "500 milliseconds",
    maximumInterval: "30 seconds",
    backoffCoefficient: 2,
    maximumAttempts: 6,
  },
} as const;

/** How long a turn that only a model can do waits for one before its request goes to people: well within their shortest time. */
export const NEEDED_MODEL_WAIT_MS = 15 * 60_000;

/**
 * Looks whether what only an outage put to people can be decided without them: once at a time, for the case itself comes
 * again.
 */
export const agentsBackActivity = { ...agentActivity, retry: { maximumAttempts: 1 } } as const;

/** When a case looks again, each time after twice as long; after so many times the question is people's for good. */
export const AGENTS_BACK = { firstMs: 5_000, mostMs: 15 * 60_000, times: 100 } as const;

/** A call to an outside system. Retried for ever under the same key; a terminal answer ends it. */
export const toolActivity = {
  startToCloseTimeout: "30 seconds",
  heartbeatTimeout: "5 seconds",
  retry: { initialInterval: "250 milliseconds", maximumInterval: "60 seconds", backoffCoefficient: 2 },
} as const;

/**
 * A page of scheduled work: reads many records, or erases many cases; verifying the whole record is one page, and takes its
 * time. Retried for ever, for a page that is done twice does nothing the second time; while it is, the next run of its
 * schedule is skipped. A worker that dies is noticed by its heartbeat.
 */
export const scheduledActivity = {
  startToCloseTimeout: "2 hours",
  heartbeatTimeout: "10 seconds",
  retry: { initialInterval: "1 second", maximumInterval: "60 seconds", backoffCoefficient: 2 },
} as const;

/** How long a sweep waits when the inbox has no room for more of what it finds. */
export const SWEEP_PAUSE = "10 seconds";

/**
 * What one worker does at a time, so that a backlog waits with the engine and not in the worker: a worker that is killed loses what it
 * had taken, and a workflow task that cannot finish in its time is done again with the ledger work inside it.
 *
 * `ledgerActivities`: as many as its pool has connections (16) less what `act` and the agents use; beyond that they would wait for
 * one within their 10 s. `workflowTasks`: each has one or two of those under way. `toolActivities`, `agentTurns`: they wait for
 * systems outside and may be more than there are processors, but each that is lost is an attempt less of its agents' six.
 * `cachedWorkflows`: about 1 MB each; more are replayed from history when they wake. Polls: half of the tasks, as the SDK advises.
 */
export const AT_ONCE = {
  workflowTasks: 12,
  workflowTaskPolls: 6,
  ledgerActivities: 12,
  toolActivities: 12,
  agentTurns: 12,
  cachedWorkflows: 500,
} as const;

/** How long the server waits for a worker that took a workflow task and fell silent. */
export const WORKFLOW_TASK_TIMEOUT_MS = 5_000;

/**
 * How long one activation of workflow code may take. Code that is cut short leaves Node's stack of asynchronous contexts as it
 * was in the middle, and the process dies of it (seen with 4,000 signals of one case on a busy machine): only what would never
 * end is worth that.
 */
export const WORKFLOW_CODE_TIMEOUT = "2 minutes";

/** How long before its first date a dated case is opened: the daily sweep opens it, and one that comes earlier is left to that. */
export const DATED_CASE_AHEAD_MS = 7 * 24 * 3_600_000;

/** Events after which a case that sleeps begins its history anew. The engine warns at 10,240. */
export const LONG_HISTORY = 2_000;

/** Fresh proposals for one step when the record keeps changing under an approval. Then the step gives up: nothing acts. */
export const MAX_ROUNDS = 5;

/** The header of engine calls that carries W3C trace context: ids alone. */
export const TRACE_HEADER = "traceparent";

/** How long a case waits, again and again, for those whom it has asked first: two minutes in all, then it goes on and says so. */
export const ASKED_FIRST_PAUSES_MS = [500, 1_000, 2_000, 4_000, 7_500, 15_000, 30_000, 60_000] as const;
