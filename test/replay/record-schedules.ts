import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { projectRoot } from "../../engines/project-root.ts";
import { startRelay } from "../../gateway/inbox/relay.ts";
import { SCHEDULED_WORKFLOW, taskQueue } from "../../temporal.config.ts";
import { daysAfter, givenWarranties, warranties } from "../fixtures/dated.ts";
import { watchedEngine } from "../fixtures/engine.ts";
import { withFunctions } from "../fixtures/functions.ts";
import { startEngines } from "../setup/start-engines.ts";
import { startSystem } from "../setup/system.ts";

/**
 * Records the history of a sweep that fills the inbox, waits and goes on, from the real server, under `schedules/`:
 * `npx tsx test/replay/record-schedules.ts`. When to record anew: as `record.ts` says.
 */

const AT = "2026-03-02T02:00:00.000Z";

const engines = await startEngines((line) => process.stderr.write(`${line}\n`));
const functions = withFunctions(warranties);
const system = await startSystem({ engines, functions });
const { client, company, pool, queuePrefix } = system;
const ids = Array.from({ length: 300 }, (_, n) => `w${String(n).padStart(3, "0")}`);
await givenWarranties(pool, company, Object.fromEntries(ids.map((id) => [id, daysAfter(AT, 35)])));
const handle = await client.workflow.start(SCHEDULED_WORKFLOW, {
  workflowId: `${company}:warranties:sweep-${AT}`,
  taskQueue: taskQueue(queuePrefix, "orchestration"),
  args: [{ company, functionId: "warranties", work: "sweep", at: AT }],
});
while ((await pool.query("select from inbox where company = $1", [company])).rowCount !== 200) {
  await new Promise((resume) => setTimeout(resume, 50));
}
await new Promise((resume) => setTimeout(resume, 2_000));
const relay = startRelay({ pool, starter: watchedEngine(), log: pino({ level: "silent" }), functions, pollMs: 20 });
await handle.result();
await relay.stop();
const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
// Who recorded it, on which machine, is nobody's business and changes nothing on replay.
const anonymous = JSON.stringify(history, (key, value: unknown) => (key === "identity" ? "worker" : value), 1);
const told = anonymous.replaceAll(hostname(), "host").replaceAll(projectRoot(), ".");
writeFileSync(join(import.meta.dirname, "schedules", "sweep-that-waits.json"), `${told}\n`);
await system.stop();
await engines.stop();
