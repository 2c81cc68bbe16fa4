import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acceptEvents, inboxEventsOf, listenersOf, watchersOf } from "../../../gateway/inbox/accept.ts";
import { createGroupCommit } from "../../../gateway/inbox/group-commit.ts";
import { incomingEvent, keptEvents } from "../../fixtures/inbox.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});

const accept = (...events: readonly ReturnType<typeof incomingEvent>[]) => acceptEvents(database.pool, events);
const at = (minute: number) => `2026-03-02T09:${String(minute).padStart(2, "0")}:00.000Z`;
const clock = async () => {
  const { rows } = await database.pool.query<{ occurred_at: string }>("select occurred_at from inbox_clock");
  return rows.map(({ occurred_at: newest }) => newest);
};

describe("an event is kept once, for ever", () => {
  test("a second delivery is a duplicate", async () => {
    expect(await accept(incomingEvent("a"))).toEqual(["accepted"]);
    expect(await accept(incomingEvent("a"))).toEqual(["duplicate"]);
    expect(await keptEvents(database.pool)).toHaveLength(1);
  });

  test("also after it was dealt with, and within one batch", async () => {
    await accept(incomingEvent("a"));
    await database.pool.query("update inbox set state = 'dispatched', dispatched_at = now()");
    expect(await accept(incomingEvent("a"), incomingEvent("b"), incomingEvent("b"))).toEqual([
      "duplicate",
      "accepted",
      "duplicate",
    ]);
  });

  test("the same key with another body is another event", async () => {
    expect(await accept(incomingEvent("a", { body: "one" }), incomingEvent("a", { body: "two" }))).toEqual([
      "accepted",
      "accepted",
    ]);
  });

  test("companies do not see each other's keys", async () => {
    expect(await accept(incomingEvent("a"), incomingEvent("a", { company: "bolt" }))).toEqual(["accepted", "accepted"]);
  });

  test("of 50 concurrent deliveries one is accepted", async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => accept(incomingEvent("a"))));
    expect(outcomes.flat().filter((outcome) => outcome === "accepted")).toHaveLength(1);
    expect(outcomes.flat().filter((outcome) => outcome === "duplicate")).toHaveLength(49);
    expect(await keptEvents(database.pool)).toHaveLength(1);
  });

  test("of 50 concurrent deliveries that share commits one is accepted", async () => {
    const inbox = createGroupCommit((events: Parameters<typeof acceptEvents>[1]) =>
      acceptEvents(database.pool, events),
    );
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => inbox.submit([incomingEvent("a")])));
    expect(outcomes.flat().filter((outcome) => outcome === "accepted")).toHaveLength(1);
    expect(await keptEvents(database.pool)).toHaveLength(1);
  });
});

describe("an object never moves backwards", () => {
  test("an older event that comes after a newer one is late", async () => {
    expect(await accept(incomingEvent("new", { occurredAt: at(10) }))).toEqual(["accepted"]);
    expect(await accept(incomingEvent("old", { occurredAt: at(9) }))).toEqual(["late"]);
    expect(await accept(incomingEvent("same time", { occurredAt: at(10) }))).toEqual(["accepted"]);
    expect(await clock()).toEqual([at(10)]);
  });

  test("a batch counts as its events one after another", async () => {
    const batch = [
      incomingEvent("1", { occurredAt: at(5) }),
      incomingEvent("2", { occurredAt: at(10) }),
      incomingEvent("3", { occurredAt: at(7) }),
      incomingEvent("4", { occurredAt: at(7), objectId: "1002" }),
    ];
    expect(await accept(...batch)).toEqual(["accepted", "accepted", "late", "accepted"]);
  });

  test("a late event delivered again is a duplicate", async () => {
    await accept(incomingEvent("new", { occurredAt: at(10) }), incomingEvent("old", { occurredAt: at(9) }));
    expect(await accept(incomingEvent("old", { occurredAt: at(9) }))).toEqual(["duplicate"]);
  });

  test("the newest of 40 concurrent events is accepted, and the clock ends on it", async () => {
    const minutes = Array.from({ length: 40 }, (_, index) => (index * 17) % 40);
    const outcomes = await Promise.all(
      minutes.map(async (minute) => [
        minute,
        ...(await accept(incomingEvent(`m${minute}`, { occurredAt: at(minute) }))),
      ]),
    );
    expect(outcomes).toContainEqual([39, "accepted"]);
    expect(await clock()).toEqual([at(39)]);
  });
});

describe("what is stamped on arrival", () => {
  const made = (name: string, occurredAt: string) => ({
    ...incomingEvent(name, { occurredAt }),
    stamp: "arrival" as const,
  });

  test("is never late: it comes after all that came before, whatever its source's clock said", async () => {
    await accept(incomingEvent("ahead", { occurredAt: "2026-03-02T09:05:00.000Z" }));
    expect(await accept(made("asked", "2026-03-02T09:00:00.000Z"))).toEqual(["accepted"]);
    const { rows } = await database.pool.query("select occurred_at from inbox where source_key = 'asked'");
    expect(rows).toEqual([{ occurred_at: "2026-03-02T09:05:00.000Z" }]);
  });

  test("moves the object's clock on", async () => {
    await accept(made("asked", "2026-03-02T09:05:00.000Z"));
    expect(await accept(incomingEvent("older", { occurredAt: "2026-03-02T09:00:00.000Z" }))).toEqual(["late"]);
  });
});

test("an event that no function listens to is kept and ignored, and moves no clock", async () => {
  expect(await accept(incomingEvent("a", { listened: false }))).toEqual(["ignored"]);
  expect(await keptEvents(database.pool)).toMatchObject([{ state: "ignored", told: false }]);
  expect(await clock()).toEqual([]);
});

test("batches that share objects in opposite orders do not wait for each other", async () => {
  const batch = (run: number) =>
    Array.from({ length: 30 }, (_, index) => incomingEvent(`${run}-${index}`, { objectId: String(index) }));
  const batches = Array.from({ length: 12 }, (_, run) => (run % 2 === 0 ? batch(run) : batch(run).reverse()));
  const outcomes = await Promise.all(batches.map((events) => accept(...events)));
  expect(new Set(outcomes.flat())).toEqual(new Set(["accepted"]));
});

test("when one event cannot be kept, none of its batch is", async () => {
  const broken = { ...incomingEvent("broken"), occurredAt: "no time" };
  await expect(accept(incomingEvent("sound"), broken)).rejects.toMatchObject({ code: "22007" });
  expect(await keptEvents(database.pool)).toEqual([]);
});

test.for([
  ["the value it waits for", { kind: "changed", property: "quote_status", value: "approval_requested" }, ["quoting"]],
  ["another value", { kind: "changed", property: "quote_status", value: "draft" }, []],
  ["another property", { kind: "changed", property: "hs_next_step", value: "approval_requested" }, []],
  ["its end", { kind: "deleted" }, []],
] as const)("of a deal, quoting hears %s or not", ([, change, listeners]) => {
  expect(listenersOf({ system: "crm", objectType: "deal", objectId: "1", change })).toEqual(listeners);
});

test("an object of another system is heard by nobody", () => {
  const change = { kind: "created" } as const;
  expect(listenersOf({ system: "crm", objectType: "registration", objectId: "1", change })).toEqual([
    "deal-registration",
  ]);
  expect(listenersOf({ system: "portal", objectType: "registration", objectId: "1", change })).toEqual([]);
});

test("an event that two functions hear is each one's own, and a duplicate for each when it comes again", async () => {
  const first = incomingEvent("both");
  const second = { ...first, eventId: "evt_second", functionId: "deal-registration" };
  expect(await accept(first, second)).toEqual(["accepted", "accepted"]);
  expect(await accept(first, second)).toEqual(["duplicate", "duplicate"]);
});

describe("what becomes of a record that a case was about", () => {
  const deal = { system: "crm", objectType: "deal", objectId: "d1" };
  const changed = (property: string, value: string) =>
    ({ ...deal, change: { kind: "changed", property, value } }) as const;

  test.for([
    ["a property that the function reads", changed("quote_net_price", "90000.00"), ["quoting"]],
    ["a recall", changed("quote_status", "draft"), ["quoting"]],
    ["a property that it does not read", changed("dealname", "Renamed"), []],
    ["its own word", changed("quote_status", "approved"), []],
    ["a deletion", { ...deal, change: { kind: "deleted" } }, ["quoting"]],
    ["a restoration", { ...deal, change: { kind: "restored" } }, ["quoting"]],
    ["a record that is new", { ...deal, change: { kind: "created" } }, []],
    ["another type of object", { ...deal, objectType: "invoice", change: { kind: "deleted" } }, []],
  ] as const)("is told to its functions: %s", ([, notification, watchers]) => {
    expect(watchersOf(notification)).toEqual(watchers);
  });

  test("reaches cases that there were, and opens none", async () => {
    const edited = (objectId: string, sourceKey: string) => {
      const notification = { ...deal, objectId, change: changed("quote_net_price", "90000.00").change };
      const item = {
        sourceKey,
        bodyDigestInput: sourceKey,
        occurredAt: at(5),
        body: {},
        ...notification,
        notification,
      };
      return inboxEventsOf("acme", "hubspot", item);
    };
    expect(await acceptEvents(database.pool, edited("d1", "before"))).toEqual(["ignored"]);
    await accept(incomingEvent("a", { objectId: "d1" }));
    expect(await acceptEvents(database.pool, edited("d1", "after"))).toEqual(["accepted"]);
    expect(await acceptEvents(database.pool, edited("d2", "other"))).toEqual(["ignored"]);
  });
});
