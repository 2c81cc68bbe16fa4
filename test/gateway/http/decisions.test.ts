import { randomUUID } from "node:crypto";
import { wallTime } from "../../../db/company-clock.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functions } from "../../../functions/index.ts";
import { readEscalation } from "../../../gateway/http/escalations.ts";
import { decideApi, goes, request, type DecideApi } from "../../fixtures/decide.ts";
import { shippingPolicy } from "../../fixtures/foreign-policy.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let api: DecideApi;
beforeAll(async () => {
  database = await testDatabase();
  api = await decideApi(database.pool);
});
afterAll(() => database.drop());

describe("a decision", () => {
  test("within the mandate executes: every rule with its values, and a permit bound to the action", async () => {
    const { status, body } = await api.ask(request());
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        decisionId: expect.stringMatching(/^dec_[0-9a-f]{20}$/),
        verdict: "execute",
        reason: "48 hours is within 48",
        rules: [
          {
            id: "short-road",
            effect: "execute",
            reason: "48 hours is within 48",
            values: { hours: 48, isCleared: true, most_hours: 48 },
          },
        ],
        missing: [],
        route: null,
        escalationId: null,
        obligations: [],
        limits: [],
        policy: { id: "shipping", version: shippingPolicy().version },
        release: "",
        again: null,
        mode: "led",
        permit: { permitId: expect.stringMatching(/^prm_/), actionDigest: expect.stringMatching(/^[0-9a-f]{64}$/) },
        decidedAt: expect.any(String),
      },
    });
    expect(await api.recordsOf(body.decisionId)).toEqual(["proposal", "decision"]);
  });

  test.for<[string, object, string, string[]]>([
    ["an hour over the limit", { ...goes, hours: 49 }, "escalate", []],
    ["a fact left out", { hours: 48, isCleared: true }, "escalate", ["worth"]],
    ["not cleared", { ...goes, isCleared: false }, "block", []],
    ["not cleared, and hours not known", { worth: 1, isCleared: false }, "block", []],
  ])("%s: no permit", async ([, facts, expected, missing]) => {
    const { body } = await api.ask(request(facts));
    expect([body.verdict, body.permit, body.missing]).toEqual([expected, null, missing]);
  });

  test.for(["quoting", "renewals.price"])("by `%s`, which is not in force, goes to people", async (policy) => {
    const { body } = await api.ask(request({ partner: "p-1" }, { policy }));
    const reason = expect.stringContaining(`no release holds a policy \`${policy}\``);
    const route = { levels: [{ role: "ops-engineer" }] };
    expect(body).toMatchObject({ verdict: "escalate", permit: null, reason, route });
  });

  test("is a case of no function", () => {
    expect(Object.keys(functions)).not.toContain("decisions");
  });
});

describe("an idempotency key", () => {
  test("has one answer: the same request again reads it, and nothing more is recorded", async () => {
    const key = randomUUID();
    const first = await api.ask(request(), { key });
    expect(await api.ask({ ref: "S-1", facts: { ...goes }, policy: "shipping" }, { key: `"${key}"` })).toEqual(first);
    expect(await api.recordsOf(first.body.decisionId)).toHaveLength(2);
  });

  test.for<[string, object]>([
    ["facts", request({ ...goes, hours: 1 })],
    ["an id of the object", request(goes, { ref: "S-2" })],
    ["an action", request(goes, { action: { name: "ship", args: {} } })],
  ])("with other %s is a conflict, and decides nothing", async ([, other]) => {
    const key = randomUUID();
    const first = await api.ask(request(), { key });
    expect(await api.ask(other, { key })).toMatchObject({ status: 409, body: { code: "idempotency-key-reused" } });
    expect((await api.standing(first.body.decisionId)).decision).toEqual(first.body);
  });

  test("sent many times at once decides once", async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.ask(request(), { key })));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await api.recordsOf(answers[0]?.body.decisionId ?? "")).toHaveLength(2);
  });

  test("is its caller's own", async () => {
    const key = randomUUID();
    const [mine, theirs] = [
      await api.ask(request(), { key }),
      await api.ask(request({ hours: 1 }), { key, who: api.lea }),
    ];
    expect([theirs.status, theirs.body.decisionId === mine.body.decisionId]).toEqual([200, false]);
  });

  test("is asked for", async () => {
    expect(await api.send("/v1/decisions", request(), api.sam)).toMatchObject({
      status: 400,
      body: { code: "validation" },
    });
  });
});

describe("a request is refused, and nothing is recorded, when", () => {
  test.for<[string, object, string]>([
    ["a field is unknown", request(goes, { fact: {} }), ""],
    ["the policy's id is no id", request(goes, { policy: "../x" }), "/policy"],
    ["an argument is a fraction", request(goes, { action: { name: "ship", args: { kg: 0.5 } } }), "/action/args"],
    [
      "it names a tool that only our cases run",
      request(goes, { action: { name: "a", args: {}, tool: "quotes.approve-discount" } }),
      "/action/tool",
    ],
  ])("%s", async ([, body, pointer]) => {
    const answer = await api.ask(body);
    expect([answer.status, answer.body]).toMatchObject([400, { code: "validation", errors: [{ pointer }] }]);
  });

  test("a person asks in somebody else's name; a system may", async () => {
    const inOthersName = request({ ...goes, hours: 49 }, { requestedBy: "lea" });
    expect(await api.ask(inOthersName)).toMatchObject({ status: 403, body: { code: "not-your-request" } });
    const { body } = await api.ask(inOthersName, { who: api.cpq });
    expect(await api.verdict(body.escalationId, "approve")).toMatchObject({
      status: 403,
      body: { code: "own-request" },
    });
  });

  test("nobody known asks", async () => {
    expect((await api.ask(request(), { who: { "content-type": "application/json" } })).status).toBe(401);
  });
});

describe("an escalation", () => {
  const asked = async () => (await api.ask(request({ ...goes, hours: 49 }))).body;

  test("waits for people; after they approve the next gate gives the permit, once and for all", async () => {
    const { decisionId, escalationId } = await asked();
    expect(await api.standing(decisionId)).toMatchObject({
      state: "waiting",
      waitingFor: { escalationId, role: "lab-lead" },
    });
    expect(await api.regate(decisionId)).toMatchObject({ status: 409, body: { code: "not-answered" } });
    expect(await api.verdict(escalationId, "approve")).toMatchObject({ status: 200 });
    expect((await api.standing(decisionId)).state).toBe("approved");
    const again = await api.regate(decisionId);
    expect(again).toMatchObject({
      status: 200,
      body: { verdict: "escalate", permit: { permitId: expect.any(String) } },
    });
    expect(again.body.escalationId).toBeNull();
    expect(await api.regate(decisionId)).toEqual(again);
    expect(await api.recordsOf(decisionId)).toEqual(["proposal", "decision", "escalation", "approval", "decision"]);
    expect((await api.standing(decisionId)).state).toBe("permitted");
  });

  test("shows people its facts in the units that its own policy declares", async () => {
    const { escalationId } = await asked();
    expect((await readEscalation(database.pool, "acme", escalationId ?? "", wallTime()))?.shownFacts).toEqual({
      hours: "49",
      worth: "120.00 USD",
      isCleared: "yes",
    });
  });

  test("that people reject never passes", async () => {
    const { decisionId, escalationId } = await asked();
    await api.verdict(escalationId, "reject");
    expect(await api.regate(decisionId)).toMatchObject({ status: 409, body: { code: "not-approved" } });
    expect((await api.standing(decisionId)).state).toBe("rejected");
  });

  test("approved under a policy that changed since is asked again: the approval was for another action", async () => {
    const { decisionId, escalationId } = await asked();
    await api.verdict(escalationId, "approve");
    api.putInForce(shippingPolicy(47));
    const again = (await api.regate(decisionId)).body;
    api.putInForce(shippingPolicy());
    expect(again).toMatchObject({ verdict: "escalate", permit: null });
    expect(again.escalationId).not.toBe(escalationId);
    expect((await api.standing(decisionId)).state).toBe("waiting");
  });

  test("approved under a policy that would block it by now is blocked", async () => {
    const { decisionId, escalationId } = await asked();
    await api.verdict(escalationId, "approve");
    api.putInForce(shippingPolicy(48, 48));
    const again = (await api.regate(decisionId)).body;
    api.putInForce(shippingPolicy());
    expect(again).toMatchObject({ verdict: "block", permit: null, escalationId: null });
    expect([(await api.regate(decisionId)).body, (await api.standing(decisionId)).state]).toEqual([again, "blocked"]);
  });

  test("is taken on by the caller that asked, and by nobody else", async () => {
    const { decisionId, escalationId } = await asked();
    await api.verdict(escalationId, "approve");
    expect((await api.regate(decisionId, api.lea)).body.code).toBe("not-your-decision");
  });

  test("of a request that is no decision is not found", async () => {
    expect((await api.regate("dec_none")).status).toBe(404);
  });
});
