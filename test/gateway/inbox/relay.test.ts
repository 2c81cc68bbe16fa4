import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acceptEvents, type InboxEvent } from "../../../gateway/inbox/accept.ts";
import type { Pump } from "../../../db/pump.ts";
import { startRelay } from "../../../gateway/inbox/relay.ts";
import type { WorkflowStarter } from "../../../gateway/inbox/workflow-starter.ts";
import { readRecords } from "../../../audit/records.ts";
import { backedOff } from "../../fixtures/backed-off.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { incomingEvent, keptEvents } from "../../fixtures/inbox.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";

let database: TestDatabase;
let relays: Pump[] = [];
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  relays = [];
});

/** Unique per test: the audit record outlives the inbox that is emptied between tests. */
let run = 0;
beforeEach(() => {
  run += 1;
});
const named = (name: string, changes: Parameters<typeof incomingEvent>[1] = {}) =>
  incomingEvent(`${run}-${name}`, { objectId: `${run}`, ...changes });

function start(starter: WorkflowStarter, log = keptLog().log): Pump {
  const relay = startRelay({ pool: database.pool, starter, log });
  relays.push(relay);
  return relay;
}

const accept = (...events: readonly InboxEvent[]) => acceptEvents(database.pool, events);
const allTold = (count: number) =>
  eventually(async () => {
    const told = (await keptEvents(database.pool)).filter((event) => event.told);
    return told.length === count ? told : undefined;
  });

/** Makes waiting rows due at once, as if their time had come. */
const makeDue = () => database.pool.query("update inbox set retry_at = clock_timestamp() where dispatched_at is null");

describe("an accepted event", () => {
  test("is recorded, brought to its case with all it needs, and marked", async () => {
    const engine = watchedEngine();
    const event = named("a");
    await accept(event);
    start(engine);
    await allTold(1);
    const caseId = `acme:quoting:crm-deal-${run}`;
    const { objectType, objectId, eventId, occurredAt } = event;
    const { records } = await readRecords(database.pool, "acme", caseId);
    const receivedAt = records[0]?.at ?? "";
    const common = { company: "acme", functionId: "quoting", objectType, objectId };
    expect(engine.delivered).toEqual([
      {
        caseId,
        start: {
          workflow: "governedCase",
          input: {
            ...common,
            step: "approve-discount",
            action: "quoting",
            takeBack: { step: "revoke-approval", action: "quoting.revoke" },
          },
        },
        event: { ...common, eventId, source: "hubspot", system: "crm", occurredAt, receivedAt },
      },
    ]);
    expect(records).toMatchObject([
      {
        n: 1,
        kind: "event",
        key: `${eventId}/event`,
        body: {
          eventId,
          functionId: "quoting",
          source: "hubspot",
          object: `crm-deal-${run}`,
          occurredAt,
          receivedAt,
        },
      },
    ]);
    expect(records[0]?.body).toMatchObject({ state: "accepted" });
    expect(await keptEvents(database.pool)).toMatchObject([{ state: "dispatched", attempts: 1 }]);
  });

  test("goes on its way when poked, without waiting for the next look", async () => {
    const engine = watchedEngine();
    const relay = startRelay({ pool: database.pool, starter: engine, log: keptLog().log, pollMs: 3_600_000 });
    relays.push(relay);
    await new Promise((resume) => setTimeout(resume, 100));
    await accept(named("a"));
    relay.poke();
    expect(await allTold(1)).toHaveLength(1);
  });

  test("found by two relays at once is delivered once by each row's holder", async () => {
    const engine = watchedEngine();
    await accept(...Array.from({ length: 60 }, (_, index) => named(`e${index}`, { objectId: `${run}${index}` })));
    start(engine);
    start(engine);
    await allTold(60);
    expect(new Set(engine.delivered.map(({ event }) => event.eventId)).size).toBe(60);
    expect(engine.delivered).toHaveLength(60);
  });

  test("of one object goes in the order the events came, whatever each takes", async () => {
    const engine = watchedEngine({
      onEvent: () => new Promise((resume) => setTimeout(resume, Math.random() * 10)),
    });
    const minutes = Array.from({ length: 20 }, (_, index) => `2026-03-02T09:${String(index + 10)}:00.000Z`);
    for (const occurredAt of minutes) await accept(named(occurredAt, { occurredAt }));
    start(engine);
    await allTold(20);
    expect(engine.delivered.map(({ event }) => event.occurredAt)).toEqual(minutes);
  });
});

describe("an event that is not for a case", () => {
  test("late: it is recorded as late and no case hears of it", async () => {
    const engine = watchedEngine();
    await accept(named("new"), named("old", { occurredAt: "2026-03-01T09:00:00.000Z" }));
    start(engine);
    await allTold(2);
    expect(engine.delivered).toHaveLength(1);
    const { records } = await readRecords(database.pool, "acme", `acme:quoting:crm-deal-${run}`);
    expect(new Set(records.map(({ body }) => body["state"]))).toEqual(new Set(["accepted", "late"]));
    expect((await keptEvents(database.pool)).map(({ state }) => state).sort()).toEqual(["dispatched", "late"]);
  });

  test("ignored: it stays as it is", async () => {
    const engine = watchedEngine();
    await accept(named("ignored", { listened: false }), named("heard"));
    start(engine);
    await allTold(1);
    expect(engine.delivered).toHaveLength(1);
  });
});

describe("an engine that fails", () => {
  test("loses nothing: a row that failed is told again, once its time has come", async () => {
    let failures = 3;
    const engine = watchedEngine({
      onEvent: () => {
        failures -= 1;
        if (failures >= 0) throw new Error("engine away");
      },
    });
    await accept(named("a"));
    const relay = start(engine);
    await eventually(async () => {
      await makeDue();
      relay.poke();
      return engine.delivered[0];
    });
    await allTold(1);
    expect(engine.delivered).toHaveLength(1);
    expect(await keptEvents(database.pool)).toMatchObject([{ state: "dispatched" }]);
    const { records } = await readRecords(database.pool, "acme", `acme:quoting:crm-deal-${run}`);
    expect(records).toHaveLength(1);
  });

  test.for([1, 3, 100])("what attempt %i could not tell is due after its back-off", async (attempts) => {
    await accept(named("a"));
    const rows = await backedOff(database.pool, "inbox", attempts, async () => {
      let isTried = false;
      const onEvent = () => {
        isTried = true;
        throw new Error("engine away");
      };
      const relay = start(watchedEngine({ onEvent }));
      await eventually(async () => isTried || undefined);
      // Whatever was taken is finished with then.
      await relay.stop();
    });
    expect(rows).toEqual([{ attempts, isDueThen: true }]);
  });

  test("holds up nobody else, is loud from the fifth time on, and is never given up", async () => {
    const { log, lines } = keptLog();
    const engine = watchedEngine({
      onEvent: ({ objectId }) => {
        if (objectId === "666") throw new Error("poison");
      },
    });
    await accept(named("poison", { objectId: "666" }), named("sound"));
    const relay = start(engine, log);
    await allTold(1);
    await eventually(async () => {
      await makeDue();
      relay.poke();
      return (await keptEvents(database.pool)).find(({ attempts }) => attempts >= 6);
    });
    const said = lines.filter(({ msg }) => /^event (still )?not delivered$/.test(msg));
    expect(said.map(({ level }) => level)).toEqual(said.map(({ attempts }) => (Number(attempts) < 5 ? 40 : 50)));
    expect(said.map(({ level }) => level)).toEqual(expect.arrayContaining([40, 50]));
    expect(await keptEvents(database.pool)).toMatchObject([{ state: "pending", told: false }, { state: "dispatched" }]);
  });

  test("a call that hangs holds up its own object only", async () => {
    let release = () => {};
    const engine = watchedEngine({
      onEvent: ({ objectId }) =>
        objectId === "777" ? new Promise<void>((resume) => (release = resume)) : Promise.resolve(),
    });
    const stuck = Array.from({ length: 30 }, (_, index) => named(`stuck${index}`, { objectId: "777" }));
    await accept(...stuck);
    const relay = start(engine);
    await accept(named("free"));
    relay.poke();
    await allTold(1);
    const stopRelease = setInterval(() => release(), 1);
    expect(await allTold(31)).toHaveLength(31);
    clearInterval(stopRelease);
  });
});

describe("a relay that dies", () => {
  test("after the case heard and before the mark: the case hears again, the record stays one", async () => {
    const engine = watchedEngine();
    const event = named("a");
    await accept(event);
    start(engine);
    await allTold(1);
    await database.pool.query(
      "update inbox set state = 'pending', dispatched_at = null, retry_at = clock_timestamp() where event_id = $1",
      [event.eventId],
    );
    await allTold(1);
    expect(engine.delivered.map(({ event: heard }) => heard)).toEqual([
      engine.delivered[0]?.event,
      engine.delivered[0]?.event,
    ]);
    const { records } = await readRecords(database.pool, "acme", `acme:quoting:crm-deal-${run}`);
    expect(records).toHaveLength(1);
  });

  test("with rows claimed: they are not touched before their lease runs out, and then they are told", async () => {
    const engine = watchedEngine();
    await accept(named("a"));
    await database.pool.query("update inbox set attempts = 1, retry_at = clock_timestamp() + interval '15 s'");
    const relay = start(engine);
    await new Promise((resume) => setTimeout(resume, 150));
    expect(engine.delivered).toEqual([]);
    await makeDue();
    relay.poke();
    await allTold(1);
  });

  test("in good order: stop waits for what is on its way and marks it", async () => {
    const engine = watchedEngine({ onEvent: () => new Promise((resume) => setTimeout(resume, 100)) });
    await accept(named("a"));
    const relay = start(engine);
    await eventually(async () => ((await keptEvents(database.pool))[0]?.attempts === 1 ? true : undefined));
    await relay.stop();
    expect(await keptEvents(database.pool)).toMatchObject([{ state: "dispatched", told: true }]);
  });
});

test("500 events at once are all told, each once", async () => {
  const engine = watchedEngine();
  const events = Array.from({ length: 500 }, (_, index) => named(`e${index}`, { objectId: `${index % 50}` }));
  for (let from = 0; from < 500; from += 100) await accept(...events.slice(from, from + 100));
  start(engine);
  await allTold(500);
  expect(new Set(engine.delivered.map(({ event }) => event.eventId)).size).toBe(500);
  expect(engine.delivered).toHaveLength(500);
});
