import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginEffect, readPermittedEffect, readStepOutcome, settleEffect } from "../../audit/ledgers/effects.ts";
import { giveVerdict } from "../../audit/ledgers/approvals.ts";
import { openEscalation } from "../../audit/ledgers/escalations.ts";
import { AT, DIGEST, givenDecision, route, stepNames } from "../fixtures/ledger.ts";
import { STOPPED } from "../../domain/control.ts";
import { givenControl } from "../fixtures/controls.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const begin = { functionId: "quoting", at: AT };
const receipt = { externalRef: "QA-1", answeredAt: AT };

async function givenApproved(step: string, digest = DIGEST, quorum = 1) {
  const names = stepNames(step);
  const { decisionId } = await givenDecision(database.pool, names, {
    verdict: "escalate",
    route,
    actionDigest: digest,
  });
  const asked = {
    ...names,
    decisionId,
    actionDigest: digest,
    requestedBy: "sam",
    route: { ...route, quorum },
    reason: "over",
    at: new Date().toISOString(),
  };
  const { escalationId } = await openEscalation(database.pool, asked);
  const by = { company: "acme", escalationId, personId: "dana", role: "partner-manager", reason: "fine" };
  const given = await giveVerdict(database.pool, {
    at: new Date().toISOString(),
    ...by,
    verdict: "approve",
    actionDigest: digest,
  });
  if (given.kind !== "taken") throw new Error(given.detail);
  return { names, approvalId: given.approvalId };
}

describe("nothing acts without a recorded decision: the database refuses", () => {
  test("an effect without a permit", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("none"), { verdict: "block" });
    expect(permit.permitId).toBe("prm_none");
    expect(await beginEffect(database.pool, permit, begin)).toEqual({ state: "no-permit" });
    const insert = `insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state, intended_at)
                    values ('acme', $1, 'prm_none', $2, 'quotes.approve-discount', $3, 'intent', now())`;
    const values = [permit.effectKey, permit.caseId, DIGEST];
    await expect(database.pool.query(insert, values)).rejects.toMatchObject({ code: "23503" });
  });

  test.for(["block", "escalate"] as const)("a permit for a decision that says %s", async (verdict) => {
    const { decisionId } = await givenDecision(database.pool, stepNames(`p-${verdict}`), { verdict });
    const insert =
      "insert into permit (company, permit_id, decision_id, action_digest, effect_key, issued_at) values ('acme', $1, $2, $3, $4, now())";
    const values = [`prm_${verdict}`, decisionId, DIGEST, stepNames(`p-${verdict}`).stepKey];
    await expect(database.pool.query(insert, values)).rejects.toMatchObject({ code: "42501" });
  });

  test("a permit for no decision at all", async () => {
    const insert =
      "insert into permit (company, permit_id, decision_id, action_digest, effect_key, issued_at) values ('acme', 'p', 'dec_none', $1, 'k', now())";
    await expect(database.pool.query(insert, [DIGEST])).rejects.toMatchObject({ code: "23503" });
  });

  test("an effect for another action than the permitted one", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("other"));
    const other = { ...permit, actionDigest: "b".repeat(64) };
    expect(await beginEffect(database.pool, other, begin)).toEqual({ state: "no-permit" });
    const insert = `insert into effect (company, effect_key, permit_id, case_id, tool, action_digest, state, intended_at)
                    values ('acme', $1, $2, $3, 'quotes.approve-discount', $4, 'intent', now())`;
    const values = [permit.effectKey, permit.permitId, permit.caseId, other.actionDigest];
    await expect(database.pool.query(insert, values)).rejects.toMatchObject({ code: "42501" });
  });

  test("an effect for a permit of which a single word is not the ledger's, begun or not", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("one-word"));
    const { decidedAt: _, ...words } = permit;
    const forged = Object.keys(words).map((word) => ({ ...permit, [word]: `${words[word as keyof typeof words]}0` }));
    const answers = async () => {
      const states = forged.flatMap((other) => [
        beginEffect(database.pool, other, begin),
        readPermittedEffect(database.pool, other, "quoting"),
      ]);
      return (await Promise.all(states)).map(({ state }) => state);
    };
    const refused = Array.from({ length: 14 }, () => "no-permit");
    expect(await answers()).toEqual(refused);
    expect(await beginEffect(database.pool, permit, begin)).toMatchObject({ state: "intent" });
    expect(await readPermittedEffect(database.pool, permit, "quoting")).toMatchObject({ state: "intent" });
    expect(await answers()).toEqual(refused);
  });

  test("a permit while fewer people approved than the route's quorum wants", async () => {
    const { names, approvalId } = await givenApproved("one-of-two", DIGEST, 2);
    const again = { verdict: "escalate", route, gate: 2, approvalId } as const;
    await expect(givenDecision(database.pool, names, again)).rejects.toMatchObject({ code: "42501" });
  });

  test("an approval of another digest", async () => {
    const { names, approvalId } = await givenApproved("wrong-digest");
    const again = { verdict: "escalate", route, gate: 2, approvalId, actionDigest: "b".repeat(64) } as const;
    await expect(givenDecision(database.pool, names, again)).rejects.toMatchObject({ code: "42501" });
  });
});

describe("one permit, one effect", () => {
  test("an approved escalation passes its gate and gets its permit", async () => {
    const { names, approvalId } = await givenApproved("approved");
    const { permit } = await givenDecision(database.pool, names, { verdict: "escalate", route, gate: 2, approvalId });
    expect(await beginEffect(database.pool, permit, begin)).toMatchObject({ state: "intent", fresh: true });
  });

  test("a second beginning finds the first intent, and after settling the result", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("twice"));
    expect(await beginEffect(database.pool, permit, begin)).toMatchObject({ state: "intent", fresh: true });
    expect(await beginEffect(database.pool, permit, begin)).toMatchObject({ state: "intent", fresh: false });
    await settleEffect(database.pool, permit, { state: "done", receipt }, AT);
    await settleEffect(database.pool, permit, { state: "done", receipt }, AT);
    expect(await beginEffect(database.pool, permit, begin)).toMatchObject({ state: "done", externalRef: "QA-1" });
    expect(await readStepOutcome(database.pool, "acme", permit.effectKey)).toBe("executed");
  });

  test("an unknown effect may be settled later, a settled one never changes", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("unknown"));
    await beginEffect(database.pool, permit, begin);
    await settleEffect(database.pool, permit, { state: "unknown", detail: "answer lost" }, AT);
    expect(await readStepOutcome(database.pool, "acme", permit.effectKey)).toBe("unknown");
    await settleEffect(database.pool, permit, { state: "done", receipt }, AT);
    const back = "update effect set state = 'failed' where effect_key = $1";
    await expect(database.pool.query(back, [permit.effectKey])).rejects.toMatchObject({ code: "42501" });
  });

  test("a switch stops what has not begun", async () => {
    const { permit } = await givenDecision(database.pool, stepNames("stopped"));
    for (const name of ["switch/function/quoting", "switch/company", "switch/tool/quotes.approve-discount"] as const) {
      await givenControl(database.pool, name, STOPPED);
      expect(await beginEffect(database.pool, permit, begin)).toEqual({ state: "stopped", by: name });
      await givenControl(database.pool, name, null);
    }
  });
});
