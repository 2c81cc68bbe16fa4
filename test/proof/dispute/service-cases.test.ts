import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDecideService } from "../../../deciding/service.ts";
import { disputeIn, type FiledDispute } from "../../../proof/dispute/filed.ts";
import { disputePage } from "../../../proof/dispute/page/page.ts";
import { policiesOf } from "../../../deciding/policies.ts";
import { decideApi, goes, request, type DecideApi } from "../../fixtures/decide.ts";
import { filedCase } from "../../fixtures/filed.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";
import { readHtml, textOf } from "./read-html.ts";

let database: TestDatabase;
let api: DecideApi;

beforeAll(async () => {
  database = await testDatabase();
  api = await decideApi(database.pool);
});
afterAll(() => database.drop());

async function disputeOf(decisionId: string, caseId?: string): Promise<FiledDispute> {
  const known = caseId ?? (await api.standing(decisionId)).caseId;
  const told = await disputeIn(await filedCase(database.pool, "acme", known), decisionId);
  if (told === undefined) throw new Error("no dispute");
  return told;
}

const endOf = ({ dispute }: FiledDispute) => dispute.verdict.end.map(({ text }) => text).join(" ");

describe("a decision of the decide service, under a policy that has nothing to do with partners", () => {
  test("that executed and was reported is told in the caller's words and the policy's own units", async () => {
    const { body } = await api.ask(request(goes, { action: { name: "ship", args: { boxes: 3 } } }));
    await api.report(body.decisionId, { state: "done", externalRef: "W-9" });
    const told = await disputeOf(body.decisionId);
    expect(told.dispute.asked).toMatchObject({ sentence: "sam asks for ship of S-1", by: "sam" });
    expect(told.dispute.asked.args).toContainEqual({ name: "boxes", text: "3" });
    expect(told.dispute.facts.rows.map(({ title, text }) => [title, text])).toContainEqual([
      "Declared worth",
      "120.00 USD",
    ]);
    expect(told.dispute.facts.readings[0]).toMatchObject({ source: "decide-service", ref: "sam/S-1" });
    expect([endOf(told), told.fault]).toEqual(["It was done: W-9.", ""]);
    const text = textOf(readHtml(disputePage(told.dispute)));
    expect(text).toContain("Another system asked through the decide service: no model was asked.");
    expect(text).toContain("Compliance does not review what another system asks");
    expect(text).toContain("The caller took up its permit and acted itself; Mandate keeps what it reported.");
  });

  test("that people approved tells both gates", async () => {
    const { body } = await api.ask(request({ ...goes, hours: 60 }));
    await api.verdict(body.escalationId, "approve");
    const again = await api.regate(body.decisionId);
    const told = await disputeOf(body.decisionId);
    expect(told.dispute.verdict.gates.map(({ decisionId, disputed }) => [decisionId, disputed])).toEqual([
      [body.decisionId, true],
      [again.body.decisionId, false],
    ]);
    expect(endOf(told)).toBe(
      "Approved by lea, as lab-lead. It was permitted; nothing done under the permit is recorded.",
    );
  });

  test("that waits says for whom and until when", async () => {
    const { body } = await api.ask(request({ ...goes, hours: 61 }));
    expect(endOf(await disputeOf(body.decisionId))).toMatch(/^It waits for whoever is lab-lead, until /);
  });

  test("that was blocked tells what would have let it go to people", async () => {
    const { body } = await api.ask(request({ ...goes, hours: 201 }));
    const { dispute } = await disputeOf(body.decisionId);
    expect(dispute.ways.map(({ verdict, changes }) => [verdict, changes[0]?.wanted])).toEqual([
      ["execute", "hours ≤ 48"],
      ["escalate", "48 < hours ≤ 200"],
    ]);
  });
});

test("a decision for want of a policy says so, with the facts as they were given", async () => {
  const service = createDecideService({
    pool: database.pool,
    company: "acme",
    policies: policiesOf({}),
    alarm: () => {},
    now: () => new Date().toISOString(),
  });
  const asked = {
    caller: "sam",
    key: "k",
    policy: "crm-note",
    facts: { tellsDecision: true },
    action: null,
    ref: "S-9",
    requestedBy: "sam",
  };
  const answer = await service.decide(asked);
  if (answer.kind !== "decided") throw new Error(answer.kind);
  const step = await service.read(answer.decision.decisionId);
  const { dispute, fault } = await disputeOf(answer.decision.decisionId, step?.caseId);
  expect([dispute.verdict.verdict, dispute.verdict.check.text, fault]).toEqual([
    "escalate",
    "It could not be taken again when this page was made: no policy `crm-note` was in force.",
    "",
  ]);
  expect(dispute.verdict.reason).toContain("no release holds a policy `crm-note`");
  const title = "the note says what the ledger says was decided";
  expect(dispute.facts.rows).toEqual([{ name: "tellsDecision", title, text: "yes", note: "" }]);
  expect(textOf(readHtml(disputePage(dispute)))).toContain("No policy was in force, so there were no rules");
});
