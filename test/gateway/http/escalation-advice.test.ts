import { afterAll, beforeAll, expect, test } from "vitest";
import type { EscalationShown } from "../../../gateway/http/escalations.ts";
import { apiOn } from "../../fixtures/api.ts";
import { decideApi, request, type DecideApi } from "../../fixtures/decide.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
let api: DecideApi;
beforeAll(async () => {
  database = await testDatabase();
  api = await decideApi(database.pool);
});
afterAll(() => database.drop());

async function asked(hours: number): Promise<string> {
  const { body } = await api.ask(request({ hours, worth: 120_00, isCleared: true }, { ref: `S-${hours}` }));
  if (body.escalationId === null) throw new Error("nobody was asked");
  return body.escalationId;
}

async function shownBy(escalationId: string): Promise<EscalationShown> {
  const shown = await apiOn(database.pool, { undoMs: 10_000 }).request(`/v1/escalations/${escalationId}`, {
    headers: api.lea,
  });
  return (await shown.json()) as EscalationShown;
}

async function adviceOn(escalationId: string): Promise<EscalationShown["advice"]> {
  return (await shownBy(escalationId)).advice;
}

test("a question is shown with what people answered when the same rules asked, as of its opening", async () => {
  const first = await asked(60);
  expect(await adviceOn(first)).toMatchObject({
    answer: null,
    reasons: ["These rules have asked nobody before."],
    findings: [],
    precedents: [],
  });
  await api.verdict(first, "approve");
  for (const hours of [61, 62, 63, 64]) await api.verdict(await asked(hours), "approve");
  await api.verdict(await asked(190), "reject");
  const now = await asked(65);
  const advice = await adviceOn(now);
  expect(advice).toMatchObject({ agreement: { approved: 5, rejected: 1, of: 6 }, answer: null });
  expect(advice?.reasons[0]).toBe("People agreed 5 of 6 times that these rules asked.");
  expect(advice?.precedents.map(({ text, answer }) => [text, answer])).toEqual([
    ["hours 64", "approved"],
    ["hours 63", "approved"],
    ["hours 62", "approved"],
    ["hours 61", "approved"],
    ["hours 60", "approved"],
  ]);
  expect(advice?.findings).toMatchObject([
    {
      code: "precedents",
      statement: "Of the 5 nearest that the same rules asked about people approved 5 and rejected 0",
      points: "approve",
      audience: "us",
      provenance: "derived",
    },
  ]);
  for (const hours of [66, 67]) await api.verdict(await asked(hours), "approve");
  // What came after it was opened changes nothing of what was shown.
  expect(await adviceOn(now)).toEqual(advice);
  expect(await adviceOn(await asked(68))).toMatchObject({ answer: "approve", agreement: { approved: 7, of: 8 } });
});

test("a question comes with the one card, whose parts are the decision's own, and what is not there is named", async () => {
  const escalationId = await asked(59);
  const { card, silence } = await shownBy(escalationId);
  expect(card).toMatchObject({
    escalationId,
    ruler: { fact: "hours", at: { value: 59, text: "59" } },
    evidence: {
      rows: [
        { fact: "hours", value: "59", from: "requester", observedAt: expect.any(String), freshness: "fresh" },
        { fact: "worth" },
        { fact: "isCleared" },
      ],
      more: 0,
    },
    recommendation: { answer: "approve" },
    reversible: { takenBackBy: null, undoMs: 10_000 },
  });
  expect(card.ruler?.bands.map(({ verdict }) => verdict)).toContain("escalate");
  expect(card.why.rules[0]?.tree[0]).toMatchObject({ depth: 0, truth: "true", read: "59" });
  expect(card.silence).toEqual(silence);
  expect(silence.at(-1)).toMatchObject({ outcome: "expires", role: null });
  expect(card.absent.map(({ part }) => part)).toEqual(["customer", "product", "money", "reply"]);
  await api.verdict(escalationId, "reject");
});
