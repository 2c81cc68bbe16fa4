import { join } from "node:path";
import { NativeConnection, Worker, type WorkerOptions } from "@temporalio/worker";
import type { LedgerPool } from "../audit/records.ts";
import { projectRoot } from "../engines/project-root.ts";
import type { OnOutOfReach } from "../audit/ledgers/opening.ts";
import type { Agents } from "../agents/agents.ts";
import type { TurnCalls } from "../audit/ledgers/model-turns.ts";
import { AT_ONCE, taskQueue, WORKFLOW_CODE_TIMEOUT, type QueueKind } from "../temporal.config.ts";
import type { LedgerActivities } from "../workflows/activities.ts";
import { createAct, type EffectTools } from "./activities/act.ts";
import { createDecide } from "./activities/decide.ts";
import { createEscalate } from "./activities/escalate.ts";
import type { ReadTools } from "../deciding/evidence.ts";
import { createPlan } from "./activities/plan.ts";
import { createAgentActivities, createPropose } from "./activities/propose.ts";
import { createRecord } from "./activities/record.ts";
import { createAgree } from "./activities/agree.ts";
import { createOpenCase } from "./activities/open-case.ts";
import { createTellWaiting } from "./activities/tell-waiting.ts";
import { createReply } from "./activities/reply.ts";
import { createScheduled, type ScheduledDeps } from "./activities/scheduled.ts";
import type { Alarm } from "../deciding/decider.ts";
import type { PolicySource } from "../deciding/policy-source.ts";
import type { ObjectNames } from "../tools/own-ids.ts";
import type { Prices } from "../domain/model-prices.ts";
import type { UnknownNameAlarm } from "./activities/unknown-name.ts";
import { workerIdentity } from "./worker-identity.ts";
import { tracedActivities, tracedRuns } from "./engine/traced.ts";
import { toldByCode } from "./engine/failures.ts";
import type { TemporalPlace } from "./temporal-connection.ts";

export type WorkerDeps = {
  readonly pool: LedgerPool;
  readonly policies: PolicySource;
  readonly agents: Agents;
  /** The models that they ask, as the worker's identity names them. */
  readonly models: string;
  /** Model calls that become durable with what their turn leaves. */
  readonly turnCalls: TurnCalls;
  /** What calls of models are told in. */
  readonly prices: Prices;
  readonly readTools: ReadTools;
  readonly effectTools: EffectTools;
  readonly objectNames: ObjectNames;
  readonly now: () => string;
  readonly alarm: Alarm;
  readonly unknownName: UnknownNameAlarm;
  readonly onOutOfReach?: OnOutOfReach | undefined;
  /** As of `DeciderDeps`. */
  readonly alternatives?: "none" | undefined;
  readonly scheduled: Pick<ScheduledDeps, "records" | "log" | "checkpoints" | "bundleKeys" | "functions">;
};

export type WorkerSettings = {
  readonly temporal: TemporalPlace;
  readonly queuePrefix: string;
  /** The bundle built ahead; `workflowsPath` is for tests from source. */
  readonly workflows: { readonly codePath: string } | { readonly workflowsPath: string };
  /** Added to every worker; tests use it to fail at chosen points. */
  readonly interceptors?: WorkerOptions["interceptors"];
};

/** The SDK takes it and leaves it out of its options' type. */
const workflowCode = { isolateExecutionTimeout: WORKFLOW_CODE_TIMEOUT };

/** How long a case that a worker kept in memory waits for that worker before another may take it. */
const STICKY_TIMEOUT = "2 seconds";

export function createLedgerActivities(deps: WorkerDeps): LedgerActivities {
  return {
    ...createPropose(deps),
    ...createDecide(deps),
    ...createEscalate(deps),
    ...createPlan(deps),
    ...createOpenCase(deps),
    ...createTellWaiting(deps),
    ...createReply(deps),
    ...createAgree(deps),
    ...createRecord(deps),
  };
}

/** One process, two task queues, one connection. `run` ends when `shutdown` has drained what was under way. */
export async function createWorkers(deps: WorkerDeps, settings: WorkerSettings) {
  const { namespace, connectionOptions, codecs } = settings.temporal;
  const connection = await NativeConnection.connect(connectionOptions);
  const queue = (kind: QueueKind) => taskQueue(settings.queuePrefix, kind);
  const { workflows, interceptors } = settings;
  const common = {
    connection,
    namespace,
    dataConverter: { payloadCodecs: [...codecs] },
    shutdownGraceTime: "5 seconds",
    shutdownForceTime: "10 seconds",
    interceptors: {
      ...interceptors,
      activity: [tracedActivities, toldByCode(deps.scheduled.log), ...(interceptors?.activity ?? [])],
      ...("workflowsPath" in workflows && { workflowModules: [join(projectRoot(), "workflows/tracing.ts")] }),
    },
  };
  const orchestration = await Worker.create({
    ...common,
    ...("codePath" in workflows ? { workflowBundle: workflows } : workflows),
    taskQueue: queue("orchestration"),
    activities: {
      ...createLedgerActivities(deps),
      ...createAct(deps),
      ...createScheduled({ ...deps, ...deps.scheduled }),
    },
    sinks: tracedRuns,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    maxCachedWorkflows: AT_ONCE.cachedWorkflows,
    maxConcurrentWorkflowTaskExecutions: AT_ONCE.workflowTasks,
    maxConcurrentWorkflowTaskPolls: AT_ONCE.workflowTaskPolls,
    maxConcurrentLocalActivityExecutions: AT_ONCE.ledgerActivities,
    maxConcurrentActivityTaskExecutions: AT_ONCE.toolActivities,
    ...workflowCode,
  });
  const agents = await Worker.create({
    ...common,
    taskQueue: queue("agents"),
    identity: workerIdentity(deps.models),
    activities: createAgentActivities(deps),
    maxConcurrentActivityTaskExecutions: AT_ONCE.agentTurns,
  });
  const workers = [orchestration, agents];
  const shutdown = (): void => {
    for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
  };
  return {
    /** When one fails the others end too: a process that does half of its work would never be started again. */
    async run(): Promise<void> {
      const ended = await Promise.allSettled(workers.map((worker) => worker.run().finally(shutdown)));
      await connection.close();
      for (const outcome of ended) if (outcome.status === "rejected") throw outcome.reason;
    },
    shutdown,
  };
}
