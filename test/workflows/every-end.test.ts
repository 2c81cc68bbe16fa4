import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadPolicies } from "../../deciding/policies.ts";
import { readRecords } from "../../audit/records.ts";
import type { Mode } from "../../domain/decision-details.ts";
import type { EndKind, StepOutcome } from "../../domain/outcome.ts";
import { lookAtCases } from "../../gateway/status/stalled-cases.ts";
import { readSilentEnds } from "../../gateway/status/silent-ends.ts";
import { MAX_ROUNDS } from "../../temporal.config.ts";
import { scriptFault } from "../../tools/sandbox/door.ts";
import { heldAgainstSchema, historiesOf } from "../fixtures/engine-payloads.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { inMode } from "../fixtures/modes.ts";
import { crmSays, givenCrmObject, givenPartner, givenQuote, endNotesOn } from "../fixtures/programme.ts";
import { givenContract } from "../fixtures/renewals.ts";
import { skipTime } from "../../app/engine/skip-time.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

let system: System;
let mode: Mode = "led";
beforeAll(async () => {
  const policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  system = await startSystem({ policies: inMode(policies, "quoting", () => mode) });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

type Superseded = Extract<StepOutcome, { kind: "superseded" }>["reason"];

/** Every way an event can end: a kind that is new, or a new reason of `superseded`, does not compile until it is walked. */
type Way =
  | Exclude<EndKind, "superseded" | "refused">
  | `superseded: ${Exclude<Superseded, "record-changed">}`
  | "refused: by the target"
  | "refused: the record never rests"
  | "refused: tells no dates, and asks for nothing"
  | "refused: there is no record";

/** What leads to it, and what whoever asked was told: the record's property, and the note. */
type Walk = {
  readonly functionId?: "renewals";
  readonly walk: (id: string, arrive: (eventId?: string) => Promise<string>) => Promise<unknown>;
  readonly outcomes: readonly string[];
  readonly property?: string;
  readonly note?: RegExp;
};

const HOUR_S = 3_600;
const ANEW =
  /To have it decided anew, correct the record and set quote_status to approval_requested\.( It would pass .*)?$/;
const quote = (id: string, discountPpm: number, changes: Record<string, string> = {}) =>
  givenQuote(system.pool, system.company, id, discountPpm, changes);
const fault = (kind: "refuse" | "lose-trace" | "move-on", times = 1) =>
  scriptFault(
    system.pool,
    { company: system.company, system: "quotes", operation: "approve-discount" },
    { kind, times },
  );
const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

async function asked(id: string, discountPpm: number, arrive: (eventId?: string) => Promise<string>) {
  await quote(id, discountPpm);
  const caseId = await arrive();
  return { caseId, question: await openEscalationOf(system, caseId) };
}

async function raised(caseId: string): Promise<void> {
  await eventually(async () => ((await openEscalationOf(system, caseId)).level === 1 ? true : undefined));
}

const ways: { readonly [W in Way]: Walk } = {
  executed: {
    walk: async (id, arrive) => quote(id, 120_000).then(() => arrive()),
    outcomes: ["approve-discount executed", "write-back executed"],
    property: "approved",
  },
  "already-done": {
    async walk(id, arrive) {
      await quote(id, 120_000);
      await result(await arrive("evt_before"));
      await givenCrmObject(system.pool, system.company, "deal", id, { quote_status: "approval_requested" });
      return arrive();
    },
    outcomes: ["approve-discount already-done", "write-back executed"],
    property: "approved",
  },
  blocked: {
    walk: async (id, arrive) => quote(id, 310_000).then(() => arrive()),
    outcomes: ["approve-discount blocked", "write-back executed", "crm-note executed"],
    property: "blocked",
    note: /^Mandate: blocked \(block, dec_\w+\)\. .*over the ceiling of 25 %/,
  },
  rejected: {
    async walk(id, arrive) {
      const { caseId, question } = await asked(id, 180_000, arrive);
      await answer(system, caseId, "reject", question);
    },
    outcomes: ["approve-discount rejected", "write-back executed", "crm-note executed"],
    property: "denied",
    note: /^Mandate: rejected \(escalate, dec_\w+\)\. .*a manager's decision/,
  },
  expired: {
    async walk(id, arrive) {
      const { caseId } = await asked(id, 180_000, arrive);
      await skipTime(system.client, caseId, 4 * HOUR_S + 60);
      await raised(caseId);
      await skipTime(system.client, caseId, 8 * HOUR_S + 60);
    },
    outcomes: ["approve-discount expired", "write-back executed", "crm-note executed"],
    property: "denied",
    note: /^Mandate: expired \(escalate, dec_\w+\)/,
  },
  withheld: {
    async walk(id, arrive) {
      mode = "shadow";
      await quote(id, 310_000);
      await result(await arrive());
      mode = "led";
    },
    outcomes: ["approve-discount withheld"],
  },
  unknown: {
    async walk(id, arrive) {
      await fault("lose-trace");
      await quote(id, 120_000);
      return arrive();
    },
    outcomes: ["approve-discount unknown", "crm-note executed"],
    note: /^Mandate: unknown .*TARGET_ANSWER_LOST.*Nobody knows yet whether it happened/,
  },
  idle: {
    functionId: "renewals",
    walk: async (id, arrive) => givenContract(system, id, 300).then(() => arrive()),
    outcomes: ["assign-partner executed", "plan idle"],
  },
  "superseded: newer-event": {
    async walk(id, arrive) {
      const { caseId, question } = await asked(id, 180_000, arrive);
      await quote(id, 190_000);
      await arrive("evt_newer");
      await answer(system, caseId, "reject", await openEscalationOf(system, caseId, question.escalationId));
    },
    outcomes: ["approve-discount superseded"],
    // Of the newer event.
    property: "denied",
    note: /^Mandate: rejected/,
  },
  "superseded: not-asked": {
    walk: async (id, arrive) => quote(id, 310_000, { quote_status: "draft" }).then(() => arrive()),
    outcomes: ["approve-discount superseded"],
  },
  "refused: by the target": {
    async walk(id, arrive) {
      await fault("refuse");
      await quote(id, 120_000);
      return arrive();
    },
    outcomes: ["approve-discount refused", "crm-note executed"],
    note: /^Mandate: refused \(execute, dec_\w+\)\. It was decided, and did not come about: /,
  },
  "refused: the record never rests": {
    async walk(id, arrive) {
      await fault("move-on", MAX_ROUNDS);
      await quote(id, 120_000);
      return arrive();
    },
    outcomes: ["approve-discount refused", "crm-note executed"],
    note: /^Mandate: refused \(nothing was decided\)\. the record changed each of the 5 times that it was worked on\. To have it/,
  },
  "refused: tells no dates, and asks for nothing": {
    functionId: "renewals",
    walk: async (id, arrive) =>
      givenContract(system, id, 60, { end_date: "next spring", renewal_state: "accepted" }).then(() => arrive()),
    outcomes: ["plan refused", "crm-note-plan executed"],
    note: /^Mandate: refused \(nothing was decided\)\. contract `\S+` tells no dates to go by\. To have it decided anew, correct the record\.$/,
  },
  "refused: there is no record": {
    functionId: "renewals",
    walk: (_id, arrive) => arrive(),
    outcomes: ["plan refused"],
  },
};

const seen: { caseId: string; way: string }[] = [];

test.for(Object.entries(ways).map(([way, walk], n) => [way, walk, `end${n}`] as const))(
  "%s",
  { timeout: 90_000 },
  async ([way, { functionId = "quoting", walk, outcomes, property, note }, id]) => {
    let caseId = "";
    const eventId = `evt_${id}`;
    await walk(id, async (name = eventId) => (caseId = await system.arrive(functionId, id, { eventId: name })));
    await result(caseId);
    seen.push({ caseId, way });
    const { pool, company } = system;
    const { records, intact } = await readRecords(pool, company, caseId);
    const end = records.find(({ kind, body }) => kind === "case_end" && body["eventId"] === eventId);
    const all = (end?.body["outcomes"] ?? []) as readonly { step: string; kind: string }[];
    // What would have passed is told while people are asked, and ends nothing; the letter to the partner has a test of its own.
    const ended = all.filter(({ step }) => step !== "crm-note-put-to-people" && step !== "letter");
    // What a newer event overtook is not ended by itself: the newer one's end stands for both.
    const isOvertaken = way === "superseded: newer-event";
    expect(isOvertaken ? outcomes : ended.map(({ step, kind }) => `${step} ${kind}`)).toEqual(outcomes);
    expect(intact).toBe(true);
    const told = (await crmSays(pool, company)).filter(([of]) => of === id);
    expect(told.at(-1)?.[2]).toBe(property);
    const notes = await endNotesOn(pool, company, id);
    const wanted = note === undefined ? [] : [note];
    expect(notes.map((text, n) => wanted[n]?.test(text))).toEqual(wanted.map(() => true));
    const saysWhatMends = note !== undefined && functionId === "quoting" && way !== "unknown";
    expect(saysWhatMends ? ANEW.test(notes[0] ?? "") : true).toBe(true);
  },
);

test("of all these only what has no record was told to nobody there: the company's people are, until it is taken up", async () => {
  const { pool, company, client } = system;
  const { broken } = await lookAtCases(client, { company, waiting: new Set() });
  const gone = seen.find(({ way }) => way === "refused: there is no record")?.caseId;
  const silent = await readSilentEnds(pool, company, broken);
  expect(silent).toMatchObject({ untold: 1, broken: 0, named: [{ caseId: gone, how: "untold" }] });
});

test("a case that is terminated before its event has an end is named", async () => {
  const { pool, company, client } = system;
  await quote("cut-off", 180_000);
  const caseId = await system.arrive("quoting", "cut-off");
  await openEscalationOf(system, caseId);
  await client.workflow.getHandle(caseId).terminate("by hand");
  const broken = await eventually(async () => {
    const found = (await lookAtCases(client, { company, waiting: new Set() })).broken;
    return found.length > 0 ? found : undefined;
  });
  expect(broken.map((one) => one.caseId)).toEqual([caseId]);
  expect((await readSilentEnds(pool, company, null)).broken).toBeNull();
});

test("the durable engine was told all of it in ids, digests, times and words of a closed list", async () => {
  const { wrong, seen } = heldAgainstSchema(await historiesOf(system.client, system.company));
  expect(wrong).toEqual([]);
  expect(Object.keys(seen)).toEqual(
    expect.arrayContaining([
      "act answers",
      "decide answers",
      "endCase answers",
      "governedCase begins",
      "openEscalation answers",
      "planCase answers",
      "raiseEscalation answers",
      "renewalCase begins",
      "signal eventArrived",
      "supersedeEscalation answers",
      "update deliverVerdict",
    ]),
  );
});
