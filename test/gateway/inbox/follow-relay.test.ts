import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordKeys } from "../../../audit/record-keys.ts";
import { appendOnce, openRecord, readRecords, type LedgerPool } from "../../../audit/records.ts";
import { tellStory } from "../../../audit/story.ts";
import type { Pump } from "../../../db/pump.ts";
import { caseIdOf, objectRefOf } from "../../../domain/ids.ts";
import type { OutcomeKind } from "../../../domain/outcome.ts";
import { acceptEvents, type InboxEvent } from "../../../gateway/inbox/accept.ts";
import { startFollowRelay, type FollowRelayDeps } from "../../../gateway/inbox/follow-relay.ts";
import { startRelay } from "../../../gateway/inbox/relay.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { functionLike, withFunctions } from "../../fixtures/functions.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";

/** Two functions follow quoting, each another end of it. */
const functions = withFunctions(
  functionLike("thanks", [{ kind: "follows", function: "quoting", outcomes: ["executed"] }]),
  functionLike("rescue", [{ kind: "follows", function: "quoting", outcomes: ["blocked", "rejected", "expired"] }]),
);

let database: TestDatabase;
/** The company's own login, which gateway and worker have. */
let acme: LedgerPool;
let pumps: Pump[] = [];
beforeAll(async () => {
  database = await testDatabase();
  acme = await database.poolOf("acme");
});
afterAll(() => database.drop());
afterEach(async () => {
  await Promise.all(pumps.map((pump) => pump.stop()));
  pumps = [];
});

let run = 0;
beforeEach(async () => {
  run += 1;
  await database.pool.query("truncate inbox, inbox_clock, outbox, followed_function");
});

const caseOf = (functionId: string, objectId: string) =>
  caseIdOf("acme", functionId, objectRefOf("crm", "deal", objectId));

/** The relay as it runs, once it has said whom it follows. */
async function follow(changes: Partial<FollowRelayDeps> = {}): Promise<Pump> {
  const accept = (events: readonly InboxEvent[]) => acceptEvents(acme, events);
  const deps = { pool: acme, company: "acme", accept, onAccepted: () => {}, log: keptLog().log, functions };
  const pump = startFollowRelay({ ...deps, ...changes });
  pumps.push(pump);
  await eventually(async () =>
    (await acme.query("select 1 from followed_function")).rowCount === 1 ? true : undefined,
  );
  return pump;
}

type Ending = readonly (readonly [step: string, kind: OutcomeKind])[];

/** An event of a quote's case that ended so. */
async function ended(objectId: string, outcomes: Ending, name = "a") {
  const event = incomingEvent(`${run}-${objectId}-${name}`, { objectId });
  await acceptEvents(acme, [event]);
  await end(event, outcomes);
  return event;
}

async function end({ eventId, objectId }: InboxEvent, outcomes: Ending): Promise<void> {
  const caseId = caseOf("quoting", objectId);
  const body = { eventId, outcomes: outcomes.map(([step, kind]) => ({ step, kind })), reasons: [] };
  const key = recordKeys.end(caseId, eventId);
  const at = "2026-03-02T09:00:01.000Z";
  await appendOnce(acme, { company: "acme", caseId, kind: "case_end", key, at, body });
}

/** Who was told, in order, once nothing is left to tell. */
async function told(): Promise<readonly { functionId: string; objectId: string }[]> {
  await eventually(async () => {
    const waiting = await database.pool.query("select 1 from outbox where delivered_at is null");
    return waiting.rowCount === 0 ? true : undefined;
  });
  const { rows } = await database.pool.query<{ functionId: string; objectId: string }>(
    `select function_id as "functionId", object_id as "objectId" from inbox where source = 'case' order by received_at`,
  );
  return rows;
}

describe("the end of a case", () => {
  test("is told to the case of the same object under the function that follows, and to no other", async () => {
    await follow();
    const { eventId } = await ended("1", [["approve-discount", "executed"]]);
    expect(await told()).toEqual([{ functionId: "thanks", objectId: "1" }]);
    const { rows } = await database.pool.query(
      "select source_key, system, object_type, state, body from inbox where source = 'case'",
    );
    expect(rows).toEqual([
      {
        source_key: `${caseOf("quoting", "1")}/${eventId}`,
        system: "crm",
        object_type: "deal",
        state: "pending",
        body: { after: caseOf("quoting", "1"), afterEvent: eventId, outcome: "executed" },
      },
    ]);
  });

  test.for<[string, Ending, string[]]>([
    [
      "a write-back that was done is not how a block ended",
      [
        ["approve-discount", "blocked"],
        ["write-back", "executed"],
      ],
      ["rescue"],
    ],
    [
      "the last of its own steps counts",
      [
        ["approve-discount", "blocked"],
        ["approve-discount", "executed"],
      ],
      ["thanks"],
    ],
    ["an end that nobody waits for is told to nobody", [["approve-discount", "superseded"]], []],
    ["so is one of other steps alone", [["write-back", "executed"]], []],
  ])("%s", async ([, outcomes, functionIds]) => {
    await follow();
    await ended("2", outcomes);
    expect((await told()).map(({ functionId }) => functionId)).toEqual(functionIds);
  });

  test("of a function that nobody follows writes nothing more", async () => {
    await ended("3", [["approve-discount", "executed"]]);
    expect((await database.pool.query("select 1 from outbox")).rowCount).toBe(0);
  });

  test("is told from the moment on when somebody follows", async () => {
    await ended("4", [["approve-discount", "executed"]], "before");
    await follow();
    await ended("5", [["approve-discount", "executed"]], "after");
    expect(await told()).toEqual([{ functionId: "thanks", objectId: "5" }]);
  });

  test("of another company is told there alone", async () => {
    await follow();
    await database.pool.query("insert into followed_function values ('bolt', 'deal-registration')");
    const caseId = "bolt:quoting:crm-deal-1";
    const key = recordKeys.end(caseId, `evt_${run}`);
    await appendOnce(database.pool, {
      company: "bolt",
      caseId,
      kind: "case_end",
      key,
      at: "2026-03-02T09:00:00.000Z",
      body: {},
    });
    expect((await database.pool.query("select 1 from outbox")).rowCount).toBe(0);
  });
});

describe("whatever crashes, an end is told once:", () => {
  test("one whose record was rolled back was never told", async () => {
    await follow();
    const client = await acme.connect();
    const event = incomingEvent(`${run}-rolled-back`, { objectId: "6" });
    await acceptEvents(acme, [event]);
    await client.query("begin");
    const caseId = caseOf("quoting", "6");
    const body = { eventId: event.eventId, outcomes: [{ step: "approve-discount", kind: "executed" }] };
    const ledger = Object.assign(client, { vault: acme.vault });
    const key = recordKeys.end(caseId, event.eventId);
    await appendOnce(ledger, { company: "acme", caseId, kind: "case_end", key, at: "2026-03-02T09:00:00.000Z", body });
    expect((await client.query("select 1 from outbox")).rowCount).toBe(1);
    await client.query("rollback");
    client.release();
    expect(await told()).toEqual([]);
  });

  test("a relay that died between telling and its mark tells again, and nothing comes of it", async () => {
    await follow();
    await ended("7", [["approve-discount", "executed"]]);
    await told();
    await database.pool.query("update outbox set delivered_at = null, retry_at = clock_timestamp()");
    expect(await told()).toEqual([{ functionId: "thanks", objectId: "7" }]);
  });

  test("two relays at once tell each of a hundred ends once", async () => {
    await follow();
    await follow();
    for (let n = 0; n < 100; n += 1) await ended(`many-${n}`, [["approve-discount", "executed"]]);
    const heard = await told();
    expect(heard).toHaveLength(100);
    expect(new Set(heard.map(({ objectId }) => objectId)).size).toBe(100);
  });

  test("one that the inbox cannot take waits, and holds up no other", async () => {
    const log = keptLog();
    await follow({
      log: log.log,
      async accept(events) {
        if (events.some(({ objectId }) => objectId === "stuck")) throw new Error("no");
        return acceptEvents(acme, events);
      },
    });
    await ended("stuck", [["approve-discount", "executed"]]);
    await ended("8", [["approve-discount", "executed"]]);
    await eventually(async () => {
      const { rows } = await database.pool.query("select 1 from inbox where source = 'case' and object_id = '8'");
      return rows[0];
    });
    expect(log.lines).toMatchObject([{ msg: "not told", caseId: caseOf("quoting", "stuck") }]);
  });

  test("a database that is away when the gateway starts is tried again", async () => {
    let away = 2;
    const pool = Object.assign(Object.create(acme) as LedgerPool, {
      query: (...given: Parameters<LedgerPool["query"]>) => {
        away -= 1;
        return away >= 0 ? Promise.reject(new Error("away")) : acme.query(...given);
      },
    });
    await follow({ pool, pollMs: 50 });
    await ended("9", [["approve-discount", "executed"]]);
    expect(await told()).toEqual([{ functionId: "thanks", objectId: "9" }]);
  });
});

test("the follower's case is opened, and its record rests on the record of the end", async () => {
  const engine = watchedEngine();
  const relay = startRelay({ pool: acme, starter: engine, log: keptLog().log, functions });
  pumps.push(relay);
  await follow({ onAccepted: relay.poke });
  const objectId = `followed-${run}`;
  const { eventId } = await ended(objectId, [["approve-discount", "rejected"]]);
  const heard = await eventually(async () => engine.delivered.find(({ start }) => start.input.functionId === "rescue"));
  expect(heard.caseId).toBe(caseOf("rescue", objectId));
  expect(heard.event).toMatchObject({ source: "case", objectId });
  const opened = await openRecord(database.pool, "acme", recordKeys.event(heard.event.eventId));
  const { records } = await readRecords(database.pool, "acme", caseOf("quoting", objectId));
  const end = records.find(({ key }) => key === recordKeys.end(caseOf("quoting", objectId), eventId));
  expect(opened?.envelope.parents).toEqual([end?.digest]);
  expect(tellStory(opened ? [opened.record] : [])).toMatchObject([
    { who: "case", text: `reports crm-deal-${objectId} for rescue: ${caseOf("quoting", objectId)} ended as rejected` },
  ]);
});
