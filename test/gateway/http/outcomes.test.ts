import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STOPPED } from "../../../domain/control.ts";
import { givenControl } from "../../fixtures/controls.ts";
import { decideApi, goes, request, type DecideApi } from "../../fixtures/decide.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let api: DecideApi;
beforeAll(async () => {
  database = await testDatabase();
  api = await decideApi(database.pool);
});
afterAll(() => database.drop());

describe("an outcome", () => {
  const permitted = async () => (await api.ask(request())).body.decisionId;

  test("is recorded once, as an intent with its receipt", async () => {
    const id = await permitted();
    expect(await api.report(id, { state: "done", externalRef: "W-9" })).toEqual({
      status: 200,
      body: { decisionId: id, state: "done" },
    });
    expect((await api.report(id, { state: "done", externalRef: "W-9" })).status).toBe(200);
    expect(await api.recordsOf(id)).toEqual(["proposal", "decision", "intent", "receipt"]);
    expect(await api.standing(id)).toMatchObject({ state: "done", outcome: { externalRef: "W-9" } });
  });

  test.for<object>([
    { state: "done", externalRef: "W-8" },
    { state: "failed", detail: "no truck" },
  ])("that differs from the one reported is a conflict", async (other) => {
    const id = await permitted();
    await api.report(id, { state: "done", externalRef: "W-9" });
    expect(await api.report(id, other)).toMatchObject({ status: 409, body: { code: "already-settled" } });
    expect(await api.recordsOf(id)).toHaveLength(4);
  });

  test("of two at once one is kept", async () => {
    const id = await permitted();
    const both = [{ state: "done" }, { state: "failed", detail: "no truck" }].map((outcome) => api.report(id, outcome));
    expect((await Promise.all(both)).map(({ status }) => String(status)).toSorted()).toEqual(["200", "409"]);
    expect(await api.recordsOf(id)).toHaveLength(4);
  });

  test("needs a permit, the caller that has it, and a function that is not stopped", async () => {
    const blocked = (await api.ask(request({ ...goes, isCleared: false }))).body.decisionId;
    expect((await api.report(blocked, { state: "done" })).body.code).toBe("no-permit");
    const id = await permitted();
    expect((await api.report(id, { state: "done" }, api.lea)).body.code).toBe("not-your-decision");
    await givenControl(database.pool, "switch/function/shipping", STOPPED);
    expect((await api.report(id, { state: "done" })).body.code).toBe("function-stopped");
    expect((await api.ask(request())).body.code).toBe("function-stopped");
    expect((await api.ask(request({ ...goes, hours: 49 }))).body.verdict).toBe("escalate");
    await givenControl(database.pool, "switch/function/shipping", null);
    expect((await api.report(id, { state: "failed", detail: "no truck" })).status).toBe(200);
  });
});
