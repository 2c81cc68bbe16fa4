import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changed } from "../../fixtures/people.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await headersOf(database.pool, "dana", "partner-manager");
  await headersOf(database.pool, "cpq", "system");
});
afterAll(() => database.drop());

const own = { origin: "http://localhost", "x-mandate-console": "1", "content-type": "application/json" };
const api = (devLogin: "open" | "closed" = "open") => apiOn(database.pool, { devLogin });

async function post(path: string, body: object, headers: object = own, devLogin: "open" | "closed" = "open") {
  const init = { method: "POST", headers: { ...headers }, body: JSON.stringify(body) };
  const response = await api(devLogin).request(path, init);
  return { status: response.status, cookie: response.headers.get("set-cookie"), body: await response.json() };
}

async function loggedIn(): Promise<{ cookie: string }> {
  const { cookie } = await post("/login", { personId: "dana" });
  return { cookie: cookie?.split(";")[0] ?? "" };
}

const me = async (headers: object) => (await api().request("/v1/me", { headers: { ...headers } })).status;

describe("a login", () => {
  test("gives a session in a cookie that no script reads and no other site sends", async () => {
    const { status, cookie, body } = await post("/login", { personId: "dana" });
    expect([status, body]).toMatchObject([200, { personId: "dana", role: "partner-manager" }]);
    expect(cookie).toMatch(/^mandate_session=mds_[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await me({ cookie: cookie?.split(";")[0] ?? "" })).toBe(200);
  });

  test("shows who can log in, and neither systems nor companies", async () => {
    const shown = (await (await api().request("/login/people")).json()) as { people: { personId: string }[] };
    expect(shown.people.map(({ personId }) => personId)).toContain("dana");
    expect(shown.people.map(({ personId }) => personId)).not.toContain("cpq");
  });

  test("picks nobody outside development, and takes a token there", async () => {
    expect((await api("closed").request("/login/people")).status).toBe(403);
    expect(await post("/login", { personId: "dana" }, own, "closed")).toMatchObject({
      status: 403,
      cookie: null,
      body: { code: "login-closed" },
    });
    expect(await post("/login", { token: "token-dana" }, own, "closed")).toMatchObject({ status: 200 });
  });

  test.for([
    ["nobody known", { personId: "kim" }, 401],
    ["a system", { personId: "cpq" }, 401],
    ["a system's token", { token: "token-cpq" }, 401],
    ["a wrong token", { token: "token-kim" }, 401],
    ["nothing", {}, 400],
  ] as const)("of %s is refused", async ([, body, status]) => {
    expect(await post("/login", body)).toMatchObject({ status, cookie: null });
  });

  test("ends by logging out, and with the person", async () => {
    const session = await loggedIn();
    expect(await post("/v1/logout", {}, { ...own, ...session })).toMatchObject({ status: 200 });
    expect(await me(session)).toBe(401);
    await headersOf(database.pool, "gone", "partner-manager");
    const { cookie } = await post("/login", { personId: "gone" });
    await changed(database.pool, "acme", { change: "revoke", personId: "gone" });
    expect(await me({ cookie: cookie?.split(";")[0] ?? "" })).toBe(401);
  });
});

describe("what changes something in a session", () => {
  test.for([
    ["without the console's header", { origin: "http://localhost", "content-type": "application/json" }],
    ["from another origin", { ...own, origin: "http://evil.example" }],
    ["from another port of this machine", { ...own, origin: "http://localhost:3000" }],
    ["without an origin", { "x-mandate-console": "1", "content-type": "application/json" }],
  ])("%s is refused, and changes nothing", async ([, headers]) => {
    const { escalationId } = await givenEscalation(database.pool, `csrf ${JSON.stringify(headers)}`);
    const session = await loggedIn();
    const taken = await post(`/v1/escalations/${escalationId}/take`, {}, { ...(headers as object), ...session });
    expect(taken).toMatchObject({ status: 403, body: { code: "other-site" } });
    const { rows } = await database.pool.query("select assignee from escalation where escalation_id = $1", [
      escalationId,
    ]);
    expect(rows).toEqual([{ assignee: null }]);
  });

  test("is done when it is the console's own", async () => {
    const { escalationId } = await givenEscalation(database.pool, "own");
    const taken = await post(`/v1/escalations/${escalationId}/take`, {}, { ...own, ...(await loggedIn()) });
    expect(taken).toMatchObject({ status: 200, body: { state: "open" } });
  });
});

test("who asks is told by move why they may not make it, and nothing where they may", async () => {
  const { escalationId } = await givenEscalation(database.pool, "may", { requesterId: "sam" });
  const seller = await headersOf(database.pool, "sam", "partner-manager");
  const mayOf = async (headers: { [name: string]: string }) => {
    const shown = await api().request(`/v1/escalations/${escalationId}`, { headers });
    return ((await shown.json()) as { may: { [move: string]: string | null } }).may;
  };
  expect(await mayOf(seller)).toMatchObject({ approve: "a request is never answered by who made it", withdraw: null });
  expect(await mayOf(await loggedIn())).toMatchObject({
    approve: null,
    reject: null,
    undo: "nothing is left to undo",
    withdraw: "only who asked it takes a question back",
  });
});
