import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DecisionToday } from "../../../gateway/http/decision-today.ts";
import type { DecisionHistory, ExplanationView } from "../../../gateway/http/history.ts";
import { givenPerson } from "../../fixtures/people.ts";
import { createDecider } from "../../../deciding/decider.ts";
import { policiesOf, versioned, versionedDocument } from "../../../deciding/policies.ts";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import type { DecisionDraft } from "../../../audit/ledgers/decisions.ts";
import { openEscalation } from "../../../audit/ledgers/escalations.ts";
import type { Mode } from "../../../domain/decision-details.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Review } from "../../../domain/proposal.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { PastDecisionLine } from "../../../guardrails/simulate/past-decision.ts";
import { simulate } from "../../../guardrails/simulate/simulate.ts";
import { apiOn } from "../../fixtures/api.ts";
import { detailsFixture } from "../../fixtures/details.ts";
import { AT, DIGEST, givenDecision, givenProposal, route, stepNames } from "../../fixtures/ledger.ts";
import { quarterLimit } from "../../fixtures/limits.ts";
import { policyOf } from "../../fixtures/policy.ts";
import { quoteFacts } from "../../../functions/quoting/fixture.ts";
import { givenRelease, LOOSER, quotingBundle } from "../../fixtures/release.ts";
import { taken } from "../../fixtures/taken-decision.ts";
import { testDatabase, type TestDatabase } from "../../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** Decisions cannot be removed, so each test has a company of its own. */
let company = "";
let companies = 0;
beforeEach(async () => {
  companies += 1;
  company = `company-${companies}`;
  const person = { personId: "dana", name: "Dana", role: "partner-manager" };
  await givenPerson(database.pool, company, person, `token-${company}`);
});

const quoting = policyOf("quoting");
const { version, document } = versioned(quoting);

/** The shipped policy with another limit of what agents decide alone. */
function quotingUpTo(autoMaxPpm: number): Policy {
  const params = quoting.params.map((param) => (param.name === "auto_max" ? { ...param, value: autoMaxPpm } : param));
  return { ...quoting, params };
}

const get = async (path: string) => {
  const headers = { authorization: `Bearer token-${company}` };
  const response = await apiOn(database.pool, { company }).request(path, { headers });
  return { status: response.status, body: (await response.json()) as unknown };
};
const historyOf = async (query = "policy=quoting") => {
  const { status, body } = await get(`/v1/decisions/history?${query}`);
  expect(status).toBe(200);
  return body as DecisionHistory;
};
const explanationOf = async (id: string) => get(`/v1/decisions/${encodeURIComponent(id)}/explanation`);

/** A decision of the shipped policy in the ledgers. */
async function decided(step: string, facts: JsonObject = {}, changed: Partial<DecisionDraft> = {}) {
  const { verdict, reason, rules, missing, facts: given } = await taken(quoting, quoteFacts(facts));
  const names = stepNames(step, company);
  const draft = { verdict, reason, rules, missing, facts: given, policy: { id: "quoting", version } };
  const escalating = verdict === "escalate" ? { route } : {};
  const { decisionId } = await givenDecision(database.pool, names, {
    ...draft,
    ...escalating,
    policyDocument: document,
    ...changed,
  });
  return { ...names, decisionId };
}

async function asked(step: string, verdict?: "approve" | "reject") {
  const made = await decided(step, { effectiveDiscount: 160_000 });
  const opening = { actionDigest: DIGEST, requestedBy: "sam", route, reason: "over", at: new Date().toISOString() };
  const { escalationId } = await openEscalation(database.pool, { ...made, ...opening });
  const by = { company, escalationId, personId: "dana", role: "partner-manager", reason: "seen" };
  if (verdict !== undefined)
    await giveVerdict(database.pool, { at: new Date().toISOString(), ...by, verdict, actionDigest: DIGEST });
  return { ...made, escalationId };
}

describe("the history of a policy", () => {
  test("holds what replaying a decision needs, and nobody who answered", async () => {
    const { decisionId, caseId, escalationId } = await asked("1", "reject");
    const { decisions, next } = await historyOf();
    expect({ decisions, next }).toEqual({
      next: null,
      decisions: [
        {
          decisionId,
          caseId,
          at: "2026-01-05T09:00:00.000Z",
          policy: { id: "quoting", version },
          verdict: "escalate",
          byRules: "escalate",
          rules: ["manager-band"],
          review: null,
          mode: "led",
          facts: quoteFacts({ effectiveDiscount: 160_000 }),
          missing: [],
          limits: [],
          escalation: { escalationId, state: "rejected" },
        },
      ],
    });
    expect(JSON.stringify(decisions)).not.toContain("dana");
  });

  test("is a history file's lines as it stands, and simulates", async () => {
    await asked("1", "reject");
    await asked("2");
    const decisions = (await historyOf()).decisions.map((line) => PastDecisionLine.parse(line));
    const simulation = simulate(quotingUpTo(180_000), decisions as Parameters<typeof simulate>[1]);
    expect(simulation).toMatchObject({ loosening: { count: 2 }, contradictions: [{}], pending: [{}] });
  });

  test("comes in pages that together hold every decision once, in order, equal times included", async () => {
    const times = [
      "2026-01-05T09:00:00.000Z",
      "2026-01-05T09:00:00.000Z",
      "2026-01-05T09:00:00.000Z",
      "2026-01-06T00:00:00Z",
    ];
    const ids: string[] = [];
    for (const [index, at] of times.entries()) ids.push((await decided(String(index), {}, { at })).decisionId);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: DecisionHistory = await historyOf(`policy=quoting&limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...page.decisions.map(({ decisionId }) => decisionId));
      cursor = page.next;
    }
    expect(seen).toEqual([...ids.slice(0, 3).toSorted(), ids[3]]);
  });

  test.for([
    ["from the given instant on", "policy=quoting&since=2026-01-05T09:00:00Z", 1],
    ["nothing before it", "policy=quoting&since=2026-01-05T09:00:00.001Z", 0],
    ["of the policy that is asked for", "policy=write-back", 0],
  ] as const)("holds decisions %s", async ([, query, count]) => {
    await decided("1");
    expect((await historyOf(query)).decisions).toHaveLength(count);
  });

  test("tells what compliance added apart from the policy's rules", async () => {
    const rule = { id: "compliance-review", effect: "block", reason: "compliance blocks: tone", values: {} } as const;
    await decided("1", {}, { verdict: "block", rules: [rule] });
    expect((await historyOf()).decisions[0]).toMatchObject({
      verdict: "block",
      byRules: "block",
      review: "block",
      rules: [],
    });
  });

  test("tells what the rules said where the mode made people decide", async () => {
    const reason = "people decide while `quoting` is assisted; the rules alone would execute";
    const details = detailsFixture({ mode: "assisted" });
    await decided("1", {}, { verdict: "escalate", reason, route, details });
    await decided("2", { effectiveDiscount: 160_000 }, { details });
    const told = (await historyOf()).decisions.map(({ verdict, byRules, mode }) => `${verdict} ${byRules} ${mode}`);
    expect(told.toSorted()).toEqual(["escalate escalate assisted", "escalate execute assisted"]);
  });

  test("leaves out the gate that only re-checks what was approved", async () => {
    const { caseId, stepKey, escalationId } = await asked("1", "approve");
    const { rows } = await database.pool.query<{ approval_id: string }>(
      "select approval_id from approval where escalation_id = $1",
      [escalationId],
    );
    await givenDecision(
      database.pool,
      { company, caseId, stepKey },
      {
        gate: 2,
        verdict: "escalate",
        route,
        approvalId: rows[0]?.approval_id ?? null,
        policy: { id: "quoting", version },
      },
    );
    expect((await historyOf()).decisions.map(({ escalation }) => escalation?.state)).toEqual(["approved"]);
  });

  test.for([
    "",
    "policy=quoting&limit=0",
    "policy=quoting&limit=1001",
    "policy=quoting&cursor=x",
    "policy=quoting&since=monday",
  ])("`%s` is refused", async (query) => {
    expect((await get(`/v1/decisions/history?${query}`)).status).toBe(400);
  });
});

describe("the explanation of a decision", () => {
  test("is given under its id, its escalation's and that of a case with this decision alone", async () => {
    const { decisionId, escalationId, caseId } = await asked("1");
    const answers = await Promise.all([decisionId, escalationId, caseId].map(explanationOf));
    const view = answers[0]?.body as ExplanationView;
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ body }) => body)).toEqual([view, view, view]);
    expect(view).toMatchObject({ decisionId, caseId, verdict: "escalate", agrees: true, mode: "led" });
    const read = view.facts.find(({ name }) => name === "effectiveDiscount");
    expect(read).toMatchObject({ shown: "16 %", from: "derived" });
    expect(read?.usedBy).toEqual(expect.arrayContaining(["within-mandate", "manager-band", "over-ceiling"]));
    expect(view.sentence).toMatch(/^escalate, rule manager-band: .+ To execute: effectiveDiscount ≤ 15 %\./);
  });

  test("goes by the version that decided, whatever the policy says since", async () => {
    const narrow = versioned(quotingUpTo(50_000));
    const changed = { policy: { id: "quoting", version: narrow.version }, policyDocument: narrow.document };
    const { decisionId } = await decided("1", { effectiveDiscount: 160_000 }, changed);
    const { sentence } = (await explanationOf(decisionId)).body as ExplanationView;
    expect(sentence).toContain("To execute: effectiveDiscount ≤ 5 %.");
  });

  test("is the recorded reason where no policy was in force", async () => {
    const none = versionedDocument({ id: "quoting", inForce: false });
    const reason = "runtime_error:no_policy_in_force: no release holds a policy `quoting`";
    const changed = { verdict: "escalate", reason, rules: [], route } as const;
    const policy = { policy: { id: "quoting", version: none.version }, policyDocument: none.document };
    const { decisionId } = await decided("1", {}, { ...changed, ...policy });
    expect((await explanationOf(decisionId)).body).toMatchObject({
      sentence: `escalate, ${reason}.`,
      ways: [],
      agrees: null,
    });
  });

  test("is not given for a case with several decisions, which are named", async () => {
    const { caseId, decisionId } = await decided("1");
    const second = await givenDecision(
      database.pool,
      { company, caseId, stepKey: `${caseId}/evt_2/approve-discount` },
      { policy: { id: "quoting", version } },
    );
    const { status, body } = await explanationOf(caseId);
    expect(status).toBe(400);
    for (const id of [decisionId, second.decisionId]) expect(JSON.stringify(body)).toContain(id);
  });

  test("is not found for what was never decided", async () => {
    expect((await explanationOf("dec_0")).status).toBe(404);
  });
});

describe("a decision of then under what is in force today", () => {
  const todayOf = async (id: string) => (await get(`/v1/decisions/${id}/today`)).body as DecisionToday;
  const inForce = (changes: { readonly [from: string]: string }) =>
    givenRelease(database.pool, company, 1, quotingBundle(null, changes));

  test("comes out as it did while its policy stands, and otherwise under another", async () => {
    const { decisionId } = await decided("1", { effectiveDiscount: 160_000 });
    const { release } = quotingBundle(null, LOOSER);
    await inForce(LOOSER);
    expect(await todayOf(decisionId)).toMatchObject({
      decided: { verdict: "escalate", rules: ["manager-band"], version },
      today: { verdict: "execute", rules: ["within-mandate"], release },
      why: null,
    });
    expect((await historyOf()).decisions.map(({ verdict }) => verdict)).toEqual(["escalate"]);
  });

  test("is told to be the same where nothing changed", async () => {
    const { decisionId } = await decided("1", { effectiveDiscount: 160_000 });
    await inForce({});
    const { decided: then, today } = await todayOf(decisionId);
    expect([today?.verdict, today?.version]).toEqual([then.verdict, then.version]);
  });

  test("says why it cannot be told", async () => {
    const { decisionId } = await decided("1");
    expect(await todayOf(decisionId)).toMatchObject({ today: null, why: "no policy `quoting` is in force" });
    expect((await get("/v1/decisions/dec_0/today")).status).toBe(404);
  });
});

describe("what the live decider took", () => {
  const cap = 30_000_00;
  const policy: Policy = { ...quoting, limits: [quarterLimit({ cap })] };
  const compliance: Review = { verdict: "escalate", reasons: ["tone"] };

  /** Three quotes of 12,000.00 USD discount each under a cap of 30,000.00, one over the band, one that compliance stops. */
  async function decideAll(mode: Mode): Promise<void> {
    const policies = policiesOf({ quoting: versioned({ ...policy, mode }) });
    const decide = createDecider({ pool: database.pool, policies, alarm: () => undefined });
    const asked: readonly (readonly [JsonObject, Review | "exempt"])[] = [
      [{}, "exempt"],
      [{}, "exempt"],
      [{}, "exempt"],
      [{ effectiveDiscount: 160_000, discountAmount: 0 }, "exempt"],
      [{ discountAmount: 0 }, compliance],
      [{ belowFloorPrice: true }, "exempt"],
      [{ listPrice: null }, "exempt"],
      [{ listPrice: null, belowFloorPrice: true }, "exempt"],
    ];
    for (const [index, [facts, review]] of asked.entries()) {
      const names = stepNames(String(index), company);
      const proposalId = await givenProposal(database.pool, names, review === "exempt" ? undefined : review);
      const action = { tool: "quotes.approve-discount", args: { quoteId: "Q-1" } };
      const proposal = { proposalId, actionId: "quoting", action, recordVersion: "1" };
      const asking = { approvalId: null, at: AT, sources: [], requestedBy: "sam", gate: 1 };
      await decide({ ...names, ...asking, proposal, review, facts: quoteFacts(facts) });
    }
  }

  const replayed = async (candidate: Policy) =>
    simulate(candidate, (await historyOf()).decisions as Parameters<typeof simulate>[1]);

  test.for(["led", "assisted", "shadow"] as const)(
    "comes out the same when replayed as it was decided, %s",
    async (mode) => {
      await decideAll(mode);
      const { replayed: count, flips, unreplayable, heldByMode, limits } = await replayed(policy);
      expect({ count, flips, unreplayable, heldByMode }).toEqual({
        count: 8,
        flips: [],
        unreplayable: [],
        heldByMode: mode === "assisted" ? 2 : 0,
      });
      expect(limits.map(({ over, overBefore }) => over - overBefore)).toEqual([0]);
    },
  );

  test("a larger cap executes what only the limit stopped", async () => {
    await decideAll("led");
    const { flips } = await replayed({ ...policy, limits: [quarterLimit({ cap: cap * 2 })] });
    expect(flips.map(({ from, to, rulesBefore }) => ({ from, to, rulesBefore }))).toEqual([
      { from: "escalate", to: "execute", rulesBefore: ["quarter-discount", "within-mandate"] },
    ]);
  });

  test("is explained, and the rules asked again are the recorded ones", async () => {
    await decideAll("led");
    for (const { decisionId, verdict } of (await historyOf()).decisions) {
      const view = (await explanationOf(decisionId)).body as ExplanationView;
      expect([view.agrees, view.sentence.startsWith(verdict)]).toEqual([true, true]);
    }
  });
});
