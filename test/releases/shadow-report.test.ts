import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DecisionDraft } from "../../audit/ledgers/decisions.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import type { ShadowReport } from "../../releases/shadow-report.ts";
import type { CandidateSeen, Mode } from "../../domain/decision-details.ts";
import type { MatchedRule, Verdict } from "../../domain/decision.ts";
import { apiOn, headersOf } from "../fixtures/api.ts";
import { detailsFixture } from "../fixtures/details.ts";
import { DIGEST, givenDecision, route, stepNames } from "../fixtures/ledger.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let headers: { [name: string]: string };
beforeAll(async () => {
  database = await testDatabase();
  headers = await headersOf(database.pool, "dana", "partner-manager");
});
afterAll(() => database.drop());

const rule = (id: string, effect: Verdict): MatchedRule => ({ id, effect, reason: "holds", values: {} });

let next = 0;
let policyId = "";
/** Each test has a policy of its own. */
beforeEach(() => {
  policyId = `policy-${(next += 1)}`;
});

/** A decision of the test's policy, of an object of its own. */
async function decided(verdict: Verdict, changed: Partial<DecisionDraft> = {}, name = `n${(next += 1)}`) {
  const names = stepNames(name);
  const draft = {
    verdict,
    policy: { id: policyId, version: "v1" },
    ...(verdict === "escalate" && { route }),
    ...changed,
  };
  const { decisionId } = await givenDecision(database.pool, names, draft);
  return { names, decisionId };
}

async function seen(
  verdict: Verdict,
  candidate: CandidateSeen,
  changed: Partial<DecisionDraft> = {},
  mode: Mode = "led",
) {
  return decided(verdict, { details: detailsFixture({ mode, candidate }), ...changed });
}

async function asked({ names, decisionId }: Awaited<ReturnType<typeof decided>>, verdict?: "approve" | "reject") {
  const at = new Date().toISOString();
  const question = { decisionId, actionDigest: DIGEST, requestedBy: "sam", route, reason: "over 15 %", at };
  const { escalationId } = await openEscalation(database.pool, { ...names, ...question });
  if (verdict === undefined) return;
  const person = { personId: "dana", role: "partner-manager", actionDigest: DIGEST, reason: "seen" };
  const given = await giveVerdict(database.pool, {
    at: new Date().toISOString(),
    company: "acme",
    escalationId,
    verdict,
    ...person,
  });
  if (given.kind !== "taken") throw new Error(given.code);
}

async function report(since = "2026-01-01T00:00:00Z"): Promise<ShadowReport> {
  const path = `/v1/policies/${policyId}/shadow-report?since=${since}`;
  return (await (await apiOn(database.pool).request(path, { headers })).json()) as ShadowReport;
}

const alone = (id: string, effect: Verdict, verdict: Verdict, flips: boolean): CandidateSeen => ({
  rules: [rule(id, effect)],
  verdict,
  flips,
});

test("a policy that decided nothing has an empty report", async () => {
  expect(await report()).toEqual({
    policyId,
    since: "2026-01-01T00:00:00.000Z",
    decisions: 0,
    modes: [],
    candidates: [],
    people: [],
    canary: [],
  });
});

test("verdicts are counted by mode, only since the time asked, and re-gatings are the same request", async () => {
  const shadow = { details: detailsFixture({ mode: "shadow" }), withheld: true } as const;
  await decided("execute");
  await decided("execute", shadow);
  await decided("block", shadow);
  await decided("block", { ...shadow, at: "2025-12-31T23:59:59.999Z" });
  const { names } = await decided("escalate", shadow);
  const again = { verdict: "escalate", route, gate: 2, policy: { id: policyId, version: "v1" }, ...shadow } as const;
  await givenDecision(database.pool, names, again);
  expect(await report()).toMatchObject({
    decisions: 4,
    modes: [
      { mode: "led", verdicts: { execute: 1, escalate: 0, block: 0 } },
      { mode: "shadow", verdicts: { execute: 1, escalate: 1, block: 1 } },
    ],
  });
});

describe("a candidate rule is told by itself", () => {
  test("how often it matched, and where it would have changed the verdict", async () => {
    const flipped = await seen("execute", alone("cap", "block", "block", true));
    await seen("escalate", alone("cap", "block", "block", true), { rules: [rule("band", "escalate")] });
    await seen("block", alone("cap", "block", "block", false));
    await seen("execute", { rules: [], verdict: "execute", flips: false });
    const { candidates } = await report();
    expect(candidates).toMatchObject([
      {
        ruleId: "cap",
        effect: "block",
        matched: 3,
        flips: [
          { from: "escalate", to: "block", count: 1 },
          { from: "execute", to: "block", count: 1, decisionIds: [flipped.decisionId] },
        ],
      },
    ]);
  });

  test("all nine ways, one candidate each", async () => {
    const verdicts = ["execute", "escalate", "block"] as const;
    for (const from of verdicts) {
      for (const to of verdicts) await seen(from, alone("r", "execute", to, from !== to));
    }
    const [candidate] = (await report()).candidates;
    expect(candidate?.matched).toBe(9);
    expect(candidate?.flips.map(({ from, to }) => `${from}>${to}`)).toEqual(
      "block>escalate block>execute escalate>block escalate>execute execute>block execute>escalate".split(" "),
    );
  });

  test("of two that matched together each answers for itself", async () => {
    const rules = [rule("stop", "block"), rule("look", "escalate")];
    await seen("execute", { rules, verdict: "block", flips: true }, { rules: [rule("fine", "execute")] });
    await seen("escalate", {
      rules: [rule("look", "escalate"), rule("pass", "execute")],
      verdict: "escalate",
      flips: false,
    });
    const flips = (await report()).candidates.map(({ ruleId, matched, flips: [flip] }) => [
      ruleId,
      matched,
      flip?.from,
      flip?.to,
    ]);
    expect(flips).toEqual([
      ["look", 2, "execute", "escalate"],
      ["pass", 1, "escalate", "execute"],
      ["stop", 1, "execute", "block"],
    ]);
  });

  test("against what the rules said, not against what compliance or the mode made of it", async () => {
    const fine = { rules: [rule("fine", "execute")] };
    await seen("escalate", alone("cap", "escalate", "escalate", true), fine, "assisted");
    const tightened = { rules: [rule("compliance-review", "escalate"), rule("fine", "execute")] };
    await seen("escalate", alone("cap", "escalate", "escalate", true), tightened);
    expect((await report()).candidates[0]?.flips).toMatchObject([{ from: "execute", to: "escalate", count: 2 }]);
  });

  test("at most three examples, the latest", async () => {
    const made = [];
    for (const day of ["05", "06", "07", "08"]) {
      made.push(await seen("execute", alone("cap", "block", "block", true), { at: `2026-01-${day}T09:00:00.000Z` }));
    }
    const [flip] = (await report()).candidates[0]?.flips ?? [];
    const latest = made.slice(1).toReversed();
    expect(flip).toMatchObject({ count: 4, decisionIds: latest.map(({ decisionId }) => decisionId) });
  });
});

describe("people against the verdicts that were only recorded", () => {
  test("a question about the same object, answered after a decision was withheld", async () => {
    const shadow = { details: detailsFixture({ mode: "shadow" }), withheld: true } as const;
    for (const [verdict, given] of [
      ["execute", "approve"],
      ["execute", "reject"],
      ["block", "reject"],
      ["escalate", "approve"],
    ] as const) {
      const { names } = await decided(verdict, shadow);
      const stepKey = names.stepKey.replace("evt_1", "evt_2");
      const later = await givenDecision(
        database.pool,
        { ...names, stepKey },
        { verdict: "escalate", route, policy: { id: policyId, version: "v1" } },
      );
      await asked({ names: { ...names, stepKey }, decisionId: later.decisionId }, given);
    }
    await decided("execute", shadow);
    const before = await decided("escalate");
    await asked(before, "approve");
    const again = { ...before.names, stepKey: before.names.stepKey.replace("evt_1", "evt_2") };
    const policy = { id: policyId, version: "v1" };
    await givenDecision(database.pool, again, { ...shadow, policy, at: "2999-01-01T00:00:00.000Z" });
    expect((await report()).people).toEqual([{ basis: "withheld", agreed: 2, differed: 1, asks: 1 }]);
  });

  test("what a candidate would have changed, and what the rules said while people decided everything", async () => {
    await asked(await seen("escalate", alone("pass", "execute", "execute", true)), "approve");
    await asked(await seen("escalate", alone("cap", "block", "block", true)), "approve");
    await asked(await seen("escalate", alone("same", "escalate", "escalate", false)), "approve");
    await asked(await seen("escalate", alone("open", "block", "block", true)));
    const assisted = { details: detailsFixture({ mode: "assisted" }), rules: [rule("fine", "execute")] };
    await asked(await decided("escalate", assisted), "approve");
    await asked(await decided("escalate", { ...assisted, rules: [rule("band", "escalate")] }), "reject");
    expect((await report()).people).toEqual([
      { basis: "assisted", agreed: 1, differed: 0, asks: 1 },
      { basis: "candidate", agreed: 1, differed: 1, asks: 0 },
    ]);
  });
});

test("both sides of a canary, each with its release", async () => {
  const side = (name: "new" | "old") =>
    detailsFixture({ release: name === "new" ? "b" : "a", canary: { side: name, other: name === "new" ? "a" : "b" } });
  await decided("execute", { details: side("new") });
  await decided("block", { details: side("new") });
  await decided("execute", { details: side("old") });
  expect((await report()).canary).toEqual([
    { side: "new", release: "b", decisions: 2, verdicts: { execute: 1, escalate: 0, block: 1 } },
    { side: "old", release: "a", decisions: 1, verdicts: { execute: 1, escalate: 0, block: 0 } },
  ]);
});

test("another company's decisions are not in it, and every policy here has a report", async () => {
  await givenDecision(database.pool, stepNames(`x${next}`, "other"), { policy: { id: policyId, version: "v1" } });
  expect((await report()).decisions).toBe(0);
  await decided("execute");
  const response = await apiOn(database.pool).request("/v1/shadow-reports?since=2026-01-01T00:00:00Z", { headers });
  const { reports } = (await response.json()) as { reports: ShadowReport[] };
  expect(reports.find((one) => one.policyId === policyId)).toMatchObject({ decisions: 1 });
});

/** Many decisions of another policy, beside which a report must not read through all. */
async function givenManyDecisions(count: number): Promise<void> {
  const { pool } = database;
  // They are there for their number: nothing is recorded of them.
  await pool.query("alter table decision drop constraint decision_is_recorded");
  await pool.query(
    "insert into policy_version (company, policy_id, version, document) values ('acme', 'many', 'v1', '{}')",
  );
  await pool.query(
    `insert into proposal (company, proposal_id, case_id, step_key, action_id, tool, args, record_version, reasoning, proposed_at)
     select 'acme', 'pro_m' || n, 'case_m' || n, 'step_m' || n, 'quoting', 't', '{}', '1', '', now() from generate_series(1, $1) n`,
    [count],
  );
  await pool.query(
    `insert into decision (company, decision_id, case_id, step_key, gate, proposal_id, verdict, reason, rules, missing, facts,
                           sources, policy_id, policy_version, action_digest, requested_by, decided_at, details)
     select 'acme', 'dec_m' || n, 'case_m' || n, 'step_m' || n, 1, 'pro_m' || n, 'execute', '', '[]', '[]', '{}', '[]',
            'many', 'v1', 'd', 'sam', timestamptz '2026-01-01Z' + n * interval '1 minute', $2 from generate_series(1, $1) n`,
    [count, JSON.stringify(detailsFixture({ candidate: alone("cap", "block", "block", true) }))],
  );
  await pool.query("analyze decision");
}

test("a report reads its own stretch of its own policy along the index, and nothing else", async () => {
  await givenManyDecisions(5_000);
  const { rows } = await database.pool.query<{ "QUERY PLAN": string }>(
    `explain select 1 from decision where company = 'acme' and policy_id = 'many' and decided_at >= '2026-01-04T11:00:00Z'`,
  );
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toContain("decision_by_policy");
  expect(plan).not.toContain("Seq Scan");
});
