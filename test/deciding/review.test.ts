import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordProposal } from "../../audit/ledgers/turns.ts";
import type { LedgerPool } from "../../audit/records.ts";
import { wallTime } from "../../db/company-clock.ts";
import { readEvidence } from "../../deciding/evidence.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import type { PolicySource } from "../../deciding/policy-source.ts";
import { createReadTools } from "../../deciding/read-tools.ts";
import { decideGate } from "../../deciding/step.ts";
import type { Review } from "../../domain/proposal.ts";
import { ownActionOf, recordToolOf } from "../../functions/index.ts";
import { embeddedAdapters } from "../../tools/adapters.ts";
import { turnOf } from "../fixtures/ledger.ts";
import { givenPartner, givenQuote } from "../fixtures/programme.ts";
import { testDatabase, type TestDatabase } from "../setup/database.ts";

let database: TestDatabase;
let pool: LedgerPool;
let policies: PolicySource;
beforeAll(async () => {
  database = await testDatabase();
  pool = await database.poolOf("acme");
  policies = await loadPolicies(resolve(import.meta.dirname, "../../policies"));
  await givenPartner(pool, "acme", { partnerId: "partner-7" });
});
afterAll(() => database.drop());

/** What a step decides of a quote that its agents proposed, with the word that Compliance's turn left, or without its turn. */
async function decided(objectId: string, discountPpm: number, review: Review | undefined) {
  await givenQuote(pool, "acme", objectId, discountPpm);
  const caseId = `acme:quoting:crm-deal-${objectId}`;
  const names = { company: "acme", caseId, stepKey: `${caseId}/evt_1/approve-discount` };
  const about = { functionId: "quoting", objectType: "deal", objectId, eventId: "evt_1" } as const;
  const step = { ...names, ...about, action: "quoting", reportsStep: "" };
  const readTools = createReadTools(pool, embeddedAdapters(pool, wallTime), wallTime);
  const own = ownActionOf("quoting", "quoting");
  const readings = await readEvidence(readTools, own, step);
  const action = own.requested(readings[recordToolOf("quoting")]!.value, readings)!;
  const chain = { findings: [], sources: [], reasoning: "asked", turns: [], origin: "agents" as const };
  const draft = { actionId: "quoting", action, recordVersion: "", chain, at: wallTime() };
  await recordProposal(pool, names, draft, {
    intelligence: turnOf(names, "intelligence"),
    orchestration: turnOf(names, "orchestration"),
    ...(review && { compliance: { ...turnOf(names, "compliance"), review } }),
  });
  const deps = { pool, policies, alarm: () => undefined, readTools, now: wallTime };
  const { kind } = await decideGate(deps, { step, gate: 1, approvalId: null, at: wallTime(), runId: "run" });
  const { rows } = await pool.query<{ rules: readonly { readonly id: string }[] }>(
    "select rules from decision where company = 'acme' and step_key = $1",
    [names.stepKey],
  );
  return { kind, rules: rows[0]?.rules.map(({ id }) => id).filter((id) => id.startsWith("compliance")) };
}

const said = (verdict: Review["verdict"]): Review => ({ verdict, reasons: ["seen"] });

test.for([
  ["agrees", 120_000, said("agree"), "execute", []],
  ["asks for a person", 120_000, said("escalate"), "escalate", ["compliance-review"]],
  ["blocks", 120_000, said("block"), "block", ["compliance-review"]],
  ["has not reviewed", 120_000, undefined, "escalate", ["compliance-review-missing"]],
  ["has not reviewed what is asked of people anyway", 180_000, undefined, "escalate", ["compliance-review-missing"]],
  ["has not reviewed what is blocked anyway", 310_000, undefined, "block", ["compliance-review-missing"]],
] as const)("where Compliance %s, at %i ppm, the road says so", async ([name, discountPpm, review, kind, rules]) => {
  expect(await decided(`d-${name.replaceAll(" ", "-")}`, discountPpm, review)).toEqual({ kind, rules });
});
