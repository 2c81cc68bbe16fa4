import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pino } from "pino";
import { bundleKeys } from "../../proof/export/keys.ts";
import { createLedgerPool } from "../../db/pool.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { workerDeps } from "../../app/worker-deps.ts";
import { createWorkers } from "../../app/worker.ts";
import { warranties } from "../fixtures/dated.ts";
import { withFunctions } from "../fixtures/functions.ts";
import { TEST_SECRET } from "../setup/database.ts";
import { workflowBundle } from "../setup/workflow-code.ts";
import type { KillPoint } from "./kill-points.ts";
import type { FaultyWorker } from "./kept-worker.ts";
import { wallTime } from "../../db/company-clock.ts";
import type { EffectTool } from "../../tools/effect-tool.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as FaultyWorker;
const counts = new Map<string, number>();

function count(name: string): number {
  const occurrence = (counts.get(name) ?? 0) + 1;
  counts.set(name, occurrence);
  return occurrence;
}

function dieAt(when: KillPoint["when"], activity: string, occurrence: number): void {
  const { kill, marker } = settings;
  if (kill === undefined || marker === undefined) return;
  if (kill.when !== when || kill.activity !== activity || kill.occurrence !== occurrence || existsSync(marker)) return;
  writeFileSync(marker, "");
  process.kill(process.pid, "SIGKILL");
}

const pool = createLedgerPool(settings.databaseUrl, TEST_SECRET);
const policies = await loadPolicies(resolve(projectRoot(), "policies"));
const deps = await workerDeps({
  pool,
  now: wallTime,
  policies,
  adapters: embeddedAdapters(pool, wallTime),
  model: settings.model ?? { kind: "offline" },
  alarm: () => undefined,
  unknownName: () => undefined,
  scheduled: {
    log: pino({ level: "silent" }),
    checkpoints: () => Promise.resolve([]),
    bundleKeys: bundleKeys(TEST_SECRET, { witnesses: [] }),
    functions: withFunctions(warranties),
  },
});
const effectTools = Object.fromEntries(
  Object.entries(deps.effectTools).map(([name, tool]): [string, EffectTool] => {
    const execute: EffectTool["execute"] = async (permit, args) => {
      const occurrence = count(name);
      dieAt("before", name, occurrence);
      const receipt = await tool.execute(permit, args);
      dieAt("after", name, occurrence);
      return receipt;
    };
    return [name, { ...tool, execute }];
  }),
);
const workers = await createWorkers(
  { ...deps, effectTools },
  {
    temporal: { codecs: [], namespace: "default", connectionOptions: { address: settings.temporalAddress } },
    queuePrefix: settings.queuePrefix,
    workflows: workflowBundle,
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            async execute(input, next) {
              const occurrence = count(info.activityType);
              if (settings.tally !== undefined) appendFileSync(settings.tally, `${info.activityType}\n`);
              dieAt("before", info.activityType, occurrence);
              const output = await next(input);
              dieAt("after", info.activityType, occurrence);
              return output;
            },
          },
        }),
      ],
    },
  },
);
process.on("SIGTERM", () => workers.shutdown());
const running = workers.run();
process.send?.("ready");
process.channel?.unref();
await running;
await pool.end();
