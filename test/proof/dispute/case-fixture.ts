import { createHash } from "node:crypto";
import { policyNameOf, type CaseFile } from "../../../audit/case-file.ts";
import { versioned } from "../../../deciding/policies.ts";
import type { AuditRecord, RecordKind } from "../../../domain/audit-record.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { detailsFixture } from "../../fixtures/details.ts";
import { policyFile, policyOf } from "../../fixtures/policy.ts";
import { quoteFacts } from "../../../functions/quoting/fixture.ts";
import { taken } from "../../fixtures/taken-decision.ts";

export const AT = "2026-03-02T09:00:00.000Z";
export const CASE = "acme:quoting:crm-deal-1001";
export const STEP = `${CASE}/evt_1/approve-discount`;

type Told = readonly [RecordKind, JsonObject, string?];

/** Records of one case, numbered, a second apart. */
export function recordsOf(caseId: string, told: readonly Told[]): AuditRecord[] {
  return told.map(([kind, body, key], index) => ({
    company: "acme",
    caseId,
    kind,
    key: key ?? `${caseId}/${index + 1}`,
    at: new Date(Date.parse(AT) + index * 1_000).toISOString(),
    body,
    n: index + 1,
    digest: createHash("sha256")
      .update(`${caseId} ${index + 1}`)
      .digest("hex"),
    log: "acme",
    parents: [],
  }));
}

const turn = (role: string, offline: boolean) => ({
  role,
  model: offline ? "mandate-offline-1" : "claude-x",
  offline,
  turnKey: `${STEP}/${role}`,
  promptDigest: "ab".repeat(32),
  requestDigests: [],
});

/** What a quote's case starts with: the event, the proposal with its reasoning, and Compliance's review. */
export function asked(netPriceMinor: number, { offline = true, review = "agree" } = {}): readonly Told[] {
  const args = { quoteId: "Q-1001", currency: "USD", listPriceMinor: 10_000_000, netPriceMinor, concessionsMinor: 0 };
  const chain = {
    findings: [{ code: "discount", statement: "A finding", confidencePpm: 950_000, sources: ["crm.record"] }],
    sources: [{ source: "crm.record", ref: "deal/1001", version: "7", observedAt: AT }],
    reasoning: "First line.\nSecond line.",
    turns: [turn("intelligence", offline), turn("orchestration", offline)],
    origin: "agents",
  };
  const action = { tool: "quotes.approve-discount", args };
  return [
    ["event", { eventId: "evt_1", source: "hubspot", object: "crm-deal-1001", occurredAt: AT }, "evt_1/event"],
    ["proposal", { proposalId: "prop_1", stepKey: STEP, actionId: "quoting", recordVersion: "7", action, chain }],
    ["review", { stepKey: STEP, review: { verdict: review, reasons: ["Because"] }, turn: turn("compliance", offline) }],
  ];
}

const quoting = versioned(policyOf("quoting", policyFile("quoting.yaml")));

type Decided = {
  readonly gate?: number;
  readonly approvalId?: string;
  readonly permitId?: string;
  readonly body?: JsonObject;
};

/** The decision that a policy takes on these facts, as a record tells it. */
export async function decided(
  policy: Policy,
  version: string,
  facts: JsonObject,
  { gate = 1, approvalId, permitId, body = {} }: Decided = {},
): Promise<Told> {
  const { verdict, reason, rules, missing } = await taken(policy, facts, { at: AT });
  const said = {
    decisionId: `dec_${gate}`,
    stepKey: STEP,
    gate,
    proposalId: "prop_1",
    verdict,
    reason,
    missing,
    facts,
  };
  const sources = [{ source: "crm.record", ref: "deal/1001", version: "7", observedAt: AT }];
  const rest = { policy: { id: policy.id, version }, details: detailsFixture(), actionDigest: "cd".repeat(32) };
  const bound = { approvalId: approvalId ?? null, permitId: permitId ?? null, requestedBy: "sam", sources };
  return ["decision", { ...said, ...rest, ...bound, rules: rules as unknown as JsonObject[], ...body } as JsonObject];
}

/** A quote at a discount (ppm), decided under the shipped policy; `then` is what followed. */
export async function quoteCase(
  discountPpm: number,
  then: readonly Told[] = [],
  changes: {
    readonly facts?: JsonObject;
    readonly decision?: Decided;
    readonly offline?: boolean;
    readonly review?: string;
  } = {},
): Promise<CaseFile> {
  const facts = quoteFacts({ effectiveDiscount: discountPpm, discountAmount: discountPpm * 10, ...changes.facts });
  const decision = await decided(quoting.policy, quoting.version, facts, changes.decision);
  return fileOf([...asked(10_000_000 - discountPpm * 10, changes), decision, ...then]);
}

export function fileOf(told: readonly Told[], policies: CaseFile["policies"] = quotingPolicies): CaseFile {
  return { company: "acme", caseId: CASE, records: recordsOf(CASE, told), policies, intact: true };
}

export const quotingPolicies = { [policyNameOf("quoting", quoting.version)]: quoting.document };

/** People were asked; one answered. */
export function answered(verdict: "approve" | "reject", body: JsonObject = {}): readonly Told[] {
  const names = { escalationId: "esc_1", stepKey: STEP };
  const dueAt = "2026-03-02T13:00:04.000Z";
  const opened = {
    ...names,
    decisionId: "dec_1",
    change: "opened",
    role: "partner-manager",
    level: 0,
    dueAt,
    reason: "over",
  };
  const said = {
    ...names,
    approvalId: "apv_1",
    verdict,
    role: "partner-manager",
    missing: 0,
    actionDigest: "cd".repeat(32),
  };
  return [
    ["escalation", opened],
    ["approval", { ...said, personId: "dana", reason: "strategic customer", ...body }],
  ];
}

/** The call and what came back. */
export function done(state: "done" | "failed" | "unknown" = "done"): readonly Told[] {
  const intent = {
    effectKey: STEP,
    permitId: "prm_1",
    decisionId: "dec_1",
    tool: "quotes.approve-discount",
    actionDigest: "cd",
  };
  const back =
    state === "done" ? { externalRef: "QA-7", detail: null } : { externalRef: null, detail: "connection lost" };
  return [
    ["intent", intent],
    ["receipt", { effectKey: STEP, state, commitment: null, ...back }],
  ];
}
