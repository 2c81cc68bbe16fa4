import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { givenPerson } from "../../fixtures/people.ts";
import { listPeople } from "../../../audit/ledgers/directory.ts";
import { newToken } from "../../../audit/ledgers/people-changes.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  await headersOf(database.pool, "dana", "partner-manager");
  await givenPerson(database.pool, "bolt", { personId: "eve", name: "Eve", role: "partner-manager" }, "token-eve");
});
afterAll(() => database.drop());

const openToAll = [
  "GET /livez",
  "GET /readyz",
  "GET /openapi.json",
  "POST /webhooks/hubspot",
  "GET /agree",
  "POST /agree",
  "GET /login/people",
  "POST /login",
];

describe("every route", () => {
  test("asks for a person's token, but for probes, the document and webhooks", async () => {
    const api = apiOn(database.pool);
    const routes = new Set(
      api.routes
        .filter(({ method, path }) => method !== "ALL" && !path.includes("*"))
        .map(({ method, path }) => `${method} ${path}`),
    );
    expect(routes.size).toBeGreaterThanOrEqual(10);
    const asking: string[] = [];
    const closed: string[] = [];
    for (const route of routes) {
      const [method = "", path = ""] = route.split(" ");
      const response = await api.request(path.replace(/:\w+/g, "x"), { method });
      const body = (await response.json()) as { code?: string };
      if (body.code === "not-authenticated") asking.push(route);
      else closed.push(route);
    }
    expect(closed.sort()).toEqual([...openToAll].sort());
    expect(asking.every((route) => route.includes("/v1/"))).toBe(true);
  });

  test.for(["/nowhere", "/v1", "/v1/nowhere", "/livez/", "/livezz", "/openapi.json/x", "/webhooks", "/"])(
    "so does `%s`, which does not exist",
    async (path) => expect((await apiOn(database.pool).request(path)).status).toBe(401),
  );
});

describe("the answer is the same", () => {
  const attempts = [
    ["without a token", undefined],
    ["to an unknown token", "Bearer unknown"],
    ["to another company's token", "Bearer token-eve"],
    ["to an empty token", "Bearer "],
    ["to two words", "Bearer a b"],
    ["to another scheme", "Basic token-dana"],
    ["to a very long token", `Bearer ${"x".repeat(10_000)}`],
  ] as const;
  test.for(attempts)("%s", async ([, authorization]) => {
    const headers: { [name: string]: string } = authorization === undefined ? {} : { authorization };
    const response = await apiOn(database.pool).request("/v1/escalations", { headers });
    expect([response.status, response.headers.get("www-authenticate"), await response.json()]).toEqual([
      401,
      "Bearer",
      {
        type: "urn:mandate:problem:not-authenticated",
        title: "Who asks is not known",
        status: 401,
        code: "not-authenticated",
        detail: "the request carries no token of a person known here",
        fix: expect.any(String) as string,
      },
    ]);
  });
});

test("a known person is let in", async () => {
  const headers = { authorization: "bearer token-dana" };
  expect((await apiOn(database.pool).request("/v1/escalations", { headers })).status).toBe(200);
  expect((await apiOn(database.pool).request("/v1/nowhere", { headers })).status).toBe(404);
});

describe("people", () => {
  test("get a token that is shown once and kept as a digest", async () => {
    const added = await givenPerson(database.pool, "acme", { personId: "rob", name: "Rob", role: "regional-director" });
    if (added.kind !== "added") throw new Error(added.kind);
    expect(added.token).toMatch(/^mdt_[A-Za-z0-9_-]{43}$/);
    const { rows } = await database.pool.query<{ whole: string }>("select p::text as whole from person p");
    expect(rows.some(({ whole }) => whole.includes(added.token))).toBe(false);
    const headers = { authorization: `Bearer ${added.token}` };
    expect((await apiOn(database.pool).request("/v1/escalations", { headers })).status).toBe(200);
  });

  test("are listed per company, without tokens", async () => {
    const listed = await listPeople(database.pool, "bolt", { after: "c", limit: 10 });
    expect(listed).toEqual([
      { personId: "eve", name: "Eve", role: "partner-manager", hasToken: true, revokedAt: null },
    ]);
  });

  test("who are known keep their token and role", async () => {
    const again = await givenPerson(database.pool, "bolt", { personId: "eve", name: "Eve", role: "ceo" }, newToken());
    expect(again).toEqual({ kind: "exists" });
    expect(await listPeople(database.pool, "bolt", { limit: 10 })).toContainEqual(
      expect.objectContaining({ personId: "eve", role: "partner-manager" }),
    );
  });
});

test.for(["/v1/people-changes", "/v1/people-changes/x", "/v1/holds", "/v1/erasures", "/v1/retention"])(
  "what one role may is closed to others: `%s`",
  async (path) => {
    const headers = await headersOf(database.pool, "sol", "solution-engineer");
    const response = await apiOn(database.pool).request(path, { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "wrong-role" });
  },
);
