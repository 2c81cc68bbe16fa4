import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginEffect } from "../../audit/ledgers/effects.ts";
import { AT, givenDecision, stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** A copy of a row under another name, as somebody would write it who goes around the ledger's functions. */
const copies = {
  decision: `insert into decision (company, decision_id, case_id, step_key, gate, proposal_id, verdict, reason, rules, missing, facts,
               sources, policy_id, policy_version, action_digest, requested_by, decided_at, details)
             select company, 'dec_other', case_id, step_key, 9, proposal_id, verdict, reason, rules, missing, facts, sources,
               policy_id, policy_version, action_digest, requested_by, decided_at, details from decision where decision_id = $1`,
  effect: `insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state, intended_at)
           select company, effect_key, permit_id, 'case', 'quotes.approve-discount', action_digest, 'intent', issued_at
           from permit where decision_id = $1`,
} as const;

describe("the database itself refuses what is not recorded", () => {
  test.for(["decision", "effect"] as const)("a %s without its record, even by its owner", async (table) => {
    const { decisionId } = await givenDecision(database.pool, stepNames(table));
    await expect(database.pool.query(copies[table], [decisionId])).rejects.toMatchObject({
      code: "23503",
      constraint: `${table}_is_recorded`,
    });
  });

  test("and takes what the ledger's function writes, which records it", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("recorded"));
    expect(await beginEffect(database.pool, permit, { functionId: "quoting", at: AT })).toMatchObject({
      state: "intent",
    });
  });
});
