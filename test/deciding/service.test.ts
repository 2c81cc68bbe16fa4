import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startOverdueWatch } from "../../deciding/overdue.ts";
import { createDecideService } from "../../deciding/service.ts";
import { startOutboxRelay } from "../../gateway/inbox/outbox-relay.ts";
import type { Pump } from "../../db/pump.ts";
import { policiesOf } from "../../deciding/policies.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import type { ServiceStep } from "../../audit/ledgers/service-decisions.ts";
import { givenEscalation } from "../fixtures/asked.ts";
import { watchedEngine } from "../fixtures/engine.ts";
import { shippingPolicy } from "../fixtures/foreign-policy.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenPerson } from "../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";
import { eventually } from "../setup/system.ts";
import { wallTime } from "../../db/company-clock.ts";

const HOUR_MS = 3_600_000;

let database: TestDatabase;
let pump: Pump | undefined;
beforeAll(async () => {
  database = await testDatabase();
  await givenPerson(database.pool, "acme", { personId: "sam", name: "Sam", role: "seller" });
});
afterAll(() => database.drop());
afterEach(() => pump?.stop());

/** An escalation of the decide service that was opened so long ago. The lead has 4 h, then the head 8 h. */
async function askedAgo(key: string, hours: number) {
  const service = createDecideService({
    pool: database.pool,
    company: "acme",
    policies: policiesOf({ shipping: shippingPolicy() }),
    alarm: () => {},
    now: () => new Date(Date.now() - hours * HOUR_MS).toISOString(),
  });
  const facts = { hours: 49, worth: 1, isCleared: true };
  const who = { caller: "sam", requestedBy: "sam" };
  const answered = await service.decide({ ...who, key, policy: "shipping", facts, action: null, ref: key });
  if (answered.kind !== "decided") throw new Error(answered.kind);
  const { decisionId } = answered.decision;
  const read = async () => (await service.read(decisionId))?.decisions[0].escalation;
  return { decisionId, read };
}

type Escalation = ServiceStep["decisions"][0]["escalation"];
const until = (read: () => Promise<Escalation | undefined>, holds: (escalation: Escalation) => boolean) =>
  eventually(async () => {
    const escalation = await read();
    return escalation && holds(escalation) ? escalation : undefined;
  });

describe("nobody's answer to an escalation of the decide service", () => {
  const watch = () => {
    pump = startOverdueWatch({ pool: database.pool, company: "acme", now: wallTime, log: keptLog().log, pollMs: 25 });
  };

  test("past the deadline asks the next level, and no further", async () => {
    const { read } = await askedAgo("raised", 5);
    watch();
    expect(await until(read, (now) => now?.role === "lab-head")).toMatchObject({ state: "open" });
    await new Promise((resume) => setTimeout(resume, 100));
    expect(await read()).toMatchObject({ state: "open", role: "lab-head" });
  });

  test("is waited for until then", async () => {
    const { read } = await askedAgo("waiting", 3);
    watch();
    await new Promise((resume) => setTimeout(resume, 100));
    expect(await read()).toMatchObject({ state: "open", role: "lab-lead" });
  });

  test("past the last deadline denies", async () => {
    const { read } = await askedAgo("expired", 5);
    const past =
      "update escalation set version = version + 1, due_at = now() - interval '1 minute' where case_id = any($1) and level = 1";
    watch();
    await until(read, (now) => now?.role === "lab-head");
    const { rows } = await database.pool.query<{ case_id: string }>(
      "select case_id from escalation where escalation_id = $1",
      [(await read())?.escalationId],
    );
    await database.pool.query(past, [rows.map(({ case_id: id }) => id)]);
    expect(await until(read, (now) => now?.state === "expired")).toMatchObject({ state: "expired" });
  });

  test("is the workflow's to wait for when a workflow asked", async () => {
    const { escalationId } = await givenEscalation(database.pool, "of-a-workflow");
    const past =
      "update escalation set version = version + 1, due_at = now() - interval '1 minute' where escalation_id = $1";
    await database.pool.query(past, [escalationId]);
    watch();
    await new Promise((resume) => setTimeout(resume, 100));
    const state = "select level, state from escalation where escalation_id = $1";
    expect((await database.pool.query(state, [escalationId])).rows).toEqual([{ level: 0, state: "open" }]);
  });
});

test("who asked the service never answers, whatever their role: the database refuses", async () => {
  const { read } = await askedAgo("own", 1);
  const escalationId = (await read())?.escalationId ?? "";
  const change = `insert into approval (company, approval_id, escalation_id, person_id, role, verdict, action_digest, reason, given_at)
                  values ('acme', 'apv_own', $1, 'sam', 'lab-lead', 'approve', 'd', 'mine', now())`;
  await expect(database.pool.query(change, [escalationId])).rejects.toMatchObject({ code: "42501" });
});

test("a verdict on an escalation of the decide service wakes no workflow, and waits for no engine", async () => {
  const { read } = await askedAgo("answered", 1);
  const escalationId = (await read())?.escalationId ?? "";
  const shown = "select action_digest from escalation where escalation_id = $1";
  const { rows } = await database.pool.query<{ action_digest: string }>(shown, [escalationId]);
  const given = { company: "acme", escalationId, personId: "lea", role: "lab-lead", reason: "seen" };
  const actionDigest = rows[0]?.action_digest ?? "";
  expect(
    await giveVerdict(database.pool, { at: new Date().toISOString(), ...given, verdict: "approve", actionDigest }),
  ).toMatchObject({
    kind: "taken",
  });
  const engine = watchedEngine({
    onVerdict: () => {
      throw new Error("the engine is away");
    },
  });
  pump = startOutboxRelay({ pool: database.pool, messenger: engine, log: keptLog().log });
  const waiting = "select count(*)::int as count from outbox where delivered_at is null";
  await eventually(async () => ((await database.pool.query(waiting)).rows[0]?.count === 0 ? true : undefined));
  expect(engine.woken).toEqual([]);
});
