import { afterAll, beforeAll, expect, test } from "vitest";
import { readStepDecision } from "../../audit/ledgers/step-decision.ts";
import { keepRefusal } from "../../deciding/refused.ts";
import { givenDecision, stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const EARLIER = "2026-01-05T08:00:00.000Z";
const LATER = "2026-01-05T10:00:00.000Z";

function stepOf(name: string) {
  const names = stepNames(name);
  const about = { functionId: "quoting", objectType: "deal", objectId: name, eventId: "evt_1", reportsStep: "" };
  return { ...names, ...about, action: "quoting" };
}

async function given(name: string, refusedAt: string, reason = "no partner is named") {
  const step = stepOf(name);
  await givenDecision(database.pool, stepNames(name));
  await keepRefusal(database.pool, step, reason, refusedAt);
  return step;
}

test("what a step was refused for is read of it, whatever was decided before", async () => {
  const { company, stepKey } = await given("refused", LATER);
  expect(await readStepDecision(database.pool, company, stepKey)).toMatchObject({
    verdict: "none",
    outcome: "refused",
    reason: "no partner is named",
  });
});

test("a decision that a later attempt took stands before the refusal of an attempt whose answer was lost", async () => {
  const { company, stepKey } = await given("attempted", EARLIER);
  expect(await readStepDecision(database.pool, company, stepKey)).toMatchObject({
    verdict: "execute",
    reason: "within the limit",
  });
});

test("a refusal that is told again keeps its first words", async () => {
  const step = await given("again", LATER);
  await keepRefusal(database.pool, step, "the record reads otherwise by now", LATER);
  const read = await readStepDecision(database.pool, step.company, step.stepKey);
  expect(read?.reason).toBe("no partner is named");
});
