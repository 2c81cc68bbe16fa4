import type { AgentFault } from "../../agents/fault.ts";
import { queuePrefixOf, taskQueue } from "../../temporal.config.ts";
import { externalTemporal, type Config, type ExternalTemporal } from "../config.ts";
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
  if (config.anthropicApiKey === undefined)
    return ok("model", "offline deterministic model (ANTHROPIC_API_KEY is not set)");
  const where = config.anthropicBaseUrl === undefined ? "" : ` at ${config.anthropicBaseUrl}`;
  const which = `${config.model} through the Anthropic API${where}`;
  if (deps.tryModel === undefined) return ok("model", `${which}, key present`);
  const failed = await deps.tryModel(config);
  if (failed === undefined) return ok("model", `${which} answers, the key is good`);
  const isPassing = failed.retryable;
  return (isPassing ? warn : fail)("model", `${which}: ${failed.message} (${failed.code})`, fixOf(failed.code));
}

/** Asks the configured model for one token. Undefined when it answered, else why not. */
export async function tryModel(config: Config): Promise<AgentFault | undefined> {
  const { anthropicApiKey: apiKey, anthropicBaseUrl: baseUrl, model } = config;
  if (apiKey === undefined) return undefined;
  const [{ tryAnthropicModel }, { modelFault }] = await Promise.all([
    import("../../agents/models/anthropic.ts"),
    import("../../agents/models/model-fault.ts"),
  ]);
  return tryAnthropicModel({ apiKey, model, baseUrl }, AbortSignal.timeout(TRY_TIMEOUT_MS)).then(
    () => undefined,
    (error: unknown) => modelFault(error),
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
export function wantedModels({ anthropicApiKey, model, modelFallback }: Config): string {
  if (anthropicApiKey === undefined) return "offline";
  return modelFallback === undefined ? model : `${model}, then ${modelFallback}`;
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
