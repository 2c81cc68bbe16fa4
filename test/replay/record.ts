import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { loadPolicies } from "../../deciding/policies.ts";
import { projectRoot } from "../../engines/project-root.ts";
import type { Mode } from "../../domain/decision-details.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { inMode } from "../fixtures/modes.ts";
import { opportunityRecord } from "../../functions/co-selling/fixture.ts";
import { givenCrmObject, givenPartner, givenQuote } from "../fixtures/programme.ts";
import { dayFromNow, doneForContract, givenContract } from "../fixtures/renewals.ts";
import { skipTime } from "../../app/engine/skip-time.ts";
import { startEngines } from "../setup/start-engines.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

/**
 * Records one history per way a case can end, from the real server, beside this file: `npx tsx test/replay/record.ts`,
 * with names for some of them only.
 * Record anew only for a new workflow type or a deliberate, `patched()` change; old histories stay as long as cases run.
 */

const HOURS = 3600;

const DAYS = 24 * HOURS;

type Scenario = {
  readonly name: string;
  readonly mode?: Mode;
  /** The function whose case it is; quoting when absent. */
  readonly functionId?: string;
  /** Puts the object into the CRM. */
  readonly given: (system: System, objectId: string) => Promise<void>;
  readonly play?: (system: System, caseId: string) => Promise<void>;
};

/** A quote that asks for this discount. */
function asks(ppm: number, changes: Record<string, string> = {}): Scenario["given"] {
  return ({ pool, company }, objectId) => givenQuote(pool, company, objectId, ppm, changes);
}

/** What speaks against co-selling a deal that has its badge. */
const unfit = { co_sell_badge: "qualified", technographics: "azure", stage: "committed", amount: "10000.00" };

const scenarios: readonly Scenario[] = [
  { name: "executed", given: asks(120_000) },
  { name: "blocked", given: asks(310_000) },
  { name: "withheld", given: asks(120_000), mode: "shadow" },
  { name: "refused", given: asks(120_000, { quote_net_price: "about 80k" }) },
  {
    name: "rejected",
    given: asks(250_000),
    play: async (system, caseId) => {
      await answer(system, caseId, "reject", await openEscalationOf(system, caseId));
    },
  },
  {
    name: "approved-after-raise",
    given: asks(180_000),
    play: async (system, caseId) => {
      await openEscalationOf(system, caseId);
      await skipTime(system.client, caseId, 4 * HOURS + 60);
      await answer(system, caseId, "approve", await raised(system, caseId));
    },
  },
  {
    name: "expired",
    given: asks(180_000),
    play: async (system, caseId) => {
      await openEscalationOf(system, caseId);
      await skipTime(system.client, caseId, 4 * HOURS + 60);
      await raised(system, caseId);
      await skipTime(system.client, caseId, 8 * HOURS + 60);
    },
  },
  {
    name: "superseded",
    given: asks(180_000),
    play: async (system, caseId) => {
      const first = await openEscalationOf(system, caseId);
      await system.arrive("quoting", "superseded", { eventId: "evt_newer" });
      const second = await openEscalationOf(system, caseId, first.escalationId);
      await answer(system, caseId, "reject", second);
    },
  },
  {
    name: "renewal-auto-renewed",
    functionId: "renewals",
    given: (system, id) => givenContract(system, id, 10),
    play: async (system, caseId) => {
      await told(system, "renewal-auto-renewed", "tell reminder");
      await skipTime(system.client, caseId, 8 * DAYS);
      await told(system, "renewal-auto-renewed", "tell notice-ahead");
      await skipTime(system.client, caseId, 4 * DAYS);
    },
  },
  {
    name: "renewal-priced-by-people",
    functionId: "renewals",
    given: (system, id) => givenContract(system, id, 60, { requested_price: "129600.00" }),
    play: async (system, caseId) => {
      await answer(system, caseId, "approve", await openEscalationOf(system, caseId, "", 30_000));
      await told(system, "renewal-priced-by-people", "tell reminder");
      const accepted = { acceptance_evidence: "order-1", accepted_on: dayFromNow(0) };
      await givenCrmObject(system.pool, system.company, "contract", "renewal-priced-by-people", accepted);
      await system.arrive("renewals", "renewal-priced-by-people", { eventId: "evt_accepted" });
    },
  },
  {
    name: "deal-loses-its-badge",
    functionId: "co-selling",
    given: ({ pool, company }, id) => givenCrmObject(pool, company, "deal", id, opportunityRecord(unfit)),
    play: async (system, caseId) => {
      await answer(system, caseId, "approve", await openEscalationOf(system, caseId, "", 30_000));
    },
  },
];

async function told(system: System, id: string, what: string): Promise<void> {
  await eventually(async () => ((await doneForContract(system, id)).includes(what) ? true : undefined), 30_000);
}

async function raised(system: System, caseId: string) {
  return eventually(async () => {
    const escalation = await openEscalationOf(system, caseId);
    return escalation.level === 1 ? escalation : undefined;
  });
}

let mode: Mode = "led";

async function record(system: System, { name, given, play, ...scenario }: Scenario): Promise<void> {
  mode = scenario.mode ?? "led";
  await given(system, name);
  const caseId = await system.arrive(scenario.functionId ?? "quoting", name);
  await play?.(system, caseId);
  const handle = system.client.workflow.getHandle(caseId);
  await handle.result();
  const history: unknown = JSON.parse(historyToJSON(await handle.fetchHistory()));
  // Who recorded it, on which machine, is nobody's business and changes nothing on replay.
  const anonymous = JSON.stringify(history, (key, value: unknown) => (key === "identity" ? "worker" : value), 1);
  writeFileSync(
    join(import.meta.dirname, `${name}.json`),
    `${anonymous.replaceAll(hostname(), "host").replaceAll(projectRoot(), ".")}\n`,
  );
}

const engines = await startEngines((line) => process.stderr.write(`${line}\n`));
const policies = await loadPolicies(join(projectRoot(), "policies"));
const system = await startSystem({ engines, policies: inMode(policies, "quoting", () => mode) });
await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
const asked = process.argv.slice(2);
for (const scenario of scenarios) {
  if (asked.length === 0 || asked.includes(scenario.name)) await record(system, scenario);
}
await system.stop();
await engines.stop();
