import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { giveReply } from "../../audit/ledgers/reply-answers.ts";
import { readRecords } from "../../audit/records.ts";
import { readCalls, readObjects } from "../../tools/sandbox/door.ts";
import { LONG_HISTORY, WORKFLOW_TASK_TIMEOUT_MS } from "../../temporal.config.ts";
import { heldAgainstSchema, historiesOf } from "../fixtures/engine-payloads.ts";
import { answer, openEscalationOf } from "../fixtures/escalations.ts";
import { givenCrmObject, givenPartner } from "../fixtures/programme.ts";
import { dayFromNow, doneForContract, givenContract } from "../fixtures/renewals.ts";
import { skipTime } from "../../app/engine/skip-time.ts";
import { eventually, startSystem, type System } from "../setup/system.ts";

const DAY_SECONDS = 86_400;

let system: System;
/** Done once, when an activity of this name has done its work and has not answered yet. */
const meanwhile = new Map<string, () => Promise<void>>();

beforeAll(async () => {
  system = await startSystem({
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            async execute(input, next) {
              const answer = await next(input);
              const first = meanwhile.get(info.activityType);
              meanwhile.delete(info.activityType);
              await first?.();
              return answer;
            },
          },
        }),
      ],
    },
  });
  await givenPartner(system.pool, system.company, { partnerId: "partner-7" });
});
afterAll(() => system.stop());

type Properties = { readonly [property: string]: string };

/** A contract whose notice date is this many days off, and its case. */
async function renewalOf(id: string, decideInDays: number, changes: Properties = {}): Promise<string> {
  await givenContract(system, id, decideInDays, changes);
  return system.arrive("renewals", id);
}

async function changed(id: string, changes: Properties): Promise<void> {
  await givenCrmObject(system.pool, system.company, "contract", id, { ...changes });
  await system.arrive("renewals", id, { eventId: `evt_${id}_${Object.keys(changes).join("_")}` });
}

const doneFor = (id: string) => doneForContract(system, id);

async function contract(id: string): Promise<Properties> {
  const all = await readObjects(system.pool, { company: system.company, system: "crm", type: "contract" });
  return all.find((object) => object.id === id)?.properties as Properties;
}

/** Waits until the outside was asked this, and answers all that it was asked so far. */
async function until(id: string, what: string): Promise<readonly string[]> {
  return eventually(async () => {
    const done = await doneFor(id);
    return done.includes(what) ? done : undefined;
  }, 30_000);
}

/** How everything that the case did ended, in order. */
async function endOf(caseId: string): Promise<readonly string[]> {
  await system.client.workflow.getHandle(caseId).result();
  const { records, intact } = await readRecords(system.pool, system.company, caseId);
  expect(intact).toBe(true);
  const ends = records.filter(({ kind }) => kind === "case_end");
  const outcomes = ends.flatMap(({ body }) => body["outcomes"] as { step: string; kind: string }[]);
  return outcomes.map(({ step, kind }) => `${step} ${kind}`);
}

/** Waits until a case has nothing to do before its next date. */
async function asleep(caseId: string): Promise<void> {
  await eventually(async () => {
    const { events } = await system.client.workflow.getHandle(caseId).fetchHistory();
    return events?.at(-1)?.timerStartedEventAttributes ? true : undefined;
  });
}

const skipDays = (caseId: string, days: number) => skipTime(system.client, caseId, days * DAY_SECONDS + 60);

describe("a renewal that nobody answers", () => {
  test("is proposed, offered and reminded of, told of three days ahead, and recorded when silence has renewed it", async () => {
    const caseId = await renewalOf("silent", 10);
    const opened = ["open-renewal", "renewal_state=proposed", "release-renewal", "tell offer", "tell reminder"];
    expect(await until("silent", "tell reminder")).toEqual(opened);
    await skipDays(caseId, 7);
    expect(await until("silent", "tell notice-ahead")).toEqual([...opened, "tell notice-ahead"]);
    await skipDays(caseId, 4);
    expect(await endOf(caseId)).toEqual(expect.arrayContaining(["record executed", "tell-renewed executed"]));
    expect(await doneFor("silent")).toEqual([...opened, "tell notice-ahead", "record-renewal", "tell renewed"]);
    expect(await contract("silent")).toMatchObject({ renewal_state: "auto-renewed" });
    const recorded = (await readCalls(system.pool, system.company, "crm")).find(
      ({ operation, request }) => operation === "record-renewal" && request["objectId"] === "silent",
    );
    const told = { partnerId: "partner-7", creditPpm: 1_000_000, outcome: "auto-renewed", happenedOn: dayFromNow(10) };
    expect(recorded?.request).toMatchObject(told);
    const { records } = await readRecords(system.pool, system.company, caseId);
    const on = (step: string) => records.find(({ key }) => key.includes(`/${step}`))?.at.slice(0, 10);
    expect([on("tell-notice-ahead"), on("record/")]).toEqual([dayFromNow(10 - 3), dayFromNow(10 + 1)]);
  });

  test("lapses where it does not renew itself, and may be won back in the days after", async () => {
    const lapsing = { auto_renew: "false", notice_days: "", end_date: dayFromNow(20) };
    const caseId = await renewalOf("lapsing", 20, lapsing);
    await until("lapsing", "tell reminder");
    await skipDays(caseId, 21);
    await until("lapsing", "record-renewal");
    expect(await contract("lapsing")).toMatchObject({ renewal_state: "lapsed" });
    await changed("lapsing", { accepted_on: dayFromNow(0), acceptance_evidence: "order-1" });
    await until("lapsing", "tell renewed");
    expect(await endOf(caseId)).toEqual(expect.arrayContaining(["record executed"]));
    expect((await contract("lapsing"))["renewal_state"]).toMatch(/^(recovered|accepted)$/);
  });
});

describe("an answer to the offer", () => {
  const correlation = (id: string, decideInDays: number) => `renewals/offer/C-${id}/${dayFromNow(decideInDays + 90)}`;

  async function answered(id: string, decideInDays: number, word: string): Promise<void> {
    const { pool, company, client } = system;
    const at = new Date().toISOString();
    const name = { company, correlation: correlation(id, decideInDays) };
    await giveReply(pool, { ...name, answer: word, evidence: "MAIL-4", by: "pat", requestKey: id, answeredAt: at, at });
    // The relay's part: it wakes the case, which reads the ledger.
    const handle = client.workflow.getHandle(`${company}:renewals:crm-contract-${id}`);
    await handle.signal("replyArrived", { correlation: name.correlation }).catch(() => undefined);
  }

  test("that accepts is recorded at once, with where it is kept, and the customer is told", async () => {
    const caseId = await renewalOf("accepted", 40);
    await until("accepted", "tell offer");
    await answered("accepted", 40, "accepted");
    expect(await endOf(caseId)).toEqual(expect.arrayContaining(["record executed", "tell-renewed executed"]));
    expect(await contract("accepted")).toMatchObject({ renewal_state: "accepted" });
  });

  test("that came before the offer was made counts all the same", async () => {
    await answered("early", 40, "accepted");
    const caseId = await renewalOf("early", 40);
    expect(await endOf(caseId)).toEqual(expect.arrayContaining(["price executed", "record executed"]));
    expect(await contract("early")).toMatchObject({ renewal_state: "accepted" });
  });

  test("that arrives while the case looks at what it had before wakes it once more", async () => {
    const caseId = await renewalOf("looking", 60);
    await until("looking", "tell reminder");
    await asleep(caseId);
    meanwhile.set("readReply", async () => {
      await answered("looking", 60, "accepted");
      // Longer than a workflow task may take: the case hears of the answer while it still looks.
      await new Promise((resume) => setTimeout(resume, WORKFLOW_TASK_TIMEOUT_MS + 1_000));
    });
    await changed("looking", { health: "73" });
    expect(await endOf(caseId)).toEqual(expect.arrayContaining(["record executed", "tell-renewed executed"]));
  });

  test("that declines is recorded as notice, with its reason", async () => {
    await renewalOf("declined", 40);
    await until("declined", "tell offer");
    await answered("declined", 40, "declined");
    await until("declined", "record-renewal");
    expect(await contract("declined")).toMatchObject({ renewal_state: "notice-given" });
  });
});

describe("the price of the next term", () => {
  test("over the contract's own cap is blocked and told; the price within it is offered when it is asked", async () => {
    await renewalOf("capped", 60, { price_cap: "3%", requested_price: "126000.00" });
    await until("capped", "add-note");
    expect(await doneFor("capped")).not.toContain("release-renewal");
    await changed("capped", { requested_price: "123600.00" });
    expect(await until("capped", "tell offer")).toContain("release-renewal");
  });

  test("without a cap 5 % more executes and 8 % more asks, and an approval offers exactly that", async () => {
    await renewalOf("five", 60, { requested_price: "126000.00" });
    await until("five", "tell offer");
    const caseId = await renewalOf("eight", 60, { requested_price: "129600.00" });
    const asked = await openEscalationOf(system, caseId, "", 30_000);
    expect(await doneFor("eight")).not.toContain("release-renewal");
    await answer(system, caseId, "approve", asked);
    expect(await until("eight", "tell offer")).toContain("release-renewal");
  });

  test("that is asked anew is offered anew, once each", async () => {
    await renewalOf("again", 60);
    await until("again", "tell offer");
    await changed("again", { requested_price: "122000.00" });
    const twice = await eventually(async () => {
      const done = await doneFor("again");
      return done.filter((what) => what === "tell offer").length === 2 ? done : undefined;
    }, 30_000);
    expect(twice.filter((what) => what === "release-renewal")).toHaveLength(2);
    expect(twice.filter((what) => what === "open-renewal")).toHaveLength(1);
  });

  test("that goes back to what it was is released anew: of a term the last one stands", async () => {
    await renewalOf("back", 60);
    await until("back", "tell offer");
    const { requested_price: first = "" } = await contract("back");
    const released = (times: number) =>
      eventually(async () => {
        const done = await doneFor("back");
        return done.filter((what) => what === "release-renewal").length === times ? true : undefined;
      }, 30_000);
    await changed("back", { requested_price: "122000.00" });
    await released(2);
    await givenCrmObject(system.pool, system.company, "contract", "back", { requested_price: first });
    await system.arrive("renewals", "back", { eventId: "evt_back_again" });
    await released(3);
    const calls = await readCalls(system.pool, system.company, "quotes");
    const prices = calls.filter(({ request }) => request["contractId"] === "C-back");
    expect(prices[0]?.request).toEqual(prices[2]?.request);
    expect(new Set(prices.map(({ key }) => key)).size).toBe(3);
  });
});

describe("dates", () => {
  test("that are far off are left to the daily sweep: the case ends once it has done what is asked now", async () => {
    const caseId = await renewalOf("far", 120 + 8);
    expect(await endOf(caseId)).toEqual(["assign-partner executed", "plan idle"]);
    expect(await doneFor("far")).toEqual([]);
  });

  test("that are days off are slept until", async () => {
    const caseId = await renewalOf("near", 120 + 5);
    await eventually(async () => {
      const { records } = await readRecords(system.pool, system.company, caseId);
      return records.some(({ kind }) => kind === "plan") ? true : undefined;
    });
    expect(await doneFor("near")).toEqual([]);
    await skipDays(caseId, 5);
    expect(await until("near", "open-renewal")).not.toContain("release-renewal");
    await skipDays(caseId, 30);
    expect(await until("near", "tell offer")).toContain("release-renewal");
  });

  test("that move take the case with them", async () => {
    const caseId = await renewalOf("moved", 125);
    await changed("moved", { end_date: dayFromNow(400) });
    expect(await endOf(caseId)).toContain("plan idle");
    await changed("moved", { end_date: dayFromNow(90 + 100) });
    expect(await until("moved", "open-renewal")).not.toContain("release-renewal");
  });

  test("that move while the case ends are not lost: it goes on by them", async () => {
    const far = { end_date: dayFromNow(128 + 90) };
    meanwhile.set("endCase", () => changed("ending", { end_date: dayFromNow(125 + 90) }));
    const caseId = await renewalOf("ending", 128, far);
    const plans = await eventually(async () => {
      const { records } = await readRecords(system.pool, system.company, caseId);
      const ofNewest = records.filter(({ kind, body }) => kind === "plan" && body["eventId"] === "evt_ending_end_date");
      return ofNewest.length > 0 ? ofNewest : undefined;
    });
    expect(plans).toHaveLength(1);
    const { status } = await system.client.workflow.getHandle(caseId).describe();
    expect(status.name).toBe("RUNNING");
  });

  test("that cannot be read ask a person, who is told why and cannot approve it", async () => {
    const caseId = await renewalOf("undated", 30, { end_date: "soon" });
    const asked = await openEscalationOf(system, caseId);
    const { records } = await readRecords(system.pool, system.company, caseId);
    const { body } = records.find(({ kind }) => kind === "decision") ?? {};
    expect(body?.["reason"]).toContain("end_date `soon`: is no day such as 2026-12-31");
    expect(await answer(system, caseId, "approve", asked)).toMatchObject({ code: "not-whole" });
    await answer(system, caseId, "reject", asked);
    expect(await endOf(caseId)).toContain("propose rejected");
  });
});

test(
  "a history that grew long begins anew, and nothing that was done is done again",
  { timeout: 120_000 },
  async () => {
    const caseId = await renewalOf("long", 60);
    const before = await until("long", "tell offer");
    const handle = system.client.workflow.getHandle(caseId);
    const first = (await handle.describe()).runId;
    const old = { company: system.company, functionId: "renewals", source: "hubspot", system: "crm" };
    const about = { ...old, objectType: "contract", objectId: "long", occurredAt: "2020-01-01T00:00:00.000Z" };
    const reference = (eventId: string) => ({ ...about, eventId, receivedAt: about.occurredAt });
    for (let sent = 0; sent < LONG_HISTORY; sent += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, n) => handle.signal("eventArrived", reference(`evt_old_${sent + n}`))),
      );
    }
    await changed("long", { health: "72" });
    const next = await eventually(async () => {
      const { runId } = await system.client.workflow.getHandle(caseId).describe();
      return runId === first ? undefined : runId;
    }, 60_000);
    expect(next).not.toBe(first);
    await changed("long", { usage: "83%" });
    await skipDays(caseId, 31);
    expect(await until("long", "tell reminder")).toEqual([...before, "tell reminder"]);
  },
);

test("the durable engine was told all of it in ids, digests, times and words of a closed list", async () => {
  const { wrong, seen } = heldAgainstSchema(await historiesOf(system.client, system.company));
  expect(wrong).toEqual([]);
  expect(Object.keys(seen)).toEqual(
    expect.arrayContaining([
      "decideMessage answers",
      "expectReply answers",
      "lapseReply answers",
      "planCase answers",
      "readReply answers",
      "renewalCase begins",
      "renewalCase goes on",
      "signal replyArrived",
    ]),
  );
});
