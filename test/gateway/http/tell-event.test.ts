import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { functionLike, withFunctions } from "../../fixtures/functions.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query("truncate inbox, inbox_clock");
  pokes = 0;
});

const { fields } = functionLike("any", [{ kind: "asked" }]).subject;
/** Hears of claims in a portal. */
const claims = functionLike(
  "claims",
  [{ kind: "record", system: "portal", type: "claim", on: { kind: "changed", property: "status", value: "sent" } }],
  { subject: { system: "portal", type: "claim", fields } },
);
const functions = withFunctions(claims);
const claim = { system: "portal", type: "claim", id: "C-1" };
const sent = { kind: "changed", property: "status", value: "sent" } as const;

/** Hears of the same claims. */
const audits = { ...claims, id: "audits" };

let pokes = 0;
const onAccepted = () => void (pokes += 1);

async function tell(body: object, key = "k", by = "portal", table = functions) {
  const headers = { ...(await headersOf(database.pool, by, "partner-manager")), "idempotency-key": key };
  const request = { method: "POST", headers, body: JSON.stringify(body) };
  const response = await apiOn(database.pool, { functions: table, onAccepted }).request("/v1/events", request);
  return { status: response.status, ...((await response.json()) as object) };
}

async function inbox() {
  const { rows } = await database.pool.query<{ [column: string]: unknown }>(
    "select source, function_id, system, object_type, object_id, state, body from inbox order by event_id",
  );
  return rows;
}

describe("what a system tells of an object", () => {
  test("reaches the functions that listen, under the name of the system that keeps it", async () => {
    const eventId: unknown = expect.stringMatching(/^evt_[0-9a-f]{20}$/);
    const hearing = [{ eventId, functionId: "claims", caseId: "acme:claims:portal-claim-C-1" }];
    expect(await tell({ object: claim, change: sent })).toEqual({ status: 202, state: "accepted", hearing });
    expect(await inbox()).toEqual([
      {
        source: "api",
        function_id: "claims",
        system: "portal",
        object_type: "claim",
        object_id: "C-1",
        state: "pending",
        body: { change: "changed", property: "status" },
      },
    ]);
  });

  test("whose own id is an address is called otherwise from the door on; who lists events sees the address", async () => {
    const object = { ...claim, id: "ana@example.com" };
    const told = await tell({ object, change: sent });
    const caseId: unknown = expect.stringMatching(/^acme:claims:portal-claim-own-[0-9a-f]{40}$/);
    expect(told).toMatchObject({ state: "accepted", hearing: [{ functionId: "claims", caseId }] });
    expect(JSON.stringify(await inbox())).not.toContain("ana@");
    const headers = await headersOf(database.pool, "portal", "partner-manager");
    const listed = await apiOn(database.pool, { functions }).request("/v1/events", { headers });
    expect(await listed.json()).toMatchObject({ events: [{ objectId: "ana@example.com", caseId }] });
  });

  test("that nobody listens to is kept, and said to be ignored", async () => {
    const other = { ...sent, value: "draft" };
    expect(await tell({ object: claim, change: other })).toEqual({ status: 202, state: "ignored", hearing: [] });
    expect(await inbox()).toMatchObject([{ state: "ignored", function_id: null }]);
  });

  test("again under the same key is one event, whenever it is told; something else under it is in quarantine", async () => {
    await tell({ object: claim, change: sent });
    expect(await tell({ object: claim, change: sent })).toMatchObject({ status: 202, state: "duplicate" });
    expect(await tell({ object: claim, change: sent }, '"k"')).toMatchObject({ status: 202, state: "duplicate" });
    const moved = { object: { ...claim, id: "C-2" }, change: sent };
    expect(await tell(moved)).toEqual({ status: 202, state: "quarantined", hearing: [] });
    expect(await tell(moved)).toEqual({ status: 202, state: "quarantined", hearing: [] });
    const { rows } = await database.pool.query("select source, code, state, times from quarantined_event");
    expect(rows).toEqual([{ source: "api", code: "key-reused", state: "held", times: 2 }]);
    expect(await tell(moved, "k", "another")).toMatchObject({ status: 202, state: "accepted" });
    expect(await inbox()).toHaveLength(2);
  });

  test("that is older than what came before moves nothing back", async () => {
    await tell({ object: claim, change: sent }, "new");
    const old = { object: claim, change: sent, at: "2020-01-01T00:00:00.000Z" };
    expect(await tell(old, "old")).toMatchObject({ state: "late" });
    expect(pokes).toBe(2);
  });

  test("is accepted, and brought to its cases, when it is news to one of those who listen", async () => {
    await tell({ object: claim, change: sent });
    const both = withFunctions(claims, audits);
    const hearing = [{ functionId: "claims" }, { functionId: "audits" }];
    expect(await tell({ object: claim, change: sent }, "k", "portal", both)).toMatchObject({
      state: "accepted",
      hearing,
    });
    expect(await tell({ object: claim, change: sent }, "k", "portal", both)).toMatchObject({
      state: "duplicate",
      hearing,
    });
    expect(pokes).toBe(2);
  });

  test.for([
    ["a time to come", { object: claim, change: sent, at: "2999-01-01T00:00:00.000Z" }, "/at"],
    ["a change without a value", { object: claim, change: { kind: "changed", property: "status" } }, "/change/value"],
    ["a change of no kind", { object: claim, change: { kind: "moved" } }, "/change/kind"],
    ["an object without a system", { object: { type: "claim", id: "C-1" }, change: sent }, "/object/system"],
  ] as const)("%s is refused where it is wrong, and nothing is kept", async ([, body, pointer]) => {
    expect(await tell(body)).toMatchObject({ status: 400, errors: [{ pointer }] });
    expect(await inbox()).toEqual([]);
  });
});
