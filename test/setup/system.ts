import type { Client } from "@temporalio/client";
import type { PayloadCodec } from "@temporalio/common";
import type { WorkerOptions } from "@temporalio/worker";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { pino, type Logger } from "pino";
import type { ModelChoice } from "../../agents/models/choose.ts";
import type { UnknownNameAlarm } from "../../app/activities/unknown-name.ts";
import { caseStartOf } from "../../gateway/inbox/case-start.ts";
import type { Alarm } from "../../deciding/decider.ts";
import type { PolicySource } from "../../deciding/policy-source.ts";
import { embeddedAdapters, type Adapters } from "../../tools/adapters.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { payloadCodec } from "../../app/engine/payload-codec.ts";
import { connectClient } from "../../app/temporal-connection.ts";
import { createWorkers } from "../../app/worker.ts";
import { workerDeps } from "../../app/worker-deps.ts";
import type { Finding } from "../../app/doctor/finding.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { EventRef } from "../../domain/event.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { functionOf } from "../../functions/index.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import { taskQueue, WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import { quietRuntime } from "./quiet-runtime.ts";
import { bundleKeys } from "../../proof/export/keys.ts";
import { createDatabase, TEST_SECRET, type TestDatabase } from "./database.ts";
import { givenRequesters } from "../fixtures/people.ts";
import { startCompanyClock, wallTime, type CompanyClock } from "../../db/company-clock.ts";
import { workflowBundle } from "./workflow-code.ts";

export type System = {
  readonly database: TestDatabase;
  /** The company's login, which the product runs with too; the owner's is `database.pool`. */
  readonly pool: LedgerPool;
  readonly client: Client;
  readonly company: string;
  readonly queuePrefix: string;
  /** The company's clock, where it may be moved. */
  readonly clock: CompanyClock | undefined;
  /** Delivers an event to its case as the relay does, and answers the case's id. */
  arrive(functionId: string, objectId: string, event?: Partial<EventRef>): Promise<string>;
  /** As of `TestDatabase.drop`. */
  stop(known?: { readonly differing?: number }): Promise<void>;
};

type Options = {
  /** The run's engines; inside vitest they are injected. */
  readonly engines?: { readonly postgresUrl: string; readonly temporalAddress: string };
  readonly adapters?: (real: Adapters) => Adapters;
  readonly policies?: PolicySource;
  readonly alarm?: Alarm;
  readonly unknownName?: UnknownNameAlarm;
  /** The functions that sweeps know; the shipped ones when absent. */
  readonly functions?: FunctionTable;
  readonly log?: Logger;
  /** The agents' model; the offline one when absent. */
  readonly model?: ModelChoice;
  /** What is found of the audit log's checkpoints: nothing when absent. */
  readonly checkpoints?: (pool: LedgerPool, company: string) => Promise<readonly Finding[]>;
  readonly interceptors?: WorkerOptions["interceptors"];
  /** What payloads are sealed with, as `mandate` does; nothing when absent, so that histories can be searched. */
  readonly codecs?: (company: string) => readonly PayloadCodec[];
  /** The worker goes by the company's clock, which a test moves; by wall time when absent. */
  readonly movable?: true;
  /** What the worker registers, bundled anew; the product's own choreographies, as they are built, when absent. */
  readonly workflowsPath?: string;
};

const root = resolve(import.meta.dirname, "../..");

/** Seals what the engine keeps, as `mandate` does. */
export const sealing = (company: string): readonly PayloadCodec[] => [payloadCodec(company, [TEST_SECRET])];

/** The real thing in one process: database of its own, worker on queues of its own, the run's Temporal server. */
export async function startSystem(options: Options = {}): Promise<System> {
  quietRuntime();
  const engines = options.engines ?? (await injectedEngines());
  const database = await createDatabase(engines.postgresUrl);
  const company = `co-${randomBytes(4).toString("hex")}`;
  const pool = await database.poolOf(company);
  await givenRequesters(pool, company);
  const queuePrefix = company;
  const codecs = options.codecs?.(company) ?? [];
  const place = { namespace: "default", connectionOptions: { address: engines.temporalAddress }, codecs };
  const client = await connectClient(place);
  const log = options.log ?? pino({ level: "silent" });
  const clock = options.movable && (await startCompanyClock({ sql: pool, company, log, movable: true }));
  const now = clock?.now ?? wallTime;
  const real = embeddedAdapters(pool, now);
  const adapters = options.adapters?.(real) ?? real;
  const policies = options.policies ?? (await loadPolicies(resolve(root, "policies")));
  const deps = await workerDeps({
    pool,
    now,
    policies,
    adapters,
    model: options.model ?? { kind: "offline" },
    alarm: options.alarm ?? (() => undefined),
    unknownName: options.unknownName ?? (() => undefined),
    scheduled: {
      log,
      bundleKeys: bundleKeys(TEST_SECRET, { witnesses: [] }),
      checkpoints: () => options.checkpoints?.(pool, company) ?? Promise.resolve([]),
      ...(options.functions && { functions: options.functions }),
    },
  });
  const workers = await createWorkers(deps, {
    temporal: place,
    queuePrefix,
    workflows: options.workflowsPath === undefined ? workflowBundle : { workflowsPath: options.workflowsPath },
    ...(options.interceptors && { interceptors: options.interceptors }),
  });
  const running = workers.run();
  return {
    database,
    pool,
    client,
    company,
    queuePrefix,
    clock,
    arrive: (functionId, objectId, event) =>
      arrive(client, { company, queuePrefix, functionId, objectId, event: event ?? {} }),
    async stop(known) {
      workers.shutdown();
      await running;
      await client.connection.close();
      await clock?.stop();
      await database.drop(known);
    },
  };
}

async function injectedEngines() {
  const { inject } = await import("vitest");
  return { postgresUrl: inject("postgresUrl"), temporalAddress: inject("temporalAddress") };
}

export type Arrival = {
  company: string;
  queuePrefix: string;
  functionId: string;
  objectId: string;
  event: Partial<EventRef>;
};

/** Delivers an event to its case as the relay does. */
export async function arrive(
  client: Client,
  { company, queuePrefix, functionId, objectId, event }: Arrival,
): Promise<string> {
  const { system, type: objectType } = functionOf(functionId).subject;
  const workflowId = caseIdOf(company, functionId, objectRefOf(system, objectType, objectId));
  const at = new Date().toISOString();
  const ref: EventRef = {
    eventId: `evt_${objectId}`,
    company,
    functionId,
    source: "hubspot",
    system,
    objectType,
    objectId,
    occurredAt: at,
    receivedAt: at,
    ...event,
  };
  const { workflow, input } = caseStartOf({ company, functionId, objectType, objectId });
  await client.workflow.signalWithStart(workflow, {
    workflowId,
    taskQueue: taskQueue(queuePrefix, "orchestration"),
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
    args: [input],
    signal: "eventArrived",
    signalArgs: [ref],
  });
  return workflowId;
}

/** Polls until `probe` answers something, at most ten seconds. */
export async function eventually<T>(probe: () => Promise<T | undefined>, timeoutMs = 10_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`nothing came within ${timeoutMs} ms`);
    await new Promise((resume) => setTimeout(resume, 25));
  }
}
