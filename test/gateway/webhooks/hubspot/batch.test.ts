import { describe, expect, test } from "vitest";
import { HubspotBatch, readHubspotEvent, type HubspotItem } from "../../../../gateway/webhooks/hubspot/batch.ts";
import { hubspotEvent, hubspotEventWithout } from "../../../fixtures/hubspot.ts";

function read(event: { [field: string]: unknown }): HubspotItem {
  const [parsed] = HubspotBatch.parse([event]);
  if (parsed === undefined) throw new Error("no event");
  return readHubspotEvent(parsed, event as HubspotItem["body"])[0];
}

function faults(batch: unknown): string[] {
  const parsed = HubspotBatch.safeParse(batch);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => `/${path.join("/")}`);
}

describe("an event becomes a notification", () => {
  const changed = { kind: "changed", property: "quote_status", value: "approval_requested" };
  const cases = [
    { name: "deal.propertyChange", event: hubspotEvent(), says: ["deal", "1001", changed] },
    {
      name: "deal.creation",
      event: hubspotEvent({ subscriptionType: "deal.creation" }),
      says: ["deal", "1001", { kind: "created" }],
    },
    {
      name: "deal.deletion",
      event: hubspotEvent({ subscriptionType: "deal.deletion" }),
      says: ["deal", "1001", { kind: "deleted" }],
    },
    {
      name: "deal.merge",
      event: hubspotEvent({ subscriptionType: "deal.merge" }),
      says: ["deal", "1001", { kind: "merged" }],
    },
    {
      name: "deal.restore",
      event: hubspotEvent({ subscriptionType: "deal.restore" }),
      says: ["deal", "1001", { kind: "restored" }],
    },
    {
      name: "object.propertyChange of 0-3, a deal",
      event: hubspotEvent({ subscriptionType: "object.propertyChange", objectTypeId: "0-3" }),
      says: ["deal", "1001", changed],
    },
    {
      name: "object.creation of 2-4100300, a registration",
      event: hubspotEvent({ subscriptionType: "object.creation", objectTypeId: "2-4100300", objectId: "77" }),
      says: ["registration", "77", { kind: "created" }],
    },
    {
      name: "a property that was cleared",
      event: hubspotEvent({ propertyValue: null }),
      says: ["deal", "1001", { ...changed, value: "" }],
    },
  ] as const;
  test.for(cases)("$name", ({ event, says }) => {
    const [objectType, objectId, change] = says;
    expect(read(event).notification).toEqual({ system: "crm", objectType, objectId, change });
  });

  test.for([
    ["a merge that names no object", { ...hubspotEventWithout("objectId"), subscriptionType: "deal.merge" }],
    ["a contact", hubspotEvent({ subscriptionType: "contact.creation" })],
    ["an object type nobody mapped", hubspotEvent({ subscriptionType: "object.creation", objectTypeId: "2-1" })],
    [
      "an association, which has no object",
      { ...hubspotEventWithout("objectId"), subscriptionType: "deal.associationChange" },
    ],
    ["a type of one word", hubspotEvent({ subscriptionType: "constructor" })],
    ["a type not invented yet", hubspotEvent({ subscriptionType: "warp.core.breach" })],
  ] as const)("%s has none, and is read all the same", ([, event]) => {
    expect(read(event)).toMatchObject({ notification: undefined, body: event });
  });
});

describe("what makes an event the same event", () => {
  const first = read(hubspotEvent());
  const same = (event: { [field: string]: unknown }) => {
    const other = read(event);
    return [other.sourceKey === first.sourceKey, other.bodyDigestInput === first.bodyDigestInput];
  };

  test("a redelivery: the attempt number does not count", () => {
    expect(same(hubspotEvent({ attemptNumber: 3 }))).toEqual([true, true]);
  });

  test("another order of the fields", () => {
    expect(same(Object.fromEntries(Object.entries(hubspotEvent()).reverse()))).toEqual([true, true]);
  });

  test.for(["eventId", "subscriptionId", "appId", "changeSource", "sourceId", "changeFlag"])(
    "another %s, which is of the delivery",
    (field) => expect(same(hubspotEvent({ [field]: "2" }))).toEqual([true, true]),
  );

  test("another type of subscription to the same change", () => {
    const generic = { subscriptionType: "object.propertyChange", objectTypeId: "0-3" };
    expect(same(hubspotEvent(generic))).toEqual([true, true]);
  });

  test.for([
    ["portalId", 2],
    ["objectId", 2],
    ["occurredAt", 2],
    ["propertyName", "amount"],
  ] as const)("not with another %s", ([field, value]) =>
    expect(same(hubspotEvent({ [field]: value }))).toEqual([false, true]),
  );

  test("not with another value, though under the same key", () => {
    expect(same(hubspotEvent({ propertyValue: "draft" }))).toEqual([true, false]);
  });

  test("what has no value of its own is told apart by all that is said of it", () => {
    const merged = (id: number) => read(hubspotEvent({ subscriptionType: "deal.merge", mergedObjectIds: [id] }));
    expect(merged(1).sourceKey).toBe(merged(2).sourceKey);
    expect(merged(1).bodyDigestInput).not.toBe(merged(2).bodyDigestInput);
  });
});

describe("a merge tells each object its own", () => {
  const told = (fields: { readonly [field: string]: unknown }) => {
    const event = hubspotEvent({ subscriptionType: "deal.merge", ...fields });
    const [parsed] = HubspotBatch.parse([event]);
    if (parsed === undefined) throw new Error("no event");
    const items = readHubspotEvent(parsed, event as HubspotItem["body"]);
    return items.map(({ objectId, notification }) => [objectId, notification?.change.kind]);
  };

  test.for([
    ["the object that was merged into", { objectId: 7, primaryObjectId: 7, mergedObjectIds: [8, 9] }, "7"],
    [
      "the primary one, whichever the event is about",
      { objectId: 8, primaryObjectId: 7, mergedObjectIds: [8, 9] },
      "7",
    ],
  ] as const)("%s is left", ([, fields, left]) => {
    expect(told(fields)).toEqual([
      [left, "merged"],
      ["8", "deleted"],
      ["9", "deleted"],
    ]);
  });

  test("where a new object came of it, all before are gone", () => {
    expect(told({ objectId: 7, primaryObjectId: 7, mergedObjectIds: [8], newObjectId: 70 })).toEqual([
      ["70", "merged"],
      ["8", "deleted"],
      ["7", "deleted"],
    ]);
  });
});

describe("a batch names what is wrong with it", () => {
  const cases = [
    { name: "not an array", batch: hubspotEvent(), pointers: ["/"] },
    { name: "an empty array", batch: [], pointers: ["/"] },
    { name: "101 events", batch: Array.from({ length: 101 }, () => hubspotEvent()), pointers: ["/"] },
    { name: "an event that is no object", batch: [hubspotEvent(), 7], pointers: ["/1"] },
    { name: "no objectId on a change", batch: [hubspotEventWithout("objectId")], pointers: ["/0/objectId"] },
    {
      name: "no propertyName on a change",
      batch: [hubspotEventWithout("propertyName")],
      pointers: ["/0/propertyName"],
    },
    {
      name: "no objectTypeId on a generic type",
      batch: [hubspotEvent({ subscriptionType: "object.creation" })],
      pointers: ["/0/objectTypeId"],
    },
    {
      name: "no occurredAt on the second",
      batch: [hubspotEvent(), hubspotEventWithout("occurredAt")],
      pointers: ["/1/occurredAt"],
    },
    { name: "a time as text", batch: [hubspotEvent({ occurredAt: "1700000000000" })], pointers: ["/0/occurredAt"] },
    { name: "a time before 1970", batch: [hubspotEvent({ occurredAt: -1 })], pointers: ["/0/occurredAt"] },
    {
      name: "a time after 9999",
      batch: [hubspotEvent({ occurredAt: 253_402_300_800_000 })],
      pointers: ["/0/occurredAt"],
    },
    { name: "an id that is no number", batch: [hubspotEvent({ objectId: "Q:1/2" })], pointers: ["/0/objectId"] },
    { name: "a fraction as id", batch: [hubspotEvent({ objectId: 1.5 })], pointers: ["/0/objectId"] },
    {
      name: "an endless property name",
      batch: [hubspotEvent({ propertyName: "p".repeat(256) })],
      pointers: ["/0/propertyName"],
    },
  ];
  test.for(cases)("$name", ({ batch, pointers }) => expect(faults(batch)).toEqual(pointers));

  test("100 events are a batch", () => {
    expect(faults(Array.from({ length: 100 }, () => hubspotEvent()))).toEqual([]);
  });
});
