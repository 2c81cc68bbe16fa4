import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EscalationView } from "../../../gateway/http/escalations.ts";
import { raiseEscalation, supersedeEscalation } from "../../../audit/ledgers/escalations.ts";
import { inTransaction } from "../../../audit/ledgers/transaction.ts";
import { recordKeys } from "../../../audit/record-keys.ts";
import { appendRecord, readRecords } from "../../../audit/records.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { AT, DIGEST } from "../../fixtures/ledger.ts";
import { givenPerson } from "../../fixtures/people.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

const daysOn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const DAYS_LATER = daysOn(30);
const YEARS_LATER = daysOn(900);
let database: TestDatabase;
let dana: { [name: string]: string };
let pokes = 0;
beforeAll(async () => {
  database = await testDatabase();
  dana = await headersOf(database.pool, "dana", "partner-manager");
});
afterAll(() => database.drop());

const api = () => apiOn(database.pool, { onVerdict: () => void (pokes += 1) });

/** Until a transaction of this database waits for a row that another one holds. */
async function untilSomebodyWaitsForALock(): Promise<void> {
  const waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  await expect.poll(async () => (await database.pool.query(waits)).rowCount).toBeGreaterThan(0);
}

type Given = { readonly headers?: { [name: string]: string }; readonly body?: unknown };

async function answer(
  escalationId: string,
  verdict: "approve" | "reject",
  { headers = dana, body = { actionDigest: DIGEST, reason: "seen the deal" } }: Given = {},
) {
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await api().request(`/v1/escalations/${escalationId}/${verdict}`, init);
  return { status: response.status, body: (await response.json()) as { [field: string]: unknown } };
}

const stateOf = async (escalationId: string) =>
  (await database.pool.query("select state, level from escalation where escalation_id = $1", [escalationId])).rows;

const read = async (path: string) => {
  const response = await api().request(path, { headers: dana });
  return { status: response.status, body: await response.json() };
};

describe("a verdict", () => {
  test.for([
    ["approve", "approved"],
    ["reject", "rejected"],
  ] as const)("%s is taken, durable and recorded, and wakes the case", async ([verdict, state]) => {
    const { escalationId, caseId } = await givenEscalation(database.pool, verdict);
    const before = pokes;
    const taken = await answer(escalationId, verdict);
    const body = {
      escalationId,
      approvalId: expect.any(String) as string,
      verdict,
      state,
      missing: 0,
      undoUntil: null,
    };
    expect(taken).toEqual({ status: 200, body });
    expect(pokes).toBe(before + 1);
    const shown = (await read(`/v1/escalations/${escalationId}`)).body as EscalationView;
    expect(shown).toMatchObject({ state, verdict: { verdict, personId: "dana", reason: "seen the deal" } });
    const { records } = await readRecords(database.pool, "acme", caseId);
    expect(records.at(-1)).toMatchObject({ kind: "approval", body: { verdict, personId: "dana" } });
  });

  test("of one person is not enough where two are wanted: the second other person's settles it", async () => {
    const { escalationId } = await givenEscalation(database.pool, "quorum", { quorum: 2 });
    const before = pokes;
    expect(await answer(escalationId, "approve")).toMatchObject({ body: { state: "open", missing: 1 } });
    expect(await answer(escalationId, "approve")).toMatchObject({ status: 409, body: { code: "already-decided" } });
    expect(pokes).toBe(before);
    expect((await read(`/v1/escalations/${escalationId}`)).body).toMatchObject({
      state: "open",
      quorum: 2,
      verdict: null,
      approvals: [{ personId: "dana", verdict: "approve" }],
    });
    const headers = await headersOf(database.pool, "erin", "partner-manager");
    const settled = await answer(escalationId, "approve", { headers });
    expect(settled).toMatchObject({ status: 200, body: { state: "approved", missing: 0 } });
    expect(pokes).toBe(before + 1);
  });

  test("of two people who approve at once both count", async () => {
    const { escalationId } = await givenEscalation(database.pool, "at once", { quorum: 2 });
    const headers = await headersOf(database.pool, "frank", "partner-manager");
    const both = await Promise.all([answer(escalationId, "approve"), answer(escalationId, "approve", { headers })]);
    const states = both.map(({ body }) => String(body["state"]));
    expect(states.toSorted((a, b) => a.localeCompare(b))).toEqual(["approved", "open"]);
  });

  test("that waited for another person's sees it", async () => {
    const { escalationId, caseId } = await givenEscalation(database.pool, "in the queue", { quorum: 2 });
    const { waiting } = await inTransaction(database.pool, async (ledger) => {
      await ledger.query("select from escalation where escalation_id = $1 for update", [escalationId]);
      const asked = answer(escalationId, "approve");
      await untilSomebodyWaitsForALock();
      await ledger.query(
        `insert into approval (company, approval_id, escalation_id, person_id, role, verdict, action_digest, reason, given_at)
         values ('acme', 'apv_of_heidi', $1, 'heidi', 'partner-manager', 'approve', $2, 'seen', clock_timestamp())`,
        [escalationId, DIGEST],
      );
      const key = recordKeys.approval("apv_of_heidi");
      await appendRecord(ledger, { company: "acme", caseId, kind: "approval", key, at: AT, body: {} });
      return { waiting: asked };
    });
    expect(await waiting).toMatchObject({ body: { state: "approved", missing: 0 } });
  });

  test("that rejects settles it at once, whatever was approved before", async () => {
    const { escalationId } = await givenEscalation(database.pool, "one no", { quorum: 3 });
    const headers = await headersOf(database.pool, "gina", "partner-manager");
    await answer(escalationId, "approve");
    expect(await answer(escalationId, "reject", { headers })).toMatchObject({
      body: { state: "rejected", missing: 0 },
    });
  });

  test("may come from a more senior level of the same route", async () => {
    const { escalationId } = await givenEscalation(database.pool, "senior");
    const headers = await headersOf(database.pool, "rita", "regional-director");
    expect((await answer(escalationId, "approve", { headers })).status).toBe(200);
  });
});

describe("a verdict is refused with the reason, changes nothing and wakes nobody, when", () => {
  /** What came back, and whether it changed the escalation or woke anybody: it must not. */
  async function refusal(escalationId: string, verdict: "approve" | "reject", given: Given = {}) {
    const before = [pokes, await stateOf(escalationId)];
    const { status, body } = await answer(escalationId, verdict, given);
    const after = [pokes, await stateOf(escalationId)];
    return [status, body["code"], typeof body["detail"], JSON.stringify(after) === JSON.stringify(before)];
  }
  const no = (status: number, code: string) => [status, code, "string", true];

  test("it was decided already", async () => {
    const { escalationId } = await givenEscalation(database.pool, "twice");
    await answer(escalationId, "approve");
    expect(await refusal(escalationId, "approve")).toEqual(no(409, "already-decided"));
    expect(await refusal(escalationId, "reject")).toEqual(no(409, "already-decided"));
  });

  test("of two at once the other was first", async () => {
    const { escalationId } = await givenEscalation(database.pool, "race");
    const headers = await headersOf(database.pool, "omar", "partner-manager");
    const both = await Promise.all([answer(escalationId, "approve"), answer(escalationId, "reject", { headers })]);
    expect(both.map(({ status }) => String(status)).sort()).toEqual(["200", "409"]);
  });

  test("it names another action than the one that is asked now", async () => {
    const { escalationId } = await givenEscalation(database.pool, "stale");
    const body = { actionDigest: "b".repeat(64), reason: "seen" };
    expect(await refusal(escalationId, "approve", { body })).toEqual(no(409, "stale-action"));
  });

  test("it is the requester's own", async () => {
    const { escalationId } = await givenEscalation(database.pool, "own");
    const headers = await headersOf(database.pool, "sam", "partner-manager");
    expect(await refusal(escalationId, "approve", { headers })).toEqual(no(403, "own-request"));
    expect(await refusal(escalationId, "reject", { headers })).toEqual(no(403, "own-request"));
  });

  test("the role is not on the route", async () => {
    const { escalationId } = await givenEscalation(database.pool, "role");
    const headers = await headersOf(database.pool, "olga", "ops-engineer");
    expect(await refusal(escalationId, "approve", { headers })).toEqual(no(403, "wrong-role"));
  });

  test("the question has climbed past the role", async () => {
    const { escalationId } = await givenEscalation(database.pool, "climbed");
    await raiseEscalation(database.pool, { company: "acme", escalationId, at: DAYS_LATER }, 0);
    expect(await refusal(escalationId, "approve")).toEqual(no(403, "wrong-role"));
  });

  test("the level's deadline has passed", async () => {
    const { escalationId } = await givenEscalation(database.pool, "overdue", { at: AT });
    expect(await refusal(escalationId, "approve")).toEqual(no(409, "past-deadline"));
  });

  test("silence has denied it", async () => {
    const { escalationId } = await givenEscalation(database.pool, "expired");
    await raiseEscalation(database.pool, { company: "acme", escalationId, at: DAYS_LATER }, 0);
    await raiseEscalation(database.pool, { company: "acme", escalationId, at: YEARS_LATER }, 1);
    expect(await refusal(escalationId, "approve")).toEqual(no(409, "past-deadline"));
  });

  test("a newer event made it moot", async () => {
    const { escalationId } = await givenEscalation(database.pool, "moot");
    const change = { company: "acme", escalationId, at: new Date().toISOString() };
    await supersedeEscalation(database.pool, change, "a newer event came");
    expect(await refusal(escalationId, "approve")).toEqual(no(409, "superseded"));
  });

  test("there is no such escalation, or it is another company's", async () => {
    expect(await refusal("esc_none", "approve")).toEqual(no(404, "not-found"));
  });

  test.for([
    ["no digest", { reason: "seen" }, "/actionDigest"],
    ["a digest that is none", { actionDigest: "A".repeat(64), reason: "seen" }, "/actionDigest"],
    ["no reason", { actionDigest: DIGEST }, "/reason"],
    ["an empty reason", { actionDigest: DIGEST, reason: "  " }, "/reason"],
    ["a reason without end", { actionDigest: DIGEST, reason: "x".repeat(1_001) }, "/reason"],
    ["a field nobody asked for", { actionDigest: DIGEST, reason: "seen", role: "ceo" }, ""],
    ["no object", [], ""],
  ] as const)("its body has %s", async ([, body, pointer]) => {
    const { escalationId } = await givenEscalation(database.pool, "body");
    const given = await answer(escalationId, "approve", { body });
    expect(given).toMatchObject({ status: 400, body: { code: "validation", errors: [{ pointer }] } });
  });

  test.for([
    ["malformed-json", "{", 400],
    ["duplicate-key", `{"actionDigest":"${DIGEST}","reason":"no","reason":"yes"}`, 400],
    ["too-deep", "[".repeat(65), 400],
    ["too-large", JSON.stringify({ reason: "x".repeat(262_144) }), 413],
  ] as const)("its body is %s", async ([code, body, status]) => {
    const { escalationId } = await givenEscalation(database.pool, "body");
    const path = `/v1/escalations/${escalationId}/approve`;
    const response = await api().request(path, { method: "POST", headers: dana, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  test("it comes as a GET", async () => {
    const { escalationId } = await givenEscalation(database.pool, "get");
    expect((await read(`/v1/escalations/${escalationId}/approve`)).status).toBe(405);
  });
});

describe("an escalation shows", () => {
  test("what is asked, why it is here and what an answer is bound to", async () => {
    const { escalationId, caseId } = await givenEscalation(database.pool, "shown");
    const { status, body } = await read(`/v1/escalations/${escalationId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      escalationId,
      caseId,
      functionId: "quoting",
      state: "open",
      reason: "over 15 %",
      action: { tool: "quotes.approve-discount", args: { quoteId: "Q-1" } },
      actionDigest: DIGEST,
      facts: { effectiveDiscount: 150_000 },
      requestedBy: "sam",
      level: 0,
      role: "partner-manager",
      dueAt: expect.stringMatching(/Z$/) as string,
      verdict: null,
    });
  });

  test("nothing of another company", async () => {
    const { escalationId } = await givenEscalation(database.pool, "foreign");
    const bolt = apiOn(database.pool, { company: "bolt" });
    const { personId, token } = { personId: "dana-of-bolt", token: "token-dana-of-bolt" };
    await givenPerson(database.pool, "bolt", { personId, name: "Dana", role: "partner-manager" }, token);
    const headers = { authorization: `Bearer ${token}` };
    const answers = await Promise.all(
      [`/v1/escalations/${escalationId}`, "/v1/escalations", "/v1/cases/acme:quoting:crm-deal-foreign/records"].map(
        async (path) => (await bolt.request(path, { headers })).json(),
      ),
    );
    expect(answers).toMatchObject([{ code: "not-found" }, { escalations: [] }, { code: "not-found" }]);
  });
});

describe("the list", () => {
  test("is filtered by state and has what is due first on top", async () => {
    const late = new Date(Date.now() + 3_600_000).toISOString();
    const first = await givenEscalation(database.pool, "list-first");
    await givenEscalation(database.pool, "list-second", { at: late });
    const { body } = (await read("/v1/escalations?state=open")) as { body: { escalations: EscalationView[] } };
    expect(new Set(body.escalations.map(({ state }) => state))).toEqual(new Set(["open"]));
    const due = body.escalations.map(({ dueAt }) => dueAt);
    expect(due).toEqual([...due].sort());
    expect(body.escalations.map(({ escalationId }) => escalationId)).toContain(first.escalationId);
  });

  test("of a state that there is not is a wrong parameter", async () => {
    expect(await read("/v1/escalations?state=maybe")).toMatchObject({
      status: 400,
      body: { code: "validation", errors: [{ pointer: "/state" }] },
    });
  });
});
