import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { personOf } from "../../../audit/ledgers/directory.ts";
import { putObjects } from "../../../tools/sandbox/door.ts";
import { sandboxOwners } from "../../../tools/crm/sandbox-owners.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { ADMINS, givenAlias } from "../../fixtures/people.ts";
import type { LedgerPool } from "../../../audit/records.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
type Headers = { [name: string]: string };
let dana: Headers;
const [ana, ben]: readonly Headers[] = [ADMINS.asks, ADMINS.seconds].map((personId) => ({
  authorization: `Bearer token-acme-${personId}`,
  "content-type": "application/json",
}));
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  dana = await headersOf(pool, "dana", "partner-manager");
});
afterAll(() => database.drop());

type Answer = { readonly status: number; readonly body: { readonly [field: string]: unknown } };
async function ask(method: "GET" | "POST", path: string, headers: Headers | undefined, body?: object): Promise<Answer> {
  const api = apiOn(pool, { owners: sandboxOwners(pool) });
  const init = { method, headers: headers ?? {}, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await api.request(path, init);
  return { status: response.status, body: (await response.json()) as Answer["body"] };
}
const post = (path: string, headers: Headers | undefined, body: object = {}) => ask("POST", path, headers, body);
const reason = "as agreed";

describe("a person", () => {
  test("is asked for by an admin, seconded by another, and has a token that opens nothing before", async () => {
    const rob = { personId: "rob", name: "Rob Vale", role: "partner-manager", reason };
    const asked = await post("/v1/people", ana, rob);
    expect(asked).toMatchObject({ status: 200, body: { personId: "rob", state: "waiting" } });
    const token = String(asked.body["token"]);
    expect(token).toMatch(/^mdt_[\w-]{43}$/);
    expect(await personOf(pool, "acme", token)).toBeUndefined();
    const changeId = String(asked.body["changeId"]);
    const waiting = await ask("GET", "/v1/people-changes?total=true", ben);
    expect(waiting.body).toMatchObject({
      total: 1,
      next: null,
      changes: [{ changeId, personId: "rob", askedBy: ADMINS.asks }],
    });
    expect(JSON.stringify(waiting.body)).not.toContain("token");
    expect(await post(`/v1/people-changes/${changeId}/second`, ana)).toMatchObject({
      status: 403,
      body: { code: "own-request" },
    });
    expect(await post(`/v1/people-changes/${changeId}/second`, dana)).toMatchObject({
      status: 403,
      body: { code: "wrong-role" },
    });
    expect(await post(`/v1/people-changes/${changeId}/second`, ben)).toMatchObject({
      status: 200,
      body: { state: "done" },
    });
    expect(await personOf(pool, "acme", token)).toEqual({ personId: "rob", name: "Rob Vale", role: "partner-manager" });
    expect(await post("/v1/people", ana, rob)).toMatchObject({ status: 409, body: { code: "already-there" } });
  });

  test("rotates their own token alone, and nobody else's", async () => {
    const mine = await post("/v1/people/dana/token", dana, { reason });
    expect(mine).toMatchObject({ status: 200, body: { state: "done" } });
    expect((await ask("GET", "/v1/people", dana)).status).toBe(401);
    dana = { ...dana, authorization: `Bearer ${String(mine.body["token"])}` };
    expect((await ask("GET", "/v1/people", dana)).status).toBe(200);
    expect(await post("/v1/people/rob/token", dana, { reason })).toMatchObject({
      status: 403,
      body: { code: "wrong-role" },
    });
  });

  test("is shown with what systems call them to admins and to themself", async () => {
    await givenAlias(pool, "acme", "rob", { kind: "mail", text: "Rob@X.example" });
    const aliases = [
      { system: "crm", kind: "mail", alias: "rob@x.example" },
      { system: "own", kind: "name", alias: "rob vale" },
      { system: "own", kind: "user-id", alias: "rob" },
    ];
    expect((await ask("GET", "/v1/people/rob", ana)).body["aliases"]).toEqual(aliases);
    expect((await ask("GET", "/v1/people/dana", dana)).status).toBe(200);
    expect(await ask("GET", "/v1/people/rob", dana)).toMatchObject({ status: 403, body: { code: "wrong-role" } });
    expect((await ask("GET", "/v1/people/nobody", ana)).status).toBe(404);
  });

  test("are listed page by page, without tokens and aliases", async () => {
    const first = await ask("GET", "/v1/people?limit=2&total=true", dana);
    const second = await ask("GET", `/v1/people?limit=2&cursor=${String(first.body["next"])}`, dana);
    const ids = [first, second].flatMap(({ body }) =>
      (body["people"] as { personId: string }[]).map(({ personId }) => personId),
    );
    expect([ids, first.body["total"], second.body["next"]]).toEqual([
      [ADMINS.asks, ADMINS.seconds, "dana", "rob"],
      4,
      null,
    ]);
    expect(JSON.stringify(first.body)).not.toMatch(/sha256|alias/);
  });

  test("who is revoked is let in no more", async () => {
    expect(await post("/v1/people/dana/revoke", dana, { reason })).toMatchObject({ status: 403 });
    expect(await post("/v1/people/dana/revoke", ana, { reason })).toMatchObject({
      status: 200,
      body: { state: "done", token: null },
    });
    expect((await ask("GET", "/v1/people", dana)).status).toBe(401);
  });
});

test.for([
  ["/v1/people", { personId: "a b", name: "A", role: "ops", reason }, "/personId"],
  ["/v1/people", { personId: "a", name: " ", role: "ops", reason }, "/name"],
  ["/v1/people", { personId: "a", name: "A", role: "Partner Manager", reason }, "/role"],
  ["/v1/people", { personId: "a", name: "A", role: "ops" }, "/reason"],
  ["/v1/people/rob/aliases", { alias: { kind: "mail", alias: "no address" }, reason }, "/alias/alias"],
  ["/v1/people/rob/aliases", { alias: { system: "own", kind: "name", alias: "lee" }, reason }, "/alias/system"],
] as const)("%s refuses %o, and points at it", async ([path, body, pointer]) => {
  const { status, body: problem } = await post(path, ana, body);
  expect([status, problem["errors"]]).toEqual([400, [expect.objectContaining({ pointer })]]);
});

describe("what the CRM knows", () => {
  const owner = (id: string, properties: { readonly [name: string]: string | boolean }) => ({
    type: "owner",
    id,
    properties,
  });

  test("comes in: what widens waits, and archived owners are known no more at once", async () => {
    await putObjects(pool, { company: "acme", system: "crm" }, [
      owner("71", { userId: "9001", email: "rob@x.example", firstName: "Rob", lastName: "Vale" }),
      owner("72", { userId: "9002", email: "kim@x.example", firstName: "Kim", lastName: "Hall" }),
    ]);
    const synced = await post("/v1/people-changes/sync", ana);
    expect(synced).toMatchObject({ status: 200, body: { owners: 2, narrowed: [], contested: [] } });
    const waiting = synced.body["waiting"] as string[];
    expect(waiting).toHaveLength(2);
    expect(await post("/v1/people-changes/sync", ana)).toMatchObject({ body: { waiting: [], contested: [] } });
    for (const changeId of waiting) expect((await post(`/v1/people-changes/${changeId}/second`, ben)).status).toBe(200);
    expect((await ask("GET", "/v1/people/crm-72", ana)).body).toMatchObject({
      role: "requester",
      hasToken: false,
      name: "Kim Hall",
    });
    const robs = (await ask("GET", "/v1/people/rob", ana)).body["aliases"];
    expect(robs).toContainEqual({ system: "crm", kind: "owner-id", alias: "71" });

    await putObjects(pool, { company: "acme", system: "crm" }, [owner("71", { archived: true })]);
    const again = await post("/v1/people-changes/sync", ana);
    expect(again.body).toMatchObject({ waiting: [], narrowed: [expect.any(String)] });
    expect(JSON.stringify((await ask("GET", "/v1/people/rob", ana)).body["aliases"])).not.toContain("crm");
  });

  test("is several people's where their names are: nothing is changed for it", async () => {
    await putObjects(pool, { company: "acme", system: "crm" }, [
      owner("73", { userId: "9002", email: "rob.v@x.example", firstName: "Rob", lastName: "V" }),
    ]);
    await givenAlias(pool, "acme", "rob", { system: "portal", kind: "mail", text: "rob.v@x.example" });
    expect((await post("/v1/people-changes/sync", ana)).body["contested"]).toEqual(["73"]);
  });

  test("is an admin's to bring in, and 503 while the CRM does not answer", async () => {
    const rob = await headersOf(pool, "liv", "ops-engineer");
    expect(await post("/v1/people-changes/sync", rob)).toMatchObject({ status: 403, body: { code: "wrong-role" } });
    const owners = { listOwners: () => Promise.reject(new ToolError("TARGET_UNAVAILABLE", "silent")) };
    const response = await apiOn(pool, { owners }).request("/v1/people-changes/sync", {
      method: "POST",
      headers: ana ?? {},
      body: "{}",
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, "crm-silent"]);
  });
});
