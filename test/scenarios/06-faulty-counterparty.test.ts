import { afterAll, beforeAll, expect, test } from "vitest";
import { scriptFault } from "../../tools/sandbox/door.ts";
import type { Fault } from "../../tools/sandbox/faults.ts";
import { crmSays, givenPartner, notesOn, quoteDeskSays, givenQuote } from "../fixtures/programme.ts";
import { startSystem, type System } from "../setup/system.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

const once = (kind: Fault["kind"], more: Partial<Fault> = {}): Fault => ({ kind, times: 1, ...more });

test.for<[string, Fault, string, number, string[]]>([
  ["is out of reach twice: it is asked again", once("unavailable", { times: 2 }), "executed", 1, ["approved"]],
  ["has been asked too often: it is asked again", once("rate-limit"), "executed", 1, ["approved"]],
  ["says no: nobody asks again", once("refuse", { text: "no such price list" }), "refused", 0, ["no such price list"]],
  ["says that the world moved on: it is decided afresh", once("move-on"), "executed", 1, ["approved"]],
  ["acts, and its answer is lost: it is asked what it knows", once("lose-answer"), "executed", 1, ["approved"]],
  [
    "acts, and cannot say so: people settle it, it is never sent again",
    once("lose-trace"),
    "unknown",
    1,
    ["TARGET_ANSWER_LOST"],
  ],
  ["answers late", once("delay", { delayMs: 1_500 }), "executed", 1, ["approved"]],
  ["hears us twice", once("answer-twice"), "executed", 1, ["approved"]],
] as const)("the quote desk %s", async ([name, fault, outcome, approvals, told]) => {
  const objectId = `d-${fault.kind}`;
  const { pool, company } = system;
  await givenQuote(pool, company, objectId, 120_000);
  await scriptFault(pool, { company, system: "quotes", operation: "approve-discount" }, fault);
  const caseId = await system.arrive("quoting", objectId);
  expect(await system.client.workflow.getHandle(caseId).result(), name).toEqual({ outcomes: [outcome] });
  const desk = await quoteDeskSays(pool, company);
  expect(desk.approvals.filter(({ quote_id }) => quote_id === `Q-${objectId}`)).toHaveLength(approvals);
  const crm = (await crmSays(pool, company)).filter(([id]) => id === objectId);
  const notes = await notesOn(pool, company, objectId);
  // What no value of the status can tell is a note: that it was decided, that it did not come about, and why.
  expect([...crm.flatMap(([, , value]) => value ?? []), ...notes]).toEqual(
    told.map((text) => expect.stringContaining(text)),
  );
});
