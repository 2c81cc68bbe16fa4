import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startOutboxRelay } from "../../../gateway/inbox/outbox-relay.ts";
import type { Pump } from "../../../db/pump.ts";
import type { VerdictMessenger } from "../../../gateway/inbox/workflow-starter.ts";
import { personRefOf } from "../../../audit/person-ref.ts";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import { backedOff } from "../../fixtures/backed-off.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { DIGEST } from "../../fixtures/ledger.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";

let database: TestDatabase;
let relay: Pump | undefined;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate outbox");
});
afterEach(() => relay?.stop());

/** A verdict that was taken: its outbox row is what the relay carries. */
async function givenVerdict(name: string) {
  const { escalationId, caseId } = await givenEscalation(database.pool, name);
  const person = { personId: "dana", role: "partner-manager" };
  const given = {
    company: "acme",
    escalationId,
    ...person,
    verdict: "approve",
    actionDigest: DIGEST,
    reason: "fine",
  } as const;
  const taken = await giveVerdict(database.pool, { ...given, at: new Date().toISOString() });
  if (taken.kind !== "taken") throw new Error(taken.code);
  const known = { person: personRefOf(database.pool.vault, "acme", person.personId), role: person.role };
  return { caseId, key: taken.approvalId, message: { escalationId, actionDigest: DIGEST, ...known } };
}

function start(messenger: VerdictMessenger, log = keptLog().log): Pump {
  relay = startOutboxRelay({ pool: database.pool, messenger, log });
  return relay;
}

const waiting = async () => {
  const { rows } = await database.pool.query<{ count: number }>(
    "select count(*) from outbox where delivered_at is null",
  );
  return rows[0]?.count;
};
const allDelivered = () => eventually(async () => ((await waiting()) === 0 ? true : undefined));

test("a verdict wakes its case once, under the approval's id, and names who gave it by a digest", async () => {
  const verdict = await givenVerdict("woken");
  const engine = watchedEngine();
  start(engine);
  await allDelivered();
  expect(engine.woken).toEqual([verdict]);
  expect(verdict.message.person).toMatch(/^[0-9a-f]{64}$/);
});

describe("a case that cannot be woken is done with: the ledger's row is what counts", () => {
  test.for([
    ["turned-away", { kind: "turned-away", reason: "another question is open" }, "verdict turned away by its case"],
    ["gone", { kind: "gone" }, "verdict for a case that ended"],
  ] as const)("%s", async ([name, delivery, msg]) => {
    await givenVerdict(name);
    const { log, lines } = keptLog();
    start(watchedEngine({ onVerdict: () => delivery }), log);
    await allDelivered();
    expect(lines).toMatchObject([{ msg }]);
  });
});

test.for([1, 3, 100])("what attempt %i could not tell is due after its back-off", async (attempts) => {
  await givenVerdict(`attempt ${attempts}`);
  const rows = await backedOff(database.pool, "outbox", attempts, async () => {
    let isTried = false;
    const onVerdict = () => {
      isTried = true;
      throw new Error("engine away");
    };
    const pump = start(watchedEngine({ onVerdict }));
    await eventually(async () => isTried || undefined);
    // Whatever was taken is finished with then.
    await pump.stop();
  });
  expect(rows).toEqual([{ attempts, isDueThen: true }]);
});

test("an engine that is away is asked again, and a verdict for another case does not wait for it", async () => {
  const away = await givenVerdict("away");
  const near = await givenVerdict("near");
  let failures = 3;
  const engine = watchedEngine({
    onVerdict: ({ escalationId }) => {
      if (escalationId === away.message.escalationId && failures > 0) {
        failures -= 1;
        throw new Error("engine away");
      }
      return { kind: "woken" };
    },
  });
  const pump = start(engine);
  await eventually(async () => (engine.woken.length === 1 ? true : undefined));
  expect(engine.woken).toEqual([near]);
  await eventually(async () => {
    await database.pool.query("update outbox set retry_at = clock_timestamp() where delivered_at is null");
    pump.poke();
    return (await waiting()) === 0 ? true : undefined;
  });
  expect(engine.woken).toEqual([near, away]);
});
