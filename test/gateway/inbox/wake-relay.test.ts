import type { Logger } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { giveReply } from "../../../audit/ledgers/reply-answers.ts";
import { expectReply } from "../../../audit/ledgers/replies.ts";
import type { Pump } from "../../../db/pump.ts";
import { startWakeRelay } from "../../../gateway/inbox/wake-relay.ts";
import type { WorkflowEngine } from "../../../gateway/inbox/workflow-starter.ts";
import type { ReplyMessage } from "../../../workflows/reply.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";

const AT = "2026-03-02T09:00:00.000Z";
let database: TestDatabase;
let relay: Pump | undefined;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
afterEach(() => relay?.stop());

/** An answer that was taken: its outbox row is what the relay carries. */
async function givenAnswer(correlation: string) {
  const company = "acme";
  const caseId = `acme:renewals:crm-contract-${correlation}`;
  await expectReply(database.pool, { company, caseId, correlation, deadline: "2026-04-01T00:00:00.000Z", at: AT });
  const given = { company, correlation, answer: "accepted", by: "portal", requestKey: correlation };
  await giveReply(database.pool, { ...given, answeredAt: AT, at: AT });
  return { caseId, message: { correlation } };
}

const startRelay = (engine: WorkflowEngine, { log }: { log: Logger }) =>
  startWakeRelay<ReplyMessage>({
    pool: database.pool,
    topic: "reply",
    wake: ({ caseId, correlation }) => engine.deliverReply(caseId, { correlation }),
    log,
  });

async function allTold(pump: Pump): Promise<void> {
  await eventually(async () => {
    await database.pool.query("update outbox set retry_at = clock_timestamp() where delivered_at is null");
    pump.poke();
    const { rowCount } = await database.pool.query("select from outbox where delivered_at is null");
    return rowCount === 0 ? true : undefined;
  });
}

test("a case is told that something came under its reference, and nothing else", async () => {
  const told = await givenAnswer("told");
  const engine = watchedEngine();
  relay = startRelay(engine, keptLog());
  await allTold(relay);
  expect(engine.replied).toEqual([told]);
});

test("an engine that is away is asked again; a case that ended is done with", async () => {
  const told = await givenAnswer("away");
  let failures = 2;
  const engine = watchedEngine({
    onReply: () => {
      if (failures-- > 0) throw new Error("engine away");
      return "gone";
    },
  });
  const { log, lines } = keptLog();
  relay = startRelay(engine, { log });
  await allTold(relay);
  expect(engine.replied).toEqual([told]);
  expect(lines.map(({ msg }) => msg)).toEqual(["not told", "not told", "reply for a case that ended"]);
});
