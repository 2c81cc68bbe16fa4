import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { Answer } from "../../cli/answer.ts";
import { widthOf, type Io } from "../../cli/io.ts";
import type { ValueOptions } from "../../cli/processes.ts";
import { migrate } from "../../db/migrate.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { startPostgres } from "../../engines/postgres.ts";
import { projectRoot } from "../../engines/project-root.ts";
import { findTemporalBinary } from "../../engines/temporal-binary.ts";
import { startTemporal } from "../../engines/temporal-server.ts";
import { loadConfig } from "../config.ts";
import { installRuntime } from "../engine/runtime.ts";
import { createStopList } from "../processes/stop-list.ts";
import { playProgramme } from "./programme.ts";
import { measuredText } from "./text.ts";

/**
 * `mandate agents value`: plays a seeded programme with the policies of the folder, on engines of its own that end with it. It reaches no
 * model and no running company.
 */
export async function measureValue({ seed, cases }: ValueOptions, io: Io): Promise<Answer> {
  const config = loadConfig();
  const say = (line: string) => void io.stderr.write(`${line}\n`);
  const log = pino({ level: "error" }, pino.destination({ dest: 2, sync: true }));
  installRuntime(log);
  const stops = createStopList();
  const home = mkdtempSync(join(tmpdir(), "mandate-value-"));
  stops.add("the folder", () => rmSync(home, { recursive: true, force: true }));
  try {
    // The database server runs as another user where we are root, and passes through.
    chmodSync(home, 0o711);
    const { cacheFolder, searchPath, temporalBin } = config;
    const binary = await findTemporalBinary({ temporalBin, searchPath, cacheFolder, onProgress: say });
    const postgres = await startPostgres({ home, cacheFolder, onProgress: say, guarded: true, durable: false });
    stops.add("PostgreSQL", () => postgres.stop());
    const temporal = await startTemporal({
      binary: binary.path,
      uiPort: "headless",
      timeSkipping: true,
      logFile: join(home, "logs", "temporal.log"),
      detached: false,
      guarded: true,
      onProgress: say,
    });
    stops.add("Temporal", () => temporal.stop());
    await migrate(postgres.url);
    const workflows = { codePath: join(projectRoot(), "dist/workflow-bundle.js") };
    const policies = await loadPolicies(config.policies);
    const ground = { ownerUrl: postgres.url, temporalAddress: temporal.address, home, workflows, policies, log };
    const measured = await playProgramme(ground, { seed, cases, onProgress: say });
    return { data: measured, text: measuredText(measured, widthOf(io)) };
  } finally {
    for (const failed of await stops.stopAll(say)) say(`could not stop ${failed}`);
  }
}
