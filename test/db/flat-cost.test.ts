import type { Pool } from "pg";
import { expect, test } from "vitest";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { finishedCasesLike, forgetFinishedDecisions } from "../fixtures/finished-cases.ts";
import { givenCrmObject, givenPartner, givenQuote } from "../fixtures/programme.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { perCase, rowsVisited, withoutAutovacuum, type Visited } from "../fixtures/rows-visited.ts";
import { startSystem, type System } from "../setup/system.ts";

/** Of each kind. */
const FINISHED = 1_000;
const LIVE = 2;
/** A session keeps the plan that it makes at a statement's sixth call; the model's was the first. */
const WARM_UP = 5;

type Kind = (system: System, name: string) => Promise<unknown>;

async function quoteOf(system: System, name: string, discountPpm: number): Promise<string> {
  const partnerId = await givenPartner(system.pool, system.company, { partnerId: `partner-${name}` });
  await givenQuote(system.pool, system.company, name, discountPpm, { partner_id: partnerId });
  return system.arrive("quoting", name);
}

const outcomeOf = ({ client }: System, caseId: string) => client.workflow.getHandle(caseId).result();

const kinds: { readonly [kind: string]: Kind } = {
  executed: async (system, name) => outcomeOf(system, await quoteOf(system, name, 120_000)),
  approved: async (system, name) => {
    const caseId = await quoteOf(system, name, 180_000);
    await answer(system, caseId, "approve", await openEscalationOf(system, caseId));
    return outcomeOf(system, caseId);
  },
  registered: async (system, name) => {
    const partnerId = await givenPartner(system.pool, system.company, { partnerId: `partner-${name}` });
    const record = registrationRecord({
      registration_id: `R-${name}`,
      partner_id: partnerId,
      customer_domain: `${name}.example`,
    });
    await givenCrmObject(system.pool, system.company, "registration", name, record as Record<string, string>);
    return outcomeOf(system, await system.arrive("deal-registration", name));
  },
};

/** What the plans that a session keeps were made on. */
const states: readonly { readonly name: string; readonly analyse: (pool: Pool) => Promise<unknown> }[] = [
  { name: "tables that were never analysed", analyse: () => Promise.resolve() },
  { name: "tables of a few cases", analyse: (pool) => pool.query("analyze") },
];

test.for(states)(
  "a case goes over as many rows after 3,000 others as after ten: its plans are made on $name",
  { timeout: 240_000 },
  async ({ analyse }) => {
    const system = await startSystem();
    const { pool: owner } = system.database;
    const live = async (prefix: string, count: number): Promise<Visited> => {
      const before = await rowsVisited(owner, [owner, system.pool]);
      for (const [name, kind] of Object.entries(kinds)) {
        for (let n = 0; n < count; n += 1) await kind(system, `${prefix}-${name}-${n}`);
      }
      return perCase(before, await rowsVisited(owner, [owner, system.pool]), count * Object.keys(kinds).length);
    };
    try {
      await withoutAutovacuum(owner);
      await live("model", 1);
      await analyse(owner);
      await live("warm", WARM_UP);
      const few = await live("few", LIVE);
      for (const name of Object.keys(kinds)) {
        const write = await finishedCasesLike(owner, { company: system.company, objectId: `model-${name}-0` });
        await write(1, FINISHED);
      }
      const many = await live("many", LIVE);
      const grown = [...many].filter(([table, visited]) => visited > (few.get(table) ?? 0) + 5);
      expect(grown).toEqual([]);
      expect(total(many)).toBeLessThan(total(few) * 1.1);
    } finally {
      await forgetFinishedDecisions(owner, system.company);
      await system.stop();
    }
  },
);

function total(visited: Visited): number {
  return [...visited.values()].reduce((sum, rows) => sum + rows, 0);
}
