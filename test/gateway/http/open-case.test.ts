import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordKeys } from "../../../audit/record-keys.ts";
import { openRecord, readRecord } from "../../../audit/records.ts";
import { tellStory } from "../../../audit/story.ts";
import { startRelay } from "../../../gateway/inbox/relay.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { watchedEngine } from "../../fixtures/engine.ts";
import { functionLike, withFunctions } from "../../fixtures/functions.ts";
import { keptLog } from "../../fixtures/log.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eventually } from "../../setup/system.ts";
import { askErasure } from "../../../proof/privacy/erasure.ts";
import { eraseSubject, ola } from "../../proof/privacy/erased.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
});

const deal = { system: "crm", type: "deal", id: "1001" };

type Asking = { readonly key?: string; readonly by?: string; readonly functions?: ReturnType<typeof withFunctions> };
type Answer = { status: number; eventId?: string; code?: string; detail?: string; errors?: { pointer: string }[] };

async function ask(body: object, { key = "k", by = "dana", functions }: Asking = {}): Promise<Answer> {
  const headers = { ...(await headersOf(database.pool, by, "partner-manager")), "idempotency-key": key };
  const api = apiOn(database.pool, functions === undefined ? {} : { functions });
  const response = await api.request("/v1/cases", { method: "POST", headers, body: JSON.stringify(body) });
  return { ...((await response.json()) as object), status: response.status };
}

const quoteOf = (id: string, more: object = {}) => ({ function: "quoting", object: { ...deal, id }, ...more });

describe("asking for a case", () => {
  test("is answered once the event is durable, with its id and its case's", async () => {
    expect(await ask(quoteOf("1001"))).toEqual({
      status: 202,
      eventId: expect.stringMatching(/^evt_[0-9a-f]{20}$/) as string,
      caseId: "acme:quoting:crm-deal-1001",
      state: "accepted",
    });
    const { rows } = await database.pool.query(
      "select source, function_id, system, object_type, object_id, state from inbox",
    );
    expect(rows).toEqual([
      {
        source: "asked",
        function_id: "quoting",
        system: "crm",
        object_type: "deal",
        object_id: "1001",
        state: "pending",
      },
    ]);
  });

  test("again under the same key has the same answer, and is one event", async () => {
    const first = await ask(quoteOf("1002", { reason: "the customer waits" }));
    const together = Array.from({ length: 10 }, () => ask(quoteOf("1002", { reason: "the customer waits" })));
    expect(new Set((await Promise.all(together)).map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify(first)]),
    );
    expect((await database.pool.query("select 1 from inbox")).rowCount).toBe(1);
  });

  test.for([
    ["about another object", quoteOf("1004")],
    ["for another reason", quoteOf("1003", { reason: "other" })],
    [
      "of another function",
      { function: "deal-registration", object: { system: "crm", type: "registration", id: "1003" } },
    ],
  ] as const)("%s under a key that was used is refused", async ([, other]) => {
    await ask(quoteOf("1003"));
    expect(await ask(other)).toMatchObject({ status: 409, code: "idempotency-key-reused" });
    expect((await database.pool.query("select 1 from inbox")).rowCount).toBe(1);
  });

  test("of many at once with one key and different bodies, one body wins and the others are refused", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(quoteOf(String(n)), { key: "race" })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      202,
      ...Array.from({ length: 9 }, () => 409),
    ]);
  });

  test("is each person's own, and each key's", async () => {
    const answers = [await ask(quoteOf("1005")), await ask(quoteOf("1005"), { by: "lee" })];
    answers.push(await ask(quoteOf("1005"), { key: "again" }));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ eventId }) => eventId)).size).toBe(3);
  });
});

describe("what cannot be asked for", () => {
  test("a function that does not exist: 404 names those that do", async () => {
    expect(await ask({ ...quoteOf("1"), function: "renewal" })).toMatchObject({
      status: 404,
      code: "not-found",
      detail: "no function `renewal`; there are: quoting, deal-registration, renewals, price-book, co-selling",
    });
  });

  test("a function without that trigger: 422 names those with it", async () => {
    const functions = withFunctions(
      functionLike("after", [{ kind: "follows", function: "quoting", outcomes: ["executed"] }]),
    );
    expect(await ask({ ...quoteOf("1"), function: "after" }, { functions })).toMatchObject({
      status: 422,
      code: "not-asked-for",
      detail: "`after` is not asked for; these are: quoting, deal-registration, renewals, price-book, co-selling",
    });
  });

  test.for([
    [{ system: "portal" }, ["/object/system"]],
    [{ type: "registration" }, ["/object/type"]],
    [{ system: "portal", type: "offer" }, ["/object/system", "/object/type"]],
  ] as const)("an object that is %j: 422 points at it", async ([changes, pointers]) => {
    const answer = await ask({ function: "quoting", object: { ...deal, ...changes } });
    expect(answer).toMatchObject({ status: 422, code: "wrong-subject" });
    expect(answer.errors?.map(({ pointer }) => pointer)).toEqual(pointers);
  });

  test.for([
    [{ ...quoteOf("1"), more: 1 }, ""],
    [quoteOf("a b"), "/object/id"],
    [quoteOf("1", { reason: " " }), "/reason"],
  ] as const)("%j: 400 at %s", async ([body, pointer]) => {
    expect(await ask(body)).toMatchObject({ status: 400, code: "validation", errors: [{ pointer }] });
  });

  test("anything without a key", async () => {
    const headers = await headersOf(database.pool, "dana", "partner-manager");
    const init = { method: "POST", headers, body: JSON.stringify(quoteOf("1")) };
    expect((await apiOn(database.pool).request("/v1/cases", init)).status).toBe(400);
  });
});

describe("who asked", () => {
  async function relayed(id: string, by: string) {
    const engine = watchedEngine();
    const { eventId = "" } = await ask(quoteOf(id, { reason: "the customer waits" }), { by, key: `relayed-${id}` });
    const relay = startRelay({ pool: database.pool, starter: engine, log: keptLog().log });
    await eventually(async () => engine.delivered[0]);
    await relay.stop();
    return { key: recordKeys.event(eventId), delivered: engine.delivered };
  }

  test("stands in the event's record with the reason, and never reaches the case", async () => {
    const { key, delivered } = await relayed("2001", "kim");
    const opened = await openRecord(database.pool, "acme", key);
    expect(opened?.record.body).toMatchObject({ source: "asked", askedBy: "kim", reason: "the customer waits" });
    const sealed = JSON.stringify([opened?.envelope, delivered]);
    expect(sealed).not.toMatch(/kim|customer waits/);
    expect(tellStory(opened ? [opened.record] : [])).toMatchObject([
      { who: "kim", text: "asks about crm-deal-2001 for quoting: the customer waits" },
    ]);
  });

  test("is gone from record and inbox when that person is erased", async () => {
    const { key } = await relayed("2002", "mia");
    await eraseSubject(database.pool, "person:mia");
    const { body } = (await readRecord(database.pool, "acme", key)) ?? { body: {} };
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(["askedBy"]));
    const { rows } = await database.pool.query<{ body: object }>("select body from inbox where object_id = '2002'");
    expect(rows).toEqual([{ body: { askedBy: expect.stringMatching(/^sub_/) as string } }]);
  });

  test("cannot be erased before the record is made", async () => {
    await relayed("2003", "noa");
    await ask(quoteOf("2004"), { by: "noa", key: "waits" });
    const erasure = { subject: "person:noa", ground: "objection", reason: "x" } as const;
    expect(await askErasure(database.pool, ola, erasure)).toMatchObject({ kind: "refused" });
  });
});
