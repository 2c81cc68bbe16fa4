import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EscalationShown } from "../../../gateway/http/escalations.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { givenEscalation } from "../../fixtures/asked.ts";
import { DIGEST } from "../../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
const headers: { [person: string]: { [name: string]: string } } = {};
let pokes = 0;
beforeAll(async () => {
  database = await testDatabase();
  for (const person of ["dana", "erin", "sam"]) {
    headers[person] = await headersOf(database.pool, person, "partner-manager");
  }
});
afterAll(() => database.drop());

type Given = { readonly as?: string; readonly version?: string };

async function post(path: string, body: unknown, { as = "dana", version }: Given = {}) {
  const api = apiOn(database.pool, { onMove: () => void (pokes += 1), undoMs: 60_000 });
  const sent = { ...headers[as], ...(version !== undefined && { "if-match": version }) };
  const response = await api.request(path, { method: "POST", headers: sent, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as { [field: string]: unknown } };
}

async function shown(escalationId: string) {
  const response = await apiOn(database.pool).request(`/v1/escalations/${escalationId}`, {
    headers: headers["dana"] ?? {},
  });
  return { etag: response.headers.get("etag"), view: (await response.json()) as EscalationShown };
}

const approval = { actionDigest: DIGEST, reason: "seen the deal" };

describe("a question is moved by who may, and its case is woken", () => {
  test("asked back, answered, approved, undone and approved again, and all of it is shown", async () => {
    const { escalationId } = await givenEscalation(database.pool, "a course");
    const path = `/v1/escalations/${escalationId}`;
    const before = pokes;
    expect(await post(`${path}/ask`, { question: "Who competes?" })).toEqual({
      status: 200,
      body: { escalationId, state: "info-requested", version: 2 },
    });
    expect(pokes).toBe(before + 1);
    expect((await post(`${path}/answer`, { answer: "Globex" }, { as: "sam" })).body).toMatchObject({ state: "open" });
    const committing = await post(`${path}/approve`, approval);
    expect(committing.body).toMatchObject({ state: "committing", missing: 0, undoUntil: expect.any(String) as string });
    expect((await post(`${path}/undo`, { reason: "wrong deal" })).body).toMatchObject({ state: "open", version: 5 });
    await post(`${path}/approve`, approval);
    const { etag, view } = await shown(escalationId);
    expect([etag, view.state, view.version]).toEqual(['"6"', "committing", 6]);
    expect(view.moves.map(({ move, personId, words }) => [move, personId, words])).toEqual([
      ["ask", "dana", "Who competes?"],
      ["answer", "sam", "Globex"],
      ["undo", "dana", "wrong deal"],
    ]);
    expect(view.approvals.map(({ undoneAt }) => undoneAt === null)).toEqual([false, true]);
  });

  test("taken, left to somebody and put off, which the list shows too", async () => {
    const { escalationId } = await givenEscalation(database.pool, "kept");
    const path = `/v1/escalations/${escalationId}`;
    expect((await post(`${path}/take`, {})).status).toBe(200);
    expect((await post(`${path}/delegate`, { to: "erin", reason: "hers" })).status).toBe(200);
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await post(`${path}/hold`, { until: soon })).status).toBe(200);
    expect((await shown(escalationId)).view).toMatchObject({ assignee: "erin", heldUntil: soon, version: 4 });
  });

  test("taken back by who asked it", async () => {
    const { escalationId } = await givenEscalation(database.pool, "taken back");
    const path = `/v1/escalations/${escalationId}/withdraw`;
    expect(await post(path, { reason: "not ours" })).toMatchObject({ status: 403, body: { code: "not-requester" } });
    expect((await post(path, { reason: "gone" }, { as: "sam" })).body).toMatchObject({ state: "withdrawn" });
  });
});

describe("a move is refused", () => {
  test("of another version than the one that stands, by 412", async () => {
    const { escalationId } = await givenEscalation(database.pool, "versions");
    const path = `/v1/escalations/${escalationId}`;
    expect((await post(`${path}/take`, {}, { version: '"1"' })).status).toBe(200);
    for (const [move, body] of [
      ["take", {}],
      ["approve", approval],
    ] as const) {
      const late = await post(`${path}/${move}`, body, { version: '"1"', as: "erin" });
      expect(late).toMatchObject({ status: 412, body: { code: "changed-since", fix: expect.any(String) as string } });
    }
    expect((await post(`${path}/approve`, approval, { version: "2" })).status).toBe(200);
  });

  test.for([
    ["ask", {}, "/question"],
    ["ask", { question: " " }, "/question"],
    ["ask", { question: "why", waitHours: 400 }, "/waitHours"],
    ["answer", { answer: "" }, "/answer"],
    ["delegate", { to: "erin" }, "/reason"],
    ["hold", { until: "tomorrow" }, "/until"],
    ["undo", { reason: "" }, "/reason"],
    ["withdraw", {}, "/reason"],
  ] as const)("%s with %o, by 400 that points at %s", async ([move, body, pointer]) => {
    const { escalationId } = await givenEscalation(database.pool, `${move} ${JSON.stringify(body)}`);
    const refused = await post(`/v1/escalations/${escalationId}/${move}`, body);
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  test("with an If-Match that is no version", async () => {
    const { escalationId } = await givenEscalation(database.pool, "no version");
    const refused = await post(`/v1/escalations/${escalationId}/take`, {}, { version: "W/abc" });
    expect(refused).toMatchObject({ status: 400 });
  });
});

test("who asked is told what is asked back of them, and nobody else is", async () => {
  const { escalationId } = await givenEscalation(database.pool, "notices", { requesterId: "sam" });
  await post(`/v1/escalations/${escalationId}/ask`, { question: "Who competes?" });
  const notices = async (as: string) => {
    const response = await apiOn(database.pool).request("/v1/notices", { headers: headers[as] ?? {} });
    return ((await response.json()) as { notices: { escalationId: string; what: string }[] }).notices;
  };
  const mine = (await notices("sam")).filter((notice) => notice.escalationId === escalationId);
  expect(mine).toEqual([expect.objectContaining({ what: "asked-back" })]);
  expect(await notices("dana")).toEqual([]);
});
