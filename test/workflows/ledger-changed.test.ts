import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { givenPartner, givenQuote, quoteDeskSays } from "../fixtures/programme.ts";
import { beforeAct } from "../fixtures/before-act.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
const { before, interceptors } = beforeAct();

beforeAll(async () => {
  system = await startSystem({ interceptors });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

/** As somebody with the database's own password could: past every trigger. */
async function pastTriggers(statement: string, values: readonly unknown[]): Promise<void> {
  const client = await system.database.pool.connect();
  try {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    expect((await client.query(statement, [...values])).rowCount).toBe(1);
    await client.query("commit");
  } finally {
    client.release(true);
  }
}

describe.concurrent("what the digest of a permit was taken over, changed in the ledger after it, is not done", () => {
  test.for([
    ["arguments", "proposal", "args", `args || '{"netPriceMinor": 1}'`],
    ["record version", "proposal", "record_version", "record_version || '0'"],
    ["policy version", "decision", "policy_version", "policy_version || '0'"],
    ["terms that the policy set", "decision", "details", `details || '{"terms": {"netPriceMinor": 1}}'`],
  ] as const)("%s", { timeout: 60_000 }, async ([name, table, column, changed]) => {
    const { pool, company, client, database } = system;
    const id = name.replaceAll(" ", "-");
    await givenQuote(pool, company, id, 120_000);
    const caseId = `${company}:quoting:crm-deal-${id}`;
    const row = `company = $1 and case_id = $2 and ${table === "proposal" ? "action_id" : "policy_id"} = 'quoting'`;
    const { rows: read } = await database.pool.query<{ type: string }>(
      "select format_type(atttypid, null) as type from pg_attribute where attrelid = $1::regclass and attname = $2",
      [table, column],
    );
    let kept: unknown;
    before.set(caseId, async () => {
      const found = await database.pool.query<{ kept: string }>(
        `select ${column}::text as kept from ${table} where ${row}`,
        [company, caseId],
      );
      kept = found.rows[0]?.kept;
      await pastTriggers(`update ${table} set ${column} = ${changed} where ${row}`, [company, caseId]);
    });
    await system.arrive("quoting", id);
    const { outcomes } = (await client.workflow.getHandle(caseId).result()) as { outcomes: string[] };
    // Every decision is taken once more in the end: of what the ledger said first.
    await pastTriggers(`update ${table} set ${column} = $3::${read[0]?.type} where ${row}`, [company, caseId, kept]);
    const effect = await pool.query("select state, detail from effect where company = $1 and case_id = $2", [
      company,
      caseId,
    ]);
    const { approvals } = await quoteDeskSays(pool, company);
    expect({
      outcomes,
      effect: effect.rows[0] as unknown,
      done: approvals.filter(({ quote_id: quote }) => quote === `Q-${id}`),
    }).toEqual({
      outcomes: ["refused"],
      effect: { state: "failed", detail: "the action is not the one that was permitted" },
      done: [],
    });
  });
});
