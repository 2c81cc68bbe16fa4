import { acceptEvents } from "../../../gateway/inbox/accept.ts";
import { giveVerdict } from "../../../audit/ledgers/approvals.ts";
import { recordDecision, type DecisionDraft } from "../../../audit/ledgers/decisions.ts";
import { beginEffect, settleEffect, type Settlement } from "../../../audit/ledgers/effects.ts";
import { openEscalation } from "../../../audit/ledgers/escalations.ts";
import { createModelLedger } from "../../../audit/ledgers/model-turns.ts";
import { recordProposal } from "../../../audit/ledgers/turns.ts";
import { decisionIdOf, recordKeys } from "../../../audit/record-keys.ts";
import { appendOnce, appendRecord, type LedgerPool } from "../../../audit/records.ts";
import type { Permit } from "../../../domain/permit.ts";
import type { TurnCitation } from "../../../domain/proposal.ts";
import { detailsFixture } from "../../fixtures/details.ts";
import { incomingEvent } from "../../fixtures/inbox.ts";
import { AT, DIGEST, route } from "../../fixtures/ledger.ts";

/** How a planted case ends. `open` waits for people, `intent` for its effect. */
export type Ending = "executed" | "approved" | "rejected" | "failed" | "open" | "intent";

export type Planted = { readonly caseId: string; readonly stepKey: string; readonly eventId: string };

type Words = {
  /** Stands in every field that holds something of the case. */
  readonly canary: string;
  readonly requester?: string;
  readonly approver?: string;
};

/** A case that passed through every ledger, with a word of its own in each field that may hold data. */
export async function plantCase(
  pool: LedgerPool,
  name: string,
  ending: Ending,
  { canary, requester = "sam", approver = "dana" }: Words,
): Promise<Planted> {
  const names = await plantTurns(pool, name, canary);
  const { caseId, stepKey, eventId } = names;
  const company = "acme";
  const given = draftOf(names, canary, requester);
  if (ending === "executed" || ending === "failed" || ending === "intent") {
    await recordDecision(pool, { ...given, verdict: "execute" });
  } else {
    const { decisionId } = await recordDecision(pool, { ...given, verdict: "escalate", route });
    const asked = { company, caseId, stepKey, decisionId, actionDigest: DIGEST, requestedBy: requester, route };
    const { escalationId } = await openEscalation(pool, { ...asked, reason: canary, at: new Date().toISOString() });
    if (ending === "open") return names;
    const verdict = ending === "approved" ? "approve" : "reject";
    const said = { company, escalationId, personId: approver, role: "partner-manager", verdict } as const;
    const taken = await giveVerdict(pool, {
      at: new Date().toISOString(),
      ...said,
      actionDigest: DIGEST,
      reason: `said ${canary}`,
    });
    if (taken.kind !== "taken") throw new Error(taken.detail);
    if (verdict === "approve") {
      await recordDecision(pool, { ...given, gate: 2, verdict: "escalate", route, approvalId: taken.approvalId });
    }
  }
  if (ending !== "rejected") await plantEffect(pool, names, ending === "approved" ? 2 : 1, ending, canary);
  if (ending === "intent") return names;
  const body = { eventId, outcomes: [{ step: "approve-discount", kind: "executed" }], reasons: [canary] };
  await appendOnce(pool, { company, caseId, kind: "case_end", key: recordKeys.end(caseId, eventId), at: AT, body });
  return names;
}

async function plantTurns(pool: LedgerPool, name: string, canary: string): Promise<Planted & { proposalId: string }> {
  const company = "acme";
  const event = { ...incomingEvent(`key-${name}`, { objectId: name }), body: { customer: canary } };
  const unheard = { ...incomingEvent(`ignored-${name}`, { objectId: name, listened: false }), body: { note: canary } };
  await acceptEvents(pool, [event, unheard]);
  const { eventId } = event;
  const caseId = `${company}:quoting:crm-deal-${name}`;
  const stepKey = `${caseId}/${eventId}/approve-discount`;
  const names = { company, caseId, stepKey };
  const body = { eventId, functionId: "quoting", source: "hubspot", object: `crm-deal-${name}`, state: "accepted" };
  await appendRecord(pool, { company, caseId, kind: "event", key: recordKeys.event(eventId), at: AT, body });
  await pool.query("update inbox set state = 'dispatched', dispatched_at = now() where event_id = $1", [eventId]);

  const source = { source: "crm.record", ref: `deal/${canary}`, version: "1", observedAt: AT };
  const kept = { audience: "both" as const, provenance: "record" as const, observedAt: AT };
  const finding = { code: "discount", statement: canary, confidencePpm: 1, sources: ["crm.record"], ...kept };
  const citation = { model: "m", offline: false, promptDigest: "p", requestDigests: ["d"] };
  const turn = (role: TurnCitation["role"]) => ({ ...citation, role, turnKey: `${stepKey}/${role}` });
  const request = { messages: [{ text: canary }] };
  const answer = { response: { text: canary }, usage: { inputTokens: 1, outputTokens: 1 } };
  const call = { company, caseId, turnKey: `${stepKey}/intelligence`, seq: 0, requestDigest: "d", model: "m" };
  await createModelLedger(pool, { leaseMs: 30_000 }).readThrough(
    { ...call, offline: false, request },
    async () => answer,
  );
  const calls = [{ requestDigest: "d", request, ...answer, model: "m", offline: false }];
  const evidence = [{ source, value: { name: canary } }];
  const chain = { findings: [finding], sources: [source], reasoning: canary, turns: [], origin: "agents" as const };
  const action = { tool: "quotes.approve-discount", args: { quoteId: canary } };
  const review = { verdict: "agree" as const, reasons: [canary] };
  const proposal = { actionId: "quoting", action, recordVersion: "1", chain, at: AT };
  const proposalId = await recordProposal(pool, names, proposal, {
    intelligence: { citation: turn("intelligence"), calls, evidence },
    orchestration: { citation: turn("orchestration"), calls: [] },
    compliance: { citation: turn("compliance"), calls: [], review },
  });
  return { caseId, stepKey, eventId, proposalId };
}

function draftOf(
  { caseId, stepKey, proposalId }: Planted & { proposalId: string },
  canary: string,
  requestedBy: string,
): DecisionDraft {
  const rule = { id: "band", effect: "execute" as const, reason: canary, values: { name: canary } };
  return {
    company: "acme",
    caseId,
    stepKey,
    gate: 1,
    proposalId,
    verdict: "execute",
    reason: canary,
    rules: [rule],
    missing: [canary],
    facts: { customer: canary, effectiveDiscount: 150_000 },
    sources: [{ source: "crm.record", ref: `deal/${canary}`, version: "1", observedAt: AT }],
    route: null,
    policy: { id: "quoting", version: "v1" },
    policyDocument: '{"inForce":false}',
    actionDigest: DIGEST,
    requestedBy,
    approvalId: null,
    details: detailsFixture({
      params: [{ name: "ceiling", value: canary, source: "base" }],
      candidate: { rules: [rule], verdict: "execute", flips: false },
    }),
    withheld: false,
    at: AT,
  };
}

async function plantEffect(
  pool: LedgerPool,
  { caseId, stepKey }: Planted,
  gate: number,
  ending: Ending,
  canary: string,
): Promise<void> {
  const company = "acme";
  const decisionId = decisionIdOf(company, stepKey, gate);
  const { rows } = await pool.query<{ permit_id: string }>("select permit_id from permit where decision_id = $1", [
    decisionId,
  ]);
  const names = { company, caseId, decisionId, tool: "quotes.approve-discount", decidedAt: AT };
  const permit: Permit = { ...names, permitId: rows[0]?.permit_id ?? "", actionDigest: DIGEST, effectKey: stepKey };
  await beginEffect(pool, permit, { functionId: "quoting", at: AT });
  await pool.query(
    `insert into programme.registration (company, registration_id, partner_id, customer_domain, product_family, value_minor,
       currency, registered_at, expires_at, effect_key)
     values ($1, $2, 'p-1', $3, 'analytics', 1, 'USD', '2025-01-01', '2025-04-01', $4)`,
    [company, `R-${decisionId}`, canary, stepKey],
  );
  if (ending === "intent") return;
  const settlement: Settlement =
    ending === "failed"
      ? { state: "failed", detail: canary }
      : { state: "done", receipt: { externalRef: canary, answeredAt: AT } };
  await settleEffect(pool, permit, settlement, AT);
}

/** Every table of ours, but those of the sandbox, in which a word still stands: as text, or as bytes. */
export async function tablesWith(pool: LedgerPool, word: string): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind in ('r', 'p') and c.relnamespace::regnamespace::text !~ '^(pg_|information_schema$|sandbox$)'
     order by 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const { rowCount } = await pool.query(
      `select 1 from ${name} t where strpos(t::text, $1) > 0 or strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0 limit 1`,
      [word],
    );
    if (rowCount === 1) found.push(name);
  }
  return found;
}
