import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { payloads } from "../../../app/engine/payloads.ts";
import { nameObject } from "../../../audit/object-names.ts";
import { giveReply } from "../../../audit/ledgers/reply-answers.ts";
import { readCalls } from "../../../tools/sandbox/door.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import type { Adapters } from "../../../tools/adapters.ts";
import { heldAgainstSchema, historiesOf, openedHistory } from "../../fixtures/engine-payloads.ts";
import { moveQuestion, type QuestionMove } from "../../../audit/ledgers/escalation-moves.ts";
import { answer, openEscalationOf } from "../../fixtures/escalations.ts";
import { encodingOf, payloadsIn } from "../../fixtures/history.ts";
import { keptLog } from "../../fixtures/log.ts";
import { givenAlias, givenPerson } from "../../fixtures/people.ts";
import { givenPartner, givenQuote } from "../../fixtures/programme.ts";
import { dayFromNow, doneForContract, givenContract } from "../../fixtures/renewals.ts";
import { eventually, sealing, startSystem, type System } from "../../setup/system.ts";

/** In every text that a record, a reason or a person brings in. */
const CANARY = /quillfeather/i;
const ASKER = "ana.quillfeather@vendor.example";

/** A system may call its objects by an address. */
const TELLING = "ana@quillfeather.example";

type Called = { readonly activity: string; readonly args: readonly unknown[]; readonly answer: unknown };

/** What one system's engine kept of the same cases, and what its activities were called with. */
type Played = { readonly system: System; readonly called: Called[]; readonly lines: readonly object[] };

/** Fails once, in words of the record. */
function failingOnce(real: Adapters): Adapters {
  let failed = false;
  const crm = real.records["crm"];
  if (crm === undefined) throw new Error("no crm");
  const readRecord: typeof crm.readRecord = (company, type, id) => {
    if (failed || id !== "shaky") return crm.readRecord(company, type, id);
    failed = true;
    throw new ToolError("TARGET_UNAVAILABLE", "no answer about `Quillfeather Ltd` of ana@quillfeather.example");
  };
  return { ...real, records: { ...real.records, crm: { ...crm, readRecord } } };
}

async function play(codecs?: typeof sealing): Promise<Played> {
  const called: Called[] = [];
  const { log, lines } = keptLog();
  const system = await startSystem({
    log,
    adapters: failingOnce,
    ...(codecs && { codecs }),
    interceptors: {
      activity: [
        ({ info }) => ({
          inbound: {
            async execute(input, next) {
              const given = await next(input);
              called.push({ activity: info.activityType, args: input.args, answer: given });
              return given;
            },
          },
        }),
      ],
    },
  });
  const { pool, company } = system;
  await givenPartner(pool, company, { partnerId: "partner-7" });
  await givenPerson(pool, company, { personId: "asks-quillfeather", name: "Ana Quillfeather", role: "requester" });
  await givenAlias(pool, company, "asks-quillfeather", { kind: "mail", text: ASKER });
  const named = { quote_requested_by: ASKER, account_name: "Quillfeather Ltd" };
  const quote = (id: string, ppm: number, changes = {}) => givenQuote(pool, company, id, ppm, { ...named, ...changes });
  const result = (caseId: string) => system.client.workflow.getHandle(caseId).result();

  await quote("clean", 120_000);
  await result(await system.arrive("quoting", "clean"));
  await quote(TELLING, 120_000);
  const name = await nameObject(pool, company, { system: "crm", type: "deal", id: TELLING });
  await result(await system.arrive("quoting", name, { eventId: "evt_telling" }));
  await quote("shaky", 120_000);
  await result(await system.arrive("quoting", "shaky"));
  await quote("asked", 180_000);
  const asked = await system.arrive("quoting", "asked");
  await askBack(system, asked, () => called.some(({ answer: given }) => isPaused(given)));
  await answer(system, asked, "approve", await openEscalationOf(system, asked), "lee-quillfeather");
  await result(asked);
  await quote("unread", 120_000, { quote_net_price: "about 80k, says Quillfeather" });
  const unread = await system.arrive("quoting", "unread");
  await noted(system, "unread", 1);
  await answer(system, unread, "reject", await openEscalationOf(system, unread), "lee-quillfeather");
  await result(unread);
  await givenContract(system, "dateless", 60, { end_date: "when Quillfeather says", renewal_state: "accepted" });
  await result(await system.arrive("renewals", "dateless"));
  await givenContract(system, "answered", 60, { customer_name: "Quillfeather Ltd" });
  const answered = await system.arrive("renewals", "answered");
  await eventually(
    async () => ((await doneForContract(system, "answered")).includes("tell reminder") ? true : undefined),
    30_000,
  );
  const correlation = `renewals/offer/C-answered/${dayFromNow(60 + 90)}`;
  const at = new Date().toISOString();
  const said = { answer: "quillfeather-says-so", evidence: "mail of Quillfeather", by: "ana-quillfeather" };
  await giveReply(pool, { company, correlation, ...said, requestKey: "k", answeredAt: at, at });
  await system.client.workflow.getHandle(answered).signal("replyArrived", { correlation });
  await eventually(async () => {
    const { activity, answer: of } = called.findLast((one) => one.activity === "readReply") ?? {};
    return activity !== undefined && (of as { kind: string }).kind === "answered" ? true : undefined;
  });
  await givenContract(system, "answered", 60, { renewal_state: "accepted" });
  await system.arrive("renewals", "answered", { eventId: "evt_accepted" });
  await result(answered);
  return { system, called, lines };
}

const isPaused = (answer: unknown) => (answer as { readonly kind?: string } | null)?.kind === "paused";

/** Something is asked back about a case's question, and answered once the case has seen it. */
async function askBack(system: System, caseId: string, isSeen: () => boolean): Promise<void> {
  const { pool, company, client } = system;
  const { escalationId } = await openEscalationOf(system, caseId);
  // What would pass without people is noted as they are asked.
  await noted(system, "asked", 1);
  const by = { company, escalationId, personId: "lee-quillfeather", role: "partner-manager" };
  const move = async (made: QuestionMove) => {
    expect(await moveQuestion(pool, { ...by, at: new Date().toISOString(), ...made })).toMatchObject({ kind: "moved" });
    await client.workflow.getHandle(caseId).signal("questionMoved", { escalationId });
  };
  await move({ move: "ask", words: "Who is Quillfeather?", waitMs: 3_600_000 });
  await eventually(async () => (isSeen() ? true : undefined));
  // Each is noted on the record before the next thing happens: a note says how it stands when it is written.
  await noted(system, "asked", 2);
  // What is answered before the partner is written to is not asked of it any more.
  const written = (count: number) =>
    eventually(async () => ((await readCalls(pool, company, "messages")).length >= count ? true : undefined), 30_000);
  await written(1);
  await move({ move: "answer", words: "Quillfeather is a customer" });
  await noted(system, "asked", 3);
  await written(2);
}

/** So many notes were left on a record. */
async function noted({ pool, company }: System, deal: string, count: number): Promise<void> {
  await eventually(async () => {
    const calls = await readCalls(pool, company, "crm");
    const notes = calls.filter(({ operation, request }) => operation === "add-note" && request["objectId"] === deal);
    return notes.length >= count ? true : undefined;
  }, 30_000);
}

let [open, sealed]: Played[] = [];
beforeAll(async () => {
  [open, sealed] = await Promise.all([play(), play(sealing)]);
}, 240_000);
afterAll(async () => {
  for (const one of [open, sealed]) await one?.system.stop();
});

function played(which: Played | undefined): Played {
  if (which === undefined) throw new Error("it was not played");
  return which;
}

describe("with the codec off, the engine's store", () => {
  test("holds no word of a record, a reason or a person, in any event, description or log line", async () => {
    const { system, lines } = played(open);
    const { client, company } = system;
    let events = 0;
    for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowId STARTS_WITH '${company}:'` })) {
      const [history, { raw }] = await Promise.all([
        openedHistory(client, workflowId, runId),
        client.workflow.getHandle(workflowId, runId).describe(),
      ]);
      for (const part of [...(history.events ?? []), raw]) {
        events += 1;
        expect(textOf(part)).not.toMatch(CANARY);
      }
    }
    expect(events).toBeGreaterThan(100);
    // What is searched is there to be found: the record holds it.
    const { rows } = await system.pool.query(
      "select 1 from decision where company = $1 and requested_by ~* 'quillfeather'",
      [company],
    );
    expect(rows.length).toBeGreaterThan(0);
    // The CRM itself heard of the object that its own id tells of.
    const { rows: written } = await system.pool.query(
      "select properties->>'quote_status' as status from sandbox.object where company = $1 and object_id = $2",
      [company, TELLING],
    );
    expect(written).toEqual([{ status: "approved" }]);
    expect(JSON.stringify(lines)).not.toMatch(CANARY);
    expect(lines).toContainEqual(
      expect.objectContaining({
        msg: "an activity failed",
        code: "TARGET_UNAVAILABLE",
        text: "no answer about … of …",
      }),
    );
  });

  test("holds what `app/engine/payloads.ts` says and nothing else, and so do the calls that leave no event", async () => {
    const { system, called } = played(open);
    const { wrong, seen } = heldAgainstSchema(await historiesOf(system.client, system.company));
    expect(wrong).toEqual([]);
    expect(seen).toMatchObject({ "update deliverVerdict": 2, "signal replyArrived": 1, "signal questionMoved": 2 });
    const faults = called.flatMap(({ activity, args, answer: given }) => {
      const { args: Args, answer: Answer } = payloads.activities[activity as keyof typeof payloads.activities];
      return [Args.safeParse(args), Answer.safeParse(given)].flatMap(({ error }) =>
        error ? [activity, error.message] : [],
      );
    });
    expect(faults).toEqual([]);
    expect(new Set(called.map(({ activity }) => activity)).size).toBeGreaterThan(10);
  });

  test("would be found out: a reason in the place of a code, a name in that of a digest, a text beside a failure", () => {
    const { decide } = payloads.activities;
    const refused = { kind: "refused", code: "no-record" };
    expect(decide.answer.safeParse(refused).success).toBe(true);
    expect(decide.answer.safeParse({ ...refused, reason: "Ana has no record" }).success).toBe(false);
    expect(decide.answer.safeParse({ kind: "refused", code: "Ana has none" }).success).toBe(false);
    const message = { escalationId: "esc_1", actionDigest: "0".repeat(64), person: "dana", role: "partner-manager" };
    expect(payloads.updates.deliverVerdict.args.safeParse([message]).success).toBe(false);
    expect(payloads.failure.safeParse("no answer about Quillfeather Ltd").success).toBe(false);
  });
});

describe("with the codec on", () => {
  test("every payload is sealed, and says nothing", async () => {
    const { client, company } = played(sealed).system;
    let count = 0;
    for await (const { workflowId, runId } of client.workflow.list({ query: `WorkflowId STARTS_WITH '${company}:'` })) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const payload of (events ?? []).flatMap(payloadsIn)) {
        count += 1;
        expect(encodingOf(payload)).toBe("binary/encrypted");
        expect(Buffer.from(payload.data ?? []).toString("latin1")).not.toContain(company);
      }
    }
    expect(count).toBeGreaterThan(100);
  });

  test("what is opened is the same as without it", async () => {
    const [clear, opened] = await Promise.all([open, sealed].map((one) => kinds(played(one).system)));
    expect(clear?.length).toBeGreaterThan(20);
    expect(opened).toEqual(clear);
  });
});

/** The payloads of all histories, with what differs from one system to the next left out, each kind once. */
async function kinds({ client, company }: System): Promise<readonly string[]> {
  // A renewal goes by when its answer comes; quotes are the same each time.
  const histories = await historiesOf(client, company, "quoting:");
  const texts = histories.flatMap(({ events }) =>
    (events ?? []).flatMap(payloadsIn).map((payload) =>
      Buffer.from(payload.data ?? [])
        .toString()
        .replaceAll(company, "COMPANY")
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "INSTANT")
        .replaceAll(/\b(asked|settled)-\d{13}\b/g, "$1-INSTANT")
        .replaceAll(/\b[0-9a-f]{64}\b/g, "DIGEST")
        .replaceAll(/\bown-[0-9a-f]{40}\b/g, "NAME")
        .replaceAll(/\b([a-z]{3})_[0-9a-f]{20}\b/g, "$1_ID")
        .replaceAll(/-[0-9a-f]{8}(?=")/g, "-SHORT"),
    ),
  );
  return [...new Set(texts)].toSorted();
}

/** Everything of a part, payloads and search attributes in the clear: as JSON their bytes are in base64. */
function textOf(part: unknown): string {
  return JSON.stringify(part, (name, value: unknown) =>
    name === "data" && typeof value === "string" ? Buffer.from(value, "base64").toString("utf8") : value,
  );
}
