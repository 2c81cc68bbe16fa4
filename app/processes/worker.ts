import { join } from "node:path";
import type { LedgerPool } from "../../audit/records.ts";
import type { Logger } from "pino";

import { queuePrefixOf } from "../../temporal.config.ts";
import { bundleKeys } from "../../proof/export/keys.ts";
import { startIntegrator } from "../../proof/log/integrator.ts";
import { auditSecret } from "../../proof/secret.ts";
import { requireSecret } from "../../proof/secret-fit.ts";
import { configuredSinks } from "../../proof/sinks/configured.ts";
import { loadConfig, type Config } from "../config.ts";
import { checkCheckpoints } from "../doctor/checkpoints.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { withoutLangSmith } from "../langsmith.ts";
import { createLogger } from "../log.ts";
import { modelOf } from "../model-choice.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { createPolicySource } from "../../releases/source.ts";
import { startDemotionWatch } from "../../releases/watch.ts";
import { codecsOf } from "../engine/codec-of.ts";
import { endWithSupervisor, onStopRequested, reportReady } from "../supervised.ts";
import { requireTemporal } from "../temporal-connection.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { companyClock } from "./company-clock.ts";
import { startTelemetry } from "../telemetry.ts";
import { workerDeps } from "../worker-deps.ts";
import { installRuntime } from "../engine/runtime.ts";
import { createWorkers } from "../worker.ts";
import { requireServedDatabase } from "./require-database.ts";

/** `mandate worker`: runs cases, agents and tools until it is asked to stop, then drains. Any number may run. */
export async function run(): Promise<number> {
  endWithSupervisor();
  const config = loadConfig();
  const databaseUrl = await requireServedDatabase(config);
  const log = createLogger(config.logLevel).child({ company: config.company, component: "worker" });
  const secret = auditSecret(config);
  const pool = createLedgerPool(databaseUrl, secret, {
    onError: (error) => log.warn({ error: error.message }, "database"),
    onForeignKey: (subject) => log.error({ subject }, "sealed under another audit secret: see `mandate doctor`"),
  });
  try {
    await requireSecret(pool, config.company, secret);
    const telemetry = await startTelemetry({ otlpUrl: config.otlpUrl, service: "worker", log });
    // After what may refuse: a runtime keeps a process alive that has nothing left to do.
    installRuntime(log);
    try {
      await work(config, pool, log);
    } finally {
      await telemetry.stop();
    }
  } finally {
    await pool.end();
  }
  log.info({}, "worker stopped");
  log.flush();
  return 0;
}

async function work(config: Config, pool: LedgerPool, log: Logger): Promise<void> {
  const policies = await createPolicySource({
    pool,
    company: config.company,
    onAlarm: (problem) => log.error({ problem }, "policy releases"),
  });
  const clock = await companyClock(config, pool, log);
  withoutLangSmith(config);
  const model = modelOf(config);
  const deps = await workerDeps({
    pool,
    now: clock.now,
    policies,
    adapters: embeddedAdapters(pool, clock.now),
    model,
    langsmith: config.langsmith,
    alarm: (detail) => log.error(detail, "evaluators disagree"),
    unknownName: (detail) => log.error(detail, "a case was ended: nothing here bears a name that it needs"),
    onOutOfReach: (detail) => log.warn(detail, "nobody who is known can let a question pass"),
    scheduled: {
      log,
      checkpoints: () => checkCheckpoints(config, pool, auditSecret(config)),
      bundleKeys: bundleKeys(auditSecret(config), config),
    },
  });
  const workers = await createWorkers(deps, {
    temporal: { ...(await requireTemporal()), codecs: codecsOf(config) },
    queuePrefix: queuePrefixOf(config.company),
    workflows: { codePath: join(projectRoot(), "dist/workflow-bundle.js") },
  });
  const demotion = startDemotionWatch({ pool, company: config.company, log });
  const integrator = startIntegrator({
    pool,
    company: config.company,
    secret: auditSecret(config),
    host: config.auditHost,
    sinks: configuredSinks(pool, config),
    log,
  });
  const running = workers.run();
  onStopRequested((reason) => {
    log.info({ reason }, "worker drains");
    workers.shutdown();
  });
  log.info({ model: model.kind }, "worker runs");
  reportReady({ model: model.kind });
  try {
    await running;
  } finally {
    await Promise.all([policies.stop(), demotion.stop(), clock.stop()]);
    // Last: what the cases left goes under a checkpoint too.
    await integrator.stop();
  }
}
