import { afterAll, beforeAll, expect, test } from "vitest";
import { schedulesOf } from "../../app/schedules/company-schedules.ts";
import { readRecords } from "../../audit/records.ts";
import type { Pump } from "../../db/pump.ts";
import type { JsonObject } from "../../domain/json.ts";
import { registrationRecord } from "../../functions/deal-registration/fixture.ts";
import { acceptEvents, inboxEventFor } from "../../gateway/inbox/accept.ts";
import { startRelay } from "../../gateway/inbox/relay.ts";
import { temporalEngine } from "../../gateway/inbox/temporal-starter.ts";
import { readEscalation } from "../../gateway/http/escalations.ts";
import { taskQueue } from "../../temporal.config.ts";
import { readCalls } from "../../tools/sandbox/door.ts";
import { daysAfter } from "../fixtures/dated.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { keptLog } from "../fixtures/log.ts";
import { givenCrmObject, givenPartner, notesOn } from "../fixtures/programme.ts";
import { movedClient, moveTime, type Moved } from "../../app/engine/move-time.ts";
import { arrive, eventually, startSystem, type System } from "../setup/system.ts";

const { log } = keptLog();

let system: System;
let moved: Moved;
let relay: Pump;
let startsRelay: () => Pump;
/** Tells a case at once, past the inbox. */
let tellsAtOnce: (objectId: string) => Promise<string>;
beforeAll(async () => {
  system = await startSystem({ movable: true });
  const { client, company, pool, queuePrefix, database, clock } = system;
  const schedules = schedulesOf(company).filter(({ work }) => work === "protection");
  moved = { client, owner: database.pool, company, queuePrefix, schedules, clocks: [clock!] };
  const ahead = movedClient(client, pool, company);
  const starter = temporalEngine(() => Promise.resolve(ahead), taskQueue(queuePrefix, "orchestration"));
  startsRelay = () => startRelay({ pool, starter, log, pollMs: 20 });
  relay = startsRelay();
  tellsAtOnce = async (objectId) => {
    const event = { occurredAt: clock!.now(), receivedAt: clock!.now() };
    return arrive(ahead, { company, queuePrefix, functionId: "deal-registration", objectId, event });
  };
  for (const partnerId of ["holder", "denied", "silent", "withdrew", "suspended", "other"]) {
    await givenPartner(pool, company, { partnerId });
  }
});
afterAll(async () => {
  await relay.stop();
  await system.stop();
});

let told = 0;

/** What the CRM tells of a registration: it is written, and its case hears of it. */
async function claims(id: string, changes: JsonObject): Promise<string> {
  const { pool, company } = system;
  const known = registrationRecord({ registration_id: `R-${id}`, requested_by: "sam" });
  await givenCrmObject(pool, company, "registration", id, { ...known, ...changes });
  return tells(id);
}

async function tells(id: string): Promise<string> {
  const { pool, company, clock } = system;
  told += 1;
  const about = { system: "crm", objectType: "registration", objectId: id, body: {}, stamp: "arrival" } as const;
  const key = { source: "hubspot", sourceKey: String(told), bodyDigestInput: id, occurredAt: clock!.now() };
  await acceptEvents(pool, [inboxEventFor({ ...about, ...key, company }, "deal-registration")]);
  return `${company}:deal-registration:crm-registration-${id}`;
}

/** Nothing waits for any case, and this one is at rest. */
const ended = (caseId: string) =>
  eventually(async () => {
    const waiting = "select from inbox where company = $1 and dispatched_at is null";
    if ((await system.pool.query(waiting, [system.company])).rowCount !== 0) return undefined;
    const { status } = await system.client.workflow.getHandle(caseId).describe();
    return status.name === "COMPLETED" ? true : undefined;
  }, 60_000);

async function asked(caseId: string) {
  await eventually(async () => {
    const open = "select from escalation where case_id = $1 and state = 'open'";
    return (await system.pool.query(open, [caseId])).rowCount === 1 ? true : undefined;
  }, 60_000);
  const escalation = await openEscalationOf(system, caseId);
  const { pool, company, clock } = system;
  const view = await readEscalation(pool, company, escalation.escalationId, clock!.now());
  return { escalation, view: view! };
}

async function denied(id: string, changes: JsonObject): Promise<string> {
  const caseId = await claims(id, changes);
  await answer(system, caseId, "reject", (await asked(caseId)).escalation);
  await ended(caseId);
  return caseId;
}

/** The texts that went out about registrations of a customer, by the claim that they are about. */
async function textsOf(customer: string) {
  const calls = await readCalls(system.pool, system.company, "messages");
  const sent = calls.filter(({ request }) => (request["variables"] as JsonObject)["customer"] === customer);
  return sent.map(({ request, outcome }) => ({ to: request["objectId"], outcome, request }));
}

/** The texts of a claim's case that say that a protection ended, as they were sent. */
async function endsTold(caseId: string) {
  const { rows } = await system.pool.query<{ state: string; ref: string; at: string }>(
    `select e.state, e.external_ref as ref, e.settled_at::text as at
     from effect e join permit m on (m.company, m.permit_id) = (e.company, e.permit_id)
     join decision d on (d.company, d.decision_id) = (m.company, m.decision_id)
     where d.company = $1 and d.case_id = $2 and d.step_key like '%/tell-protection-ended-%'`,
    [system.company, caseId],
  );
  return rows;
}

test(
  "when one is ended early, who waits is told at once, and what waits is decided anew",
  { timeout: 240_000 },
  async () => {
    const { pool, company } = system;
    const customer = { customer_domain: "tailspin.example" };
    const holder = await claims("released", { partner_id: "holder", ...customer });
    await ended(holder);
    await denied("refused", { partner_id: "denied", ...customer });
    const waiting = await claims("waiting", { partner_id: "other", ...customer });
    const { escalation } = await asked(waiting);
    await givenCrmObject(pool, company, "registration", "released", { registration_status: "withdrawn" });
    await tells("released");
    await ended(waiting);
    await eventually(async () => ((await textsOf("tailspin.example")).length === 2 ? true : undefined), 60_000);
    expect(new Set((await textsOf("tailspin.example")).map(({ to }) => to))).toEqual(new Set(["refused", "waiting"]));
    const { rows } = await pool.query<{ state: string }>(
      "select state from escalation where company = $1 and escalation_id = $2",
      [company, escalation.escalationId],
    );
    expect(rows).toEqual([{ state: "superseded" }]);
    const registered = await pool.query(
      "select from programme.registration where company = $1 and partner_id = 'other'",
      [company],
    );
    expect(registered.rowCount).toBe(1);
  },
);

test(
  "when a protection ends by time, each who waits is told once, before the holder is asked about again",
  { timeout: 240_000 },
  async () => {
    const { pool, company, database, clock } = system;
    await ended(await claims("held", { partner_id: "holder" }));
    const rival = await denied("denied", { partner_id: "denied" });
    await denied("withdrew", { partner_id: "withdrew" });
    await givenCrmObject(pool, company, "registration", "withdrew", { registration_status: "withdrawn" });
    await denied("suspended", { partner_id: "suspended" });
    await database.pool.query("update programme.partner set standing = 'suspended' where partner_id = 'suspended'");
    // Nobody answers, so that it is denied in the end.
    await asked(await claims("silent", { partner_id: "silent" }));
    const start = clock!.now();

    await moveTime({ ...moved, schedules: [] }, daysAfter(start, 89));
    expect(await textsOf("contoso.co.uk")).toEqual([]);
    const fired = await moveTime(moved, daysAfter(start, 90.5));
    // Three who waited for this one, and one who waits for what was granted in place of the one that was ended early.
    expect(fired.reduce((sum, { counts }) => sum + (counts["told"] ?? 0), 0)).toBe(3 + 1);
    for (const id of ["denied", "silent", "withdrew"]) {
      await ended(`${company}:deal-registration:crm-registration-${id}`);
    }
    const texts = await textsOf("contoso.co.uk");
    expect(new Set(texts.map(({ to, outcome }) => `${JSON.stringify(to)} ${outcome}`))).toEqual(
      new Set(['"denied" done', '"silent" done']),
    );
    expect(texts).toHaveLength(2);
    const [{ request }] = texts as [(typeof texts)[number]];
    expect(request).toMatchObject({ template: "deal-registration.protection-ended", audience: ["partner"] });
    expect(request["variables"]).toMatchObject({
      productFamily: "analytics",
      endedOn: daysAfter(start, 90).slice(0, 10),
      askedFirstBefore: daysAfter(start, 120).slice(0, 10),
    });
    expect(JSON.stringify(request)).not.toMatch(/holder|R-held/);
    const { records, intact } = await readRecords(pool, company, rival);
    expect(intact).toBe(true);
    const steps = records.map(({ kind, body }) => `${kind} ${JSON.stringify(body["stepKey"])}`);
    expect(steps).toContainEqual(expect.stringMatching(/^decision ".*\/tell-protection-ended-[0-9a-f]{32}/));
    const { rows: sent } = await pool.query<{ state: string; external_ref: string }>(
      "select state, external_ref from effect where company = $1 and case_id = $2 and tool = 'messages.send'",
      [company, rival],
    );
    // The letter of reasons when it was denied, and now that it is free.
    const one = { state: "done", external_ref: expect.stringMatching(/^S-/) };
    expect(sent).toEqual([one, one]);
    // A claim that is withdrawn is moot, and nothing is said of it to anybody.
    expect((await notesOn(pool, company, "withdrew")).filter((note) => note.includes("protection"))).toEqual([]);

    const again = await claims("again", { partner_id: "holder" });
    const { view, escalation } = await asked(again);
    expect(view.rules.map(({ id }) => id)).toEqual(["asked-again"]);
    expect(view.beside.map(({ title }) => title)).toContain("the request R-denied of another partner was denied");
    await moveTime(moved, daysAfter(clock!.now(), 1));
    expect(await textsOf("contoso.co.uk")).toHaveLength(2);
    expect(escalation.escalationId).not.toBe("");
  },
);

test(
  "a holder's second registration stands behind who waited, until that partner was told",
  { timeout: 240_000 },
  async () => {
    const { pool, company, clock } = system;
    const customer = { customer_domain: "fourth.example" };
    await ended(await claims("fourth", { partner_id: "holder", ...customer }));
    const rival = await denied("fourth-rival", { partner_id: "denied", ...customer });
    const start = clock!.now();
    await moveTime({ ...moved, schedules: [] }, daysAfter(start, 90.05));
    await relay.stop();
    const known = registrationRecord({ registration_id: "R-fourth-again", requested_by: "sam" });
    await givenCrmObject(pool, company, "registration", "fourth-again", {
      ...known,
      partner_id: "holder",
      ...customer,
    });
    const again = await tellsAtOnce("fourth-again");
    const toTell = async () => {
      const { rows } = await pool.query<{ object: string }>(
        `select object_id as object from inbox
         where company = $1 and source = 'schedule' and dispatched_at is null and state = 'pending'`,
        [company],
      );
      return rows.map(({ object }) => object);
    };
    await eventually(async () => ((await toTell()).includes("fourth-rival") ? true : undefined), 60_000);
    // It looks again and again, and nothing is decided of it while the rival's text waits.
    await eventually(async () => {
      const { events } = await system.client.workflow.getHandle(again).fetchHistory();
      return (events ?? []).filter((event) => event.timerFiredEventAttributes).length >= 2 ? true : undefined;
    }, 60_000);
    const decided = "select decided_at::text as at from decision where company = $1 and case_id = $2";
    expect((await pool.query(decided, [company, again])).rowCount).toBe(0);

    relay = startsRelay();
    const { view } = await asked(again);
    const sent = await endsTold(rival);
    const { rows } = await pool.query<{ at: string }>(decided, [company, again]);
    expect(rows.map(({ at }) => sent.every((text) => text.at <= at))).toEqual([true]);
    expect(sent).toHaveLength(1);
    const beside = view.beside.find(({ title }) => title.startsWith("the request R-fourth-rival"));
    expect(beside?.rows.at(-1)).toEqual({ name: "told that the protection ended", asked: "", other: "yes" });
    expect(view.reason).not.toContain("was not told yet");
  },
);
