import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecords } from "../../../audit/records.ts";
import { tellStory } from "../../../audit/story.ts";
import { decideApi, goes, request, type DecideApi } from "../../fixtures/decide.ts";
import { shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let api: DecideApi;
beforeAll(async () => {
  database = await testDatabase();
  api = await decideApi(database.pool);
  api.putInForce(
    shippingPolicy(
      48,
      200,
      "limits:\n  - { id: in-all, sum: hours, per: [], window: ever, cap: 1000, over: escalate }\n",
    ),
  );
});
afterAll(() => database.drop());

const asked = async () => (await api.ask(request({ ...goes, hours: 49 }))).body;
const withdraw = (id: string, who = api.sam) => api.send(`/v1/decisions/${id}/withdraw`, {}, who);

async function reserved(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>("select coalesce(sum(reserved), 0)::int as n from account");
  return rows[0]?.n ?? 0;
}

describe("a question that its caller withdraws", () => {
  test("closes as withdrawn, is recorded, and gives back what it held of limits", async () => {
    const before = await reserved();
    const { decisionId } = await asked();
    expect(await reserved()).toBe(before + 49);
    expect(await withdraw(decisionId)).toMatchObject({ status: 200, body: { state: "withdrawn", waitingFor: null } });
    expect(await reserved()).toBe(before);
    expect(await api.recordsOf(decisionId)).toEqual(["proposal", "decision", "escalation", "escalation"]);
    const { caseId } = await api.standing(decisionId);
    const { records } = await readRecords(database.pool, "acme", caseId);
    expect(tellStory(records).at(-1)).toMatchObject({
      text: expect.stringContaining("closes the question: who asked it withdrew it"),
    });
  });

  test("has the same answer again", async () => {
    const { decisionId } = await asked();
    const first = await withdraw(decisionId);
    expect(await withdraw(decisionId)).toEqual(first);
    expect(await api.recordsOf(decisionId)).toHaveLength(4);
  });

  test("can be answered and regated no more", async () => {
    const { decisionId, escalationId } = await asked();
    await withdraw(decisionId);
    expect(await api.verdict(escalationId, "approve")).toMatchObject({ status: 409, body: { code: "superseded" } });
    expect(await api.regate(decisionId)).toMatchObject({ status: 409, body: { code: "not-approved" } });
  });

  test("is told from one that somebody answered first: of the two one counts", async () => {
    const { decisionId, escalationId } = await asked();
    const [verdict, withdrawn] = await Promise.all([api.verdict(escalationId, "approve"), withdraw(decisionId)]);
    const { state } = await api.standing(decisionId);
    expect([verdict.status, withdrawn.status, state]).toEqual(
      state === "approved" ? [200, 409, "approved"] : [409, 200, "withdrawn"],
    );
  });
});

describe("nothing is withdrawn", () => {
  test("by another caller, who may answer it", async () => {
    const { decisionId } = await asked();
    expect((await withdraw(decisionId, api.lea)).body.code).toBe("not-your-decision");
    expect((await api.standing(decisionId)).state).toBe("waiting");
  });

  test("that people have answered", async () => {
    const { decisionId, escalationId } = await asked();
    await api.verdict(escalationId, "approve");
    expect(await withdraw(decisionId)).toMatchObject({ status: 409, body: { code: "already-decided" } });
  });

  test("that nobody was asked", async () => {
    const { decisionId } = (await api.ask(request())).body;
    expect(await withdraw(decisionId)).toMatchObject({ status: 409, body: { code: "nobody-asked" } });
  });

  test("that is no decision", async () => {
    expect((await withdraw("dec_none")).status).toBe(404);
  });
});
