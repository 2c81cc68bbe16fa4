import type { LedgerPool } from "../audit/records.ts";
import { createAgents } from "../agents/agents.ts";
import { chooseModel, type ModelChoice } from "../agents/models/choose.ts";
import { digestOf } from "../audit/digest.ts";
import { createFreeModelLedger, createModelLedger } from "../audit/ledgers/model-turns.ts";
import type { OnOutOfReach } from "../audit/ledgers/opening.ts";
import type { Alarm } from "../deciding/decider.ts";
import type { PolicySource } from "../deciding/policy-source.ts";
import { policyReadTools } from "../deciding/policy-reading.ts";
import { createReadTools } from "../deciding/read-tools.ts";
import type { Adapters } from "../tools/adapters.ts";
import { createEffectTools } from "../tools/effect-tools.ts";
import type { UnknownNameAlarm } from "./activities/unknown-name.ts";
import { objectNamesOf, readersOfNamed } from "./named-objects.ts";
import type { WorkerDeps } from "./worker.ts";

/** Seconds a paid model call may hold its lease: longer than its timeout of 45 s. */
const LEASE_SECONDS = 50;

type Parts = {
  readonly pool: LedgerPool;
  /** The company's clock. */
  readonly now: () => string;
  readonly policies: PolicySource;
  readonly adapters: Adapters;
  readonly model: ModelChoice;
  readonly alarm: Alarm;
  readonly unknownName: UnknownNameAlarm;
  readonly onOutOfReach?: OnOutOfReach | undefined;
  readonly scheduled: Omit<WorkerDeps["scheduled"], "records">;
};

/** Wires what the worker's activities need. */
export async function workerDeps(parts: Parts): Promise<WorkerDeps> {
  const { pool, now, policies, adapters, model, alarm, unknownName, onOutOfReach } = parts;
  const objectNames = objectNamesOf(pool);
  const records = readersOfNamed(adapters, objectNames);
  const scheduled = { ...parts.scheduled, records };
  const readTools = createReadTools(pool, { ...adapters, records }, now);
  const free = createFreeModelLedger();
  const ledger = model.kind === "offline" ? free : createModelLedger(pool, { leaseSeconds: LEASE_SECONDS });
  const agents = createAgents({
    model: await chooseModel(model),
    ledger,
    readTools: Object.values(readTools),
    digest: digestOf,
  });
  const effectTools = createEffectTools(adapters);
  const alarms = { alarm, unknownName, onOutOfReach };
  return {
    pool,
    policies,
    agents,
    turnCalls: ledger,
    readTools: { ...readTools, ...policyReadTools(policies, now) },
    effectTools,
    objectNames,
    now,
    ...alarms,
    scheduled,
  };
}
