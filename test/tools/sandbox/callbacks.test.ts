import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { Permit } from "../../../domain/permit.ts";
import { dueCallbacks, putAndTell, settleCallback } from "../../../tools/sandbox/callbacks.ts";
import { readCalls, readFaults, readObjects, scriptFault } from "../../../tools/sandbox/door.ts";
import { sandboxTool } from "../../../tools/sandbox/tool.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

/** A partner portal that takes a referral and later says what became of it. */
const portalTool = (pool: Pool) =>
  sandboxTool(pool, {
    system: "portal",
    operation: "refer",
    args: z.strictObject({ customer: z.string().min(1) }),
    change: (set) => ({ type: "referral", set: { ...set, status: "submitted" } }),
    tells: ({ customer }) => [
      { customer, event: "received" },
      { customer, event: "accepted" },
    ],
  });

let database: TestDatabase;
let pool: Pool;
let company: string;
let next = 1;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  company = `co-${next++}`;
  pool = await database.poolOf(company);
});
afterAll(() => database.drop());

function refer(customer: string) {
  const permit = { company, tool: "portal.refer", effectKey: `refer ${customer}` } as Permit;
  return portalTool(pool).execute(permit, { customer });
}

const portal = () => ({ company, system: "portal" });
const faulty = (operation: string, kind: "out-of-order" | "answer-twice", times = 1) =>
  scriptFault(pool, { company, system: "portal", operation }, { kind, times });
/** Takes what is due as our door would, and says it in its order. */
async function tell(): Promise<string[]> {
  const due = await dueCallbacks(pool, portal());
  for (const { callId } of due) await settleCallback(pool, { company, callId }, "told");
  return due.map(({ event }) => `${event["customer"] as string} ${event["event"] as string}`);
}

test("a system tells what comes after its answer, in its order, once", async () => {
  await refer("heron");
  await refer("osprey");
  await refer("heron");
  const first = await tell();
  expect(first).toEqual(["heron received", "heron accepted", "osprey received", "osprey accepted"]);
  expect(await tell()).toEqual([]);
});

test("what a call makes is there to be read, under the name that its answer gave", async () => {
  const { externalRef } = await refer("heron");
  expect(await readObjects(pool, { ...portal(), type: "referral" })).toMatchObject([
    { id: externalRef, version: 1, properties: { customer: "heron", status: "submitted" } },
  ]);
  expect(externalRef).toMatch(/^R-[0-9A-F]{10}$/);
});

test("out of order: what comes first is told behind the next thing", async () => {
  await faulty("refer", "out-of-order");
  await refer("heron");
  expect(await tell()).toEqual(["heron accepted", "heron received"]);
});

test("out of order across calls: an older one waits until a newer one was told, however late that comes", async () => {
  const object = { type: "referral", id: "7", properties: { status: "submitted" } };
  await putAndTell(pool, portal(), object);
  await tell();
  await faulty("put", "out-of-order");
  await putAndTell(pool, portal(), { ...object, properties: { status: "received" } });
  expect(await dueCallbacks(pool, portal())).toEqual([]);
  await putAndTell(pool, portal(), { ...object, properties: { status: "accepted" } });
  const due = await dueCallbacks(pool, portal());
  expect(due.map(({ event }) => event["value"])).toEqual(["accepted", "received"]);
  expect(due.map(({ at }) => at).toSorted()).toEqual(due.map(({ at }) => at).toReversed());
});

test("answered twice: everything is told twice, under one key", async () => {
  await faulty("refer", "answer-twice");
  await refer("heron");
  const due = await dueCallbacks(pool, portal());
  expect(due.map(({ key, event }) => [key, event["event"]])).toEqual([
    ["refer heron#1", "received"],
    ["refer heron#1", "received"],
    ["refer heron#2", "accepted"],
    ["refer heron#2", "accepted"],
  ]);
  const calls = (await readCalls(pool, company, "portal")).filter(({ operation }) => operation === "refer");
  expect(calls.map(({ outcome }) => outcome)).toEqual(["done", "replayed"]);
});

test("each call meets its own fault: the first one holds back, the second one tells twice", async () => {
  await faulty("refer", "out-of-order");
  await faulty("refer", "answer-twice");
  await refer("heron");
  await refer("osprey");
  expect(await tell()).toEqual([
    "heron accepted",
    "heron received",
    "osprey received",
    "osprey received",
    "osprey accepted",
    "osprey accepted",
  ]);
});

test("an object that is put tells that it was created, and then only what differs", async () => {
  const told = async (properties: Record<string, string>) => {
    await putAndTell(pool, portal(), { type: "referral", id: "7", properties });
    const due = await dueCallbacks(pool, portal());
    for (const { callId } of due) await settleCallback(pool, { company, callId }, "told");
    return due.map(({ event }) => [event["event"], event["property"], event["value"]]);
  };
  expect(await told({ status: "new", owner: "sam" })).toEqual([
    ["created", undefined, undefined],
    ["changed", "status", "new"],
    ["changed", "owner", "sam"],
  ]);
  expect(await told({ status: "won", owner: "sam" })).toEqual([["changed", "status", "won"]]);
  expect(await told({ status: "won" })).toEqual([]);
  expect(await readObjects(pool, { ...portal(), type: "referral" })).toMatchObject([{ version: 2 }]);
});

test("faults can be read before they are met, and taken back", async () => {
  await faulty("refer", "answer-twice", 2);
  await faulty("refer", "out-of-order");
  await refer("heron");
  expect(await readFaults(pool, company, "portal")).toEqual([
    { operation: "refer", kind: "answer-twice", times: 1 },
    { operation: "refer", kind: "out-of-order", times: 1 },
  ]);
  await scriptFault(pool, { company, system: "portal", operation: "refer" }, null);
  expect(await readFaults(pool, company, "portal")).toEqual([]);
});

test("one system's script, calls and objects are no other's, and one company's no other company's", async () => {
  await faulty("refer", "answer-twice");
  await refer("heron");
  expect(await readCalls(pool, company, "crm")).toEqual([]);
  const other = `${company}-other`;
  const theirs = await database.poolOf(other);
  expect(await readCalls(theirs, company, "portal")).toEqual([]);
  expect(await readObjects(theirs, { company, system: "portal" })).toEqual([]);
});
