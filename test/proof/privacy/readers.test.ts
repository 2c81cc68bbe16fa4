import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decideApi, request, type DecideApi } from "../../fixtures/decide.ts";
import { apiOn, headersOf } from "../../fixtures/api.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { eraseSubject } from "./erased.ts";
import { plantCase, tablesWith, type Planted } from "./planted.ts";

let database: TestDatabase;
let service: DecideApi;
let dana: { [name: string]: string };
const cases: { [ending: string]: Planted } = {};
let asked: { decisionId: string; caseId: string };

beforeAll(async () => {
  database = await testDatabase();
  dana = await headersOf(database.pool, "dana", "partner-manager");
  service = await decideApi(database.pool);
  for (const ending of ["executed", "approved", "rejected"] as const) {
    cases[ending] = await plantCase(database.pool, ending, ending, { canary: "reader-words" });
  }
  const action = { name: "ship-reader-words", args: { to: "reader-words" } };
  const { body } = await service.ask(request(undefined, { ref: "reader-words", action }));
  const { caseId } = await service.standing(body.decisionId);
  asked = { decisionId: body.decisionId, caseId };
  await service.send(
    `/v1/decisions/${body.decisionId}/outcome`,
    { state: "done", externalRef: "reader-words" },
    service.sam,
  );
  for (const { caseId: each } of [...Object.values(cases), asked]) await eraseSubject(database.pool, `case:${each}`);
});
afterAll(() => database.drop());

async function read(path: string, status = 200): Promise<{ [name: string]: unknown }> {
  const response = await apiOn(database.pool).request(path, { headers: dana });
  expect([path, response.status]).toEqual([path, status]);
  const text = await response.text();
  expect(text).not.toContain("reader-words");
  return JSON.parse(text) as { [name: string]: unknown };
}

const decisionOf = async (caseId: string) => {
  const { rows } = await database.pool.query<{ id: string }>(
    "select decision_id as id from decision where case_id = $1 order by gate",
    [caseId],
  );
  return rows[0]?.id ?? "";
};

describe("after an erasure", () => {
  test("no table holds a word of it", async () => {
    expect(await tablesWith(database.pool, "reader-words")).toEqual([]);
  });

  test("the list of events still says what became of each", async () => {
    const { events } = (await read("/v1/events?since=2020-01-01T00:00:00Z")) as {
      events: { [name: string]: unknown }[];
    };
    const ofCase = (ending: string) => events.find(({ caseId }) => caseId === cases[ending]?.caseId);
    expect(ofCase("executed")).toMatchObject({
      outcome: "executed",
      decision: { verdict: "execute", reason: "erased" },
    });
    expect(ofCase("rejected")).toMatchObject({
      outcome: "rejected",
      decision: { rules: [{ id: "band", reason: "erased" }] },
    });
  });

  test("escalations are listed and shown, with who answered by their random name", async () => {
    const { escalations } = (await read("/v1/escalations?state=executed")) as {
      escalations: { escalationId: string }[];
    };
    expect(escalations).toHaveLength(1);
    const shown = await read(`/v1/escalations/${escalations[0]?.escalationId}`);
    expect(shown).toMatchObject({
      state: "executed",
      reason: "erased",
      reasoning: "erased",
      facts: {},
      action: { tool: "quotes.approve-discount", args: { erased: true } },
      requestedBy: expect.stringMatching(/^sub_/) as string,
      verdict: { verdict: "approve", reason: "erased", personId: expect.stringMatching(/^sub_/) as string },
    });
  });

  test("a request to the decide service still says where it stands, and nobody reports on it any more", async () => {
    expect(await read(`/v1/decisions/${asked.decisionId}`)).toMatchObject({
      state: "done",
      ref: "erased",
      action: { name: "erased", args: {} },
      outcome: { externalRef: "erased", detail: null },
      decision: { verdict: "execute", reason: "erased", limits: [] },
    });
    const again = await service.send(`/v1/decisions/${asked.decisionId}/outcome`, { state: "done" }, service.sam);
    expect(again).toMatchObject({ status: 403, body: { code: "not-your-decision" } });
  });

  test("records, explanation, history and reports answer", async () => {
    const caseId = cases["approved"]?.caseId ?? "";
    expect(await read(`/v1/cases/${caseId}/records`)).toMatchObject({ intact: true });
    expect(await read(`/v1/cases/${asked.caseId}/records`)).toMatchObject({ intact: true });
    expect(await read(`/v1/decisions/${await decisionOf(caseId)}/explanation`)).toMatchObject({ verdict: "escalate" });
    expect(await read(`/v1/decisions/${asked.decisionId}/explanation`)).toMatchObject({ verdict: "execute" });
    for (const policy of ["quoting", "shipping"]) {
      await read(`/v1/decisions/history?policy=${policy}`);
      await read(`/v1/policies/${policy}/shadow-report?since=2020-01-01T00:00:00Z`);
      await read(`/v1/policies/${policy}/answers?since=2020-01-01T00:00:00Z`);
    }
    await read("/v1/approvers?since=2020-01-01T00:00:00Z");
  });
});
