import type { Logger } from "pino";
import type { LedgerPool } from "../audit/records.ts";
import { createAgents } from "../agents/agents.ts";
import { chooseModel, type ModelChoice } from "../agents/models/choose.ts";
import { endSpend, reserveSpend } from "../audit/ledgers/budgets.ts";
import { readCallStop } from "../audit/ledgers/controls.ts";
import { digestOf } from "../audit/digest.ts";
import { createFreeModelLedger, createMixedModelLedger } from "../audit/ledgers/model-turns.ts";
import { traceModels } from "../agents/models/langsmith.ts";
import { listPrices } from "../domain/model-prices.ts";
import type { ChatModelPort } from "../agents/models/port.ts";
import type { Patience } from "../agents/patience.ts";
import type { OnOutOfReach } from "../audit/ledgers/opening.ts";
import type { Alarm } from "../deciding/decider.ts";
import type { PolicySource } from "../deciding/policy-source.ts";
import { policyReadTools } from "../deciding/policy-reading.ts";
import { createReadTools } from "../deciding/read-tools.ts";
import type { Adapters } from "../tools/adapters.ts";
import { createEffectTools } from "../tools/effect-tools.ts";
import type { UnknownNameAlarm } from "./activities/unknown-name.ts";
import { keptNames } from "./kept-names.ts";
import { modelClock } from "./model-clock.ts";
import { chosenModel } from "./model-choice.ts";
import { standingTold } from "./model-standing.ts";
import { objectNamesOf, readersOfNamed } from "./named-objects.ts";
import type { WorkerDeps } from "./worker.ts";

/**
 * How long a paid model call is held for an attempt that may have died; the living renew it. Shorter than the activity's heartbeat
 * timeout: who takes over need not wait for it.
 */
const LEASE_MS = 4_000;

type Parts = {
  readonly pool: LedgerPool;
  /** The company's clock. */
  readonly now: () => string;
  readonly policies: PolicySource;
  readonly adapters: Adapters;
  readonly model: ModelChoice;
  /** Whether LangSmith is told of each call of a model. */
  readonly langsmith?: "on" | "off";
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
  const isFree = model.kind === "offline";
  const ledger = isFree ? createFreeModelLedger() : createMixedModelLedger(pool, { leaseMs: LEASE_MS });
  const [chat, patience] = await Promise.all([chosenModel(model), patienceFor(model, pool, parts.scheduled.log)]);
  if (parts.langsmith === "on" && !isFree) await traceModels(chat, patience?.second);
  const agents = createAgents({
    model: chat,
    ledger,
    readTools: Object.values(readTools),
    digest: digestOf,
    patience,
    namesOf: isFree ? undefined : keptNames(pool, modelClock.now),
  });
  const effectTools = createEffectTools(adapters);
  const alarms = { alarm, unknownName, onOutOfReach };
  return {
    pool,
    policies,
    agents,
    models: modelsOf(chat, patience?.second),
    turnCalls: ledger,
    prices: model.kind === "offline" ? listPrices : (model.prices ?? listPrices),
    readTools: { ...readTools, ...policyReadTools(policies, now) },
    effectTools,
    objectNames,
    now,
    ...alarms,
    scheduled,
  };
}

/** `claude-sonnet-5-5, then claude-haiku-5-5`, or `offline`. */
function modelsOf({ name, offline }: ChatModelPort, second: ChatModelPort | undefined): string {
  if (offline) return "offline";
  return second === undefined ? name : `${name}, then ${second.name}`;
}

/** What stands behind a model that may be away; nothing behind the one that never is. */
async function patienceFor(model: ModelChoice, pool: LedgerPool, log: Logger): Promise<Patience | undefined> {
  if (model.kind === "offline" && model.persona === undefined) return undefined;
  const { fallback, callsPerMinute, prices } = model.kind === "offline" ? {} : model;
  return {
    clock: modelClock,
    second:
      fallback === undefined || model.kind === "offline" ? undefined : await chooseModel({ ...model, model: fallback }),
    callsPerMinute,
    standIn: await chooseModel({ kind: "offline" }),
    onStanding: standingTold(log, modelClock.now),
    budget: {
      reserve: (asked) => reserveSpend(pool, asked),
      end: (company, n, spent) => endSpend(pool, company, n, spent),
      stop: (asked) => readCallStop(pool, asked),
      prices,
    },
  };
}
