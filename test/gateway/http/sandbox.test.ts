import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Problem } from "../../../gateway/http/problem.ts";
import type { LedgerPool } from "../../../audit/records.ts";
import { embeddedAdapters } from "../../../tools/adapters.ts";
import type { Permit } from "../../../domain/permit.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { keptEvents } from "../../fixtures/inbox.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { wallTime } from "../../../db/company-clock.ts";

let database: TestDatabase;
let pool: LedgerPool;
let ola: { [name: string]: string };
let sam: { [name: string]: string };

async function fresh(): Promise<() => Promise<void>> {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  ola = await headersOf(pool, "ola", "ops-engineer");
  sam = await headersOf(pool, "sam", "seller");
  return () => database.drop();
}

type Answered<T> = { readonly status: number; readonly body: T };

async function ask<T = Problem>(path: string, body?: object, headers = ola, sandbox: "open" | "closed" = "open") {
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await apiOn(pool, { sandbox }).request(`/v1/sandbox/${path}`, init);
  return { status: response.status, body: (await response.json()) as T } satisfies Answered<T>;
}

const deal = (properties: object, more = {}) => ({ type: "deal", id: "4711", properties, ...more });
type Told = { told: { status: number; code: string | null; event: { property?: string; value?: string } }[] };
/** Taken by our door, in the order told: what of the deal. */
const tell = async () => {
  const { told } = (await ask<Told>("crm/tell", {})).body;
  return told.map(({ status, code, event }) => [code ?? status, event.property ?? "created", event.value ?? ""]);
};

describe("the door", () => {
  beforeAll(fresh);

  test("is shut unless the environment says development, to everybody and for everything", async () => {
    for (const body of [undefined, deal({ a: "b" })]) {
      expect(await ask("crm/objects", body, ola, "closed")).toMatchObject({
        status: 403,
        body: { code: "sandbox-closed" },
      });
    }
  });

  test("lets everybody known here look, and only ops engineers set something up", async () => {
    expect((await ask("crm/objects", undefined, sam)).status).toBe(200);
    for (const path of ["crm/objects", "crm/faults", "crm/tell"]) {
      expect(await ask(path, {}, sam)).toMatchObject({ status: 403, body: { code: "wrong-role" } });
    }
    expect((await ask("crm/objects", undefined, {})).status).toBe(401);
  });

  test("names the systems behind it when there is no such one; our own records are none", async () => {
    for (const system of ["crmm", "programme", "toString"]) {
      expect(await ask(`${system}/objects`)).toMatchObject({
        status: 404,
        body: { detail: `no system \`${system}\` is sandboxed; there are quotes, crm, messages` },
      });
    }
  });

  test.for<[string, string, object, string, string]>([
    ["a type that is none", "crm/objects", { ...deal({}), type: "$fault" }, "/type", "expected a type such as `deal`"],
    ["an id with a space", "crm/objects", { ...deal({}), id: "a b" }, "/id", "expected an id"],
    ["a text with NUL", "crm/objects", deal({ a: "x\0" }), "/properties/a", "a text holds no NUL"],
    ["a field too many", "crm/objects", deal({}, { version: 3 }), "", "version"],
    ["a kind that is none", "crm/faults", { operation: "add-note", kind: "explode" }, "/kind", "lose-trace"],
    [
      "an operation that no tool has",
      "quotes/faults",
      { operation: "add-note", kind: "refuse" },
      "/operation",
      "no operation `add-note`; there are approve-discount, revoke-approval, release-renewal, put",
    ],
    [
      "no times at all",
      "crm/faults",
      { operation: "add-note", kind: "refuse", times: 0 },
      "/times",
      "expected number to be >=1",
    ],
    ["a refusal of what is put", "crm/faults", { operation: "put", kind: "refuse" }, "/kind", "answer-twice"],
    [
      "a delay that is no delay's",
      "crm/faults",
      { operation: "add-note", kind: "refuse", delayMs: 5 },
      "/delayMs",
      "only `delay`",
    ],
  ])("refuses %s, and points at it", async ([, path, body, pointer, detail]) => {
    const refused = await ask(path, body);
    expect([refused.status, refused.body.code]).toEqual([400, "validation"]);
    expect(refused.body.errors).toEqual([{ pointer, detail: expect.stringContaining(detail) as string }]);
  });
});

describe("a sandboxed system", () => {
  beforeEach(fresh);

  test("what is put is what the CRM reads, version after version", async () => {
    expect(await ask("crm/objects", deal({ quote_status: "draft", owner: "sam" }))).toMatchObject({
      status: 200,
      body: { version: 1 },
    });
    expect((await ask("crm/objects", deal({ quote_status: "draft" }))).body).toMatchObject({ version: 1 });
    expect((await ask("crm/objects", deal({ quote_status: "lost" }))).body).toMatchObject({ version: 2 });
    expect(await embeddedAdapters(pool, wallTime).crm.readRecord("acme", "deal", "4711")).toMatchObject({
      source: { version: "2", ref: "deal/4711" },
      value: { quote_status: "lost", owner: "sam" },
    });
    const shown = await ask<{ objects: unknown[] }>("crm/objects?type=deal&id=4711&total=true", undefined, sam);
    expect(shown.body).toMatchObject({ system: "crm", objects: [{ id: "4711", version: 2 }], next: null, total: 1 });
    expect((await ask<{ objects: unknown[] }>("crm/objects?type=contact")).body.objects).toEqual([]);
  });

  test("a fault that is scripted is met by the tool, and stands in the system's own record", async () => {
    await ask("crm/objects", deal({ quote_status: "draft" }));
    const fault = { operation: "add-note", kind: "refuse", text: "read only on Sundays", times: 1 };
    expect((await ask("crm/faults", fault)).body).toEqual({ system: "crm", faults: [fault] });
    const permit = { company: "acme", effectKey: "note-1" } as Permit;
    const note = { objectType: "deal", objectId: "4711", text: "hello" };
    await expect(embeddedAdapters(pool, wallTime).crm.addNote(permit, note)).rejects.toThrow("read only on Sundays");
    await embeddedAdapters(pool, wallTime).crm.addNote(permit, note);
    expect((await ask("crm/faults")).body).toEqual({ system: "crm", faults: [] });
    const { body } = await ask<{ calls: { outcome: string; fault: string | null }[] }>("crm/calls", undefined, sam);
    expect(body.calls.map(({ outcome, fault: met }) => [outcome, met])).toEqual([
      ["done", null],
      ["refuse", "refuse"],
    ]);
  });

  test("a fault is taken back before it is met", async () => {
    await ask("quotes/faults", { operation: "approve-discount", kind: "delay", delayMs: 5_000, times: 9 });
    await ask("quotes/faults", { operation: "approve-discount", kind: "none" });
    expect((await ask("quotes/faults")).body).toEqual({ system: "quotes", faults: [] });
  });
});

describe("what the CRM tells", () => {
  beforeEach(fresh);

  const put = (status: string) => ask("crm/objects", deal({ quote_status: status }, { tell: true }));
  const states = async () => (await keptEvents(pool)).map(({ state }) => state).toSorted();

  test("comes in by the front door, signed, once; nothing is told unless it was asked for", async () => {
    await ask("crm/objects", deal({ owner: "sam" }));
    await put("approval_requested");
    expect(await tell()).toEqual([[202, "quote_status", "approval_requested"]]);
    expect(await tell()).toEqual([]);
    expect(await states()).toEqual(["pending"]);
  });

  test("twice is taken once", async () => {
    await ask("crm/faults", { operation: "put", kind: "answer-twice" });
    await put("approval_requested");
    expect(await tell()).toHaveLength(4);
    // The deal that is new, and its quote: each once, for who listens to it.
    expect(await states()).toEqual(["pending", "pending"]);
  });

  test("in another order: what is older comes late and moves nothing backwards", async () => {
    await put("draft");
    await tell();
    await ask("crm/faults", { operation: "put", kind: "out-of-order" });
    await put("approval_requested");
    expect(await tell()).toEqual([]);
    await ask("crm/objects", deal({ quote_status: "draft" }));
    await put("approval_requested");
    const asked = [202, "quote_status", "approval_requested"];
    expect(await tell()).toEqual([asked, asked]);
    expect(await states()).toEqual(["ignored", "late", "pending", "pending"]);
  });

  test("is kept in quarantine where HubSpot's would be: its ids are numbers", async () => {
    await ask("crm/objects", { ...deal({}, { tell: true }), id: "not-a-number" });
    expect(await tell()).toEqual([[202, "created", ""]]);
    const { rows } = await database.pool.query("select code from quarantined_event");
    expect(rows).toEqual([{ code: "unknown-shape" }]);
    expect(await tell()).toEqual([]);
  });

  test("other systems have no front door yet", async () => {
    expect(await ask("quotes/tell", {})).toMatchObject({
      status: 404,
      body: { detail: "no front door takes what `quotes` tells" },
    });
  });
});
