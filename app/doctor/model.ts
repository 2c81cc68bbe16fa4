import type { AgentFault } from "../../agents/fault.ts";
import { ModelNotThere } from "../../agents/models/suppliers.ts";
import { queuePrefixOf, taskQueue } from "../../temporal.config.ts";
import { externalTemporal, type Config, type ExternalTemporal } from "../config.ts";
import { modelOf } from "../model-choice.ts";
import { fixOf } from "../model-standing.ts";
import { modelsIn } from "../worker-identity.ts";
import { fail, type Finding, ok, type Patient, warn } from "./finding.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const TRY_TIMEOUT_MS = 15_000;

/** A worker polls for a minute at a time: one that was not seen for longer is gone. */
const SEEN_WITHIN_MS = 90_000;

/** Says which model is configured, tries its key, and asks the running workers which one they ask. The key is never printed. */
export async function checkModel(patient: Patient): Promise<readonly Finding[]> {
  return Promise.all([checkKey(patient), checkWorkers(patient)]);
}

async function checkKey({ config, deps }: Patient): Promise<Finding> {
  const choice = modelOf(config);
  if (choice.kind === "offline") return ok("model", "offline deterministic model (ANTHROPIC_API_KEY is not set)");
  const where = choice.baseUrl === undefined ? "" : ` at ${choice.baseUrl}`;
  const through = choice.kind === "anthropic" ? " through the Anthropic API" : "";
  const which = `${config.model}${through}${where}`;
  if (deps.tryModel === undefined) return ok("model", `${which}, key present`);
  const failed = await deps.tryModel(config).catch(notThere);
  if (failed instanceof ModelNotThere) return fail("model", failed.message, failed.fix);
  if (failed === undefined) return ok("model", `${which} answers, the key is good`);
  const isPassing = failed.retryable;
  return (isPassing ? warn : fail)("model", `${which}: ${failed.message} (${failed.code})`, fixOf(failed.code));
}

function notThere(error: unknown): ModelNotThere {
  if (error instanceof ModelNotThere) return error;
  throw error;
}

/** Asks the configured model for one token. Throws `ModelNotThere`. Undefined when it answered, else why not. */
export async function tryModel(config: Config): Promise<AgentFault | undefined> {
  const choice = modelOf(config);
  if (choice.kind === "offline") return undefined;
  const [{ tryModel: asked }, { modelFault }] = await Promise.all([
    import("../../agents/models/try-model.ts"),
    import("../../agents/models/model-fault.ts"),
  ]);
  return asked(choice, AbortSignal.timeout(TRY_TIMEOUT_MS)).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof ModelNotThere) throw error;
      return modelFault(error);
    },
  );
}

async function checkWorkers(patient: Patient): Promise<Finding> {
  const check = "worker's model";
  const wanted = wantedModels(patient.config);
  const identities = await workersOf(patient);
  if (identities === undefined) return ok(check, "the durable engine does not run, and so no worker");
  if (identities.length === 0) return ok(check, "no worker does agents' turns now");
  const running = [...new Set(identities.map((identity) => modelsIn(identity) ?? "an unknown model"))];
  const told = `${identities.length === 1 ? "the running worker asks" : `${identities.length} running workers ask`} ${running.join(", and ")}`;
  if (running.every((models) => models === wanted)) return ok(check, told);
  return warn(check, `${told}; configured here is ${wanted}`, "start the worker again with the same environment");
}

/** As a worker's identity names them. */
export function wantedModels(config: Config): string {
  const choice = modelOf(config);
  if (choice.kind === "offline") return "offline";
  const { fallback } = choice;
  const second = choice.kind === "supplied" ? `${choice.supplier}:${fallback}` : fallback;
  return fallback === undefined ? config.model : `${config.model}, then ${second}`;
}

/** Identities of the workers that poll for agents' turns; undefined when no engine is there to be asked. */
async function workersOf({ config, deps, runtime }: Patient): Promise<readonly string[] | undefined> {
  const outside = await (deps.externalTemporal ?? externalTemporal)();
  const embedded = runtime.kind === "running" ? runtime.runtime.temporalAddress : undefined;
  const address = outside?.address ?? embedded;
  if (address === undefined) return undefined;
  const { namespace, connectionOptions } = outside ?? { namespace: "default", connectionOptions: { address } };
  const queue = taskQueue(queuePrefixOf(config.company), "agents");
  return pollersOf({ namespace, connectionOptions }, queue).catch(() => undefined);
}

/** Identities of the workers that polled a queue of activities in the last minute and a half. */
export async function pollersOf(
  { namespace, connectionOptions }: Pick<ExternalTemporal, "namespace" | "connectionOptions">,
  queue: string,
): Promise<readonly string[]> {
  const { Connection } = await import("@temporalio/client");
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: queue },
      taskQueueType: ACTIVITY_QUEUE,
    });
    const sinceMs = Date.now() - SEEN_WITHIN_MS;
    return (pollers ?? []).flatMap(({ identity, lastAccessTime }) => {
      const seenMs = Number(lastAccessTime?.seconds ?? 0) * 1_000;
      return seenMs < sinceMs || !identity ? [] : [identity];
    });
  } finally {
    await connection.close();
  }
}

/** `TASK_QUEUE_TYPE_ACTIVITY` of the engine's API. */
const ACTIVITY_QUEUE = 2;
