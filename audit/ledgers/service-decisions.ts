import type { DecisionDetails } from "../../domain/decision-details.ts";
import type { MatchedRule, Route, Verdict } from "../../domain/decision.ts";
import type { ExternalArgs } from "../../domain/decide-case.ts";
import type { EscalationStanding } from "../../domain/escalation.ts";
import type { SourceRef } from "../../domain/evidence.ts";
import type { JsonObject } from "../../domain/json.ts";
import { digestOf } from "../digest.ts";
import type { Ledger, Sql } from "../records.ts";
import { decisionPart, type DecisionDraft, type StoredDecision } from "./decisions.ts";
import { escalationRow } from "./escalations.ts";
import { openingsOf, tellReach, type Asking, type OnOutOfReach, type Opening } from "./opening.ts";
import { recordKeys } from "../record-keys.ts";
import { stepText, writeStep } from "./step-writing.ts";
import { proposalPart, type ProposalDraft } from "./turns.ts";

/** A decision of the decide service with the request it answers; null when an earlier gate kept that. */
export type ServiceDraft = {
  readonly decision: DecisionDraft;
  readonly proposal: ProposalDraft | null;
  /** What a switch stops it by. */
  readonly functionId: string;
};

/**
 * `fresh` is false when the gate was passed before: then another decision stands, and this one was not kept. `stopped`:
 * it would give a permit while a switch is on, and was not kept. `stands`: another request asked the same, and what
 * was decided of that stands.
 */
export type ServiceRecord =
  | { readonly kind: "stopped" }
  | { readonly kind: "stands" }
  | { readonly kind: "kept"; readonly fresh: boolean; readonly decision: StoredDecision }
  | { readonly kind: "failed"; readonly error: Error };

/** Records a batch in one transaction and answers for each draft, in order. One that cannot be kept fails alone. */
export async function recordServiceDecisions(
  ledger: Ledger,
  drafts: readonly ServiceDraft[],
  onOutOfReach?: OnOutOfReach,
): Promise<readonly ServiceRecord[]> {
  const openings = await openingsOfDrafts(ledger, drafts);
  const rows = await Promise.all(drafts.map((draft, index) => rowOf(ledger, draft, openings[index])));
  const answer = await ledger.query<{
    answers: readonly { state?: "fresh" | "known" | "stopped" | "stands"; fault?: string; code?: string }[];
  }>({
    name: "record-service-decisions",
    text: "select record_service_decisions($1, $2) as answers",
    values: [JSON.stringify(policiesOf(drafts)), `[${rows.map(({ item }) => item).join(",")}]`],
  });
  const answers = answer.rows[0]?.answers ?? [];
  return rows.map(({ stored, escalation }, index) => {
    const { state, fault, code } = answers[index] ?? {};
    const opening = openings[index];
    if (state === "fresh" && escalation !== null && opening !== undefined) tellReach(onOutOfReach, escalation, opening);
    if (state === "stopped" || state === "stands") return { kind: state };
    if (state !== undefined) return { kind: "kept", fresh: state === "fresh", decision: stored };
    const error = new Error(`decision \`${stored.decisionId}\` could not be kept: ${fault ?? "no answer"} (${code})`);
    return { kind: "failed", error };
  });
}

/** Each policy of a batch once. */
function policiesOf(drafts: readonly ServiceDraft[]): readonly JsonObject[] {
  const once = new Map<string, JsonObject>();
  for (const { decision } of drafts) {
    const { company, policy, policyDocument: document } = decision;
    once.set(`${company} ${policy.id} ${policy.version}`, {
      company,
      policyId: policy.id,
      version: policy.version,
      document,
    });
  }
  return [...once.values()];
}

/** Whether people are asked for a decision. */
function opensQuestion({ route, withheld }: DecisionDraft, { verdict, permitId }: StoredDecision): boolean {
  return verdict === "escalate" && permitId === null && !withheld && route !== null;
}

/** A question that a request of a caller's would open. `most`: how many one caller may in an hour. `at`: ISO 8601. */
export type AskedQuestion = { readonly caller: string; readonly most: number };

/**
 * Takes one of the questions that the caller may open in an hour, for a decision that would open one: undefined when there is
 * room, or nobody is asked; else when there is, ISO 8601. The same request takes one, however often it comes.
 */
export async function takeQuestion(
  sql: Sql,
  decision: DecisionDraft,
  { caller, most }: AskedQuestion,
): Promise<string | undefined> {
  if (decision.verdict !== "escalate" || !opensQuestion(decision, decisionPart(decision).stored)) return undefined;
  const { company, stepKey, at } = decision;
  const { rows } = await sql.query<{ room_at: string | null }>({
    name: "take-question",
    text: "select take_question($1, $2, $3, $4, $5) as room_at",
    values: [company, digestOf([company, caller]), stepKey, at, most],
  });
  return rows[0]?.room_at ?? undefined;
}

/** What the questions of a batch open under, by draft; undefined where people are not asked. */
async function openingsOfDrafts(
  ledger: Ledger,
  drafts: readonly ServiceDraft[],
): Promise<readonly (Opening | undefined)[]> {
  const asking = drafts.map(askingOf);
  const company = drafts[0]?.decision.company ?? "";
  const openings = await openingsOf(
    ledger,
    company,
    asking.flatMap((one) => one ?? []),
  );
  let next = 0;
  return asking.map((one) => (one === undefined ? undefined : openings[next++]));
}

/** The question that a decision opens. Who asks in somebody's name is an asker too. */
function askingOf({ decision, proposal }: ServiceDraft): Asking | undefined {
  const { route, requestedBy, requesterId } = decision;
  if (route === null || !opensQuestion(decision, decisionPart(decision).stored)) return undefined;
  const caller = proposal?.action.args["caller"];
  return { route, askers: [requestedBy, requesterId, caller].filter((one) => typeof one === "string") };
}

/** What `record_service_decision` takes, JSON text. Who asked acts: there is no intent, and the policy was written ahead. */
async function rowOf(ledger: Ledger, { decision, proposal, functionId }: ServiceDraft, opening: Opening | undefined) {
  const { part, stored } = decisionPart(decision);
  const { company, caseId, stepKey, route, reason, at } = decision;
  const { decisionId, actionDigest } = stored;
  const names = { company, caseId, stepKey };
  const escalation =
    opening !== undefined && route !== null
      ? await escalationRow(ledger, { ...names, decisionId, actionDigest, route, reason, at }, opening)
      : null;
  const step = await stepText(ledger, {
    company,
    ...(proposal !== null && { proposal: proposalPart(names, proposal) }),
    decision: { ...part, row: { ...part.row, policyDocument: null } },
  });
  const rest = JSON.stringify({ escalation, functionId });
  return { stored, escalation, item: `{"step":${step},${rest.slice(1)}` };
}

/** One gate of a request as the ledgers hold it, with what was answered to it. */
export type ServiceDecision = {
  readonly decisionId: string;
  readonly gate: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rules: readonly MatchedRule[];
  readonly missing: readonly string[];
  readonly facts: JsonObject;
  readonly sources: readonly SourceRef[];
  readonly route: Route | null;
  readonly policyId: string;
  readonly policyVersion: string;
  readonly actionDigest: string;
  readonly requestedBy: string;
  readonly details: DecisionDetails;
  readonly decidedAt: string;
  readonly permitId: string | null;
  readonly escalation: {
    readonly escalationId: string;
    readonly state: EscalationStanding;
    readonly role: string;
    readonly dueAt: string;
    /** The decision that was taken in its place once an outage was over, or null. */
    readonly instead: string | null;
  } | null;
};

/** A request to the decide service: its proposal, every gate it passed, and what the caller reported. */
export type ServiceStep = {
  readonly company: string;
  readonly caseId: string;
  readonly stepKey: string;
  readonly proposalId: string;
  readonly actionId: string;
  readonly args: ExternalArgs;
  /** SHA-256 (hex) of the request: the same key with another one is refused. */
  readonly requestDigest: string;
  /** By gate; never empty. */
  readonly decisions: readonly [ServiceDecision, ...ServiceDecision[]];
  readonly effect: {
    readonly state: "intent" | "done" | "failed" | "unknown";
    readonly externalRef: string | null;
    readonly detail: string | null;
  } | null;
};

type StepRow = Omit<ServiceDecision, "escalation"> &
  Omit<ServiceStep, "decisions" | "effect"> & {
    escalationId: string | null;
    escalationState: NonNullable<ServiceDecision["escalation"]>["state"];
    role: string;
    dueAt: string;
    instead: string | null;
    effectState: NonNullable<ServiceStep["effect"]>["state"] | null;
    externalRef: string | null;
    detail: string | null;
  };

/** Every gate of the step that `step` gives; `$1` company. */
const serviceSteps = (step: string) => `
  select d.company, d.case_id as "caseId", d.step_key as "stepKey", q.proposal_id as "proposalId",
         q.action_id as "actionId", q.args, q.record_version as "requestDigest",
         d.decision_id as "decisionId", d.gate, d.verdict, d.reason, d.rules, d.missing, d.facts, d.sources, d.route,
         d.policy_id as "policyId", d.policy_version as "policyVersion", d.action_digest as "actionDigest",
         d.requested_by as "requestedBy", d.details, d.decided_at as "decidedAt", p.permit_id as "permitId",
         s.escalation_id as "escalationId", s.state as "escalationState", s.role, s.due_at as "dueAt", s.instead,
         e.state as "effectState", e.external_ref as "externalRef", e.detail
  from (select * from decision where company = $1 and step_key = ${step} offset 0) d
  cross join lateral (select * from proposal x where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q
  left join lateral (
    select * from permit x where x.company = d.company and x.decision_id = d.decision_id limit 1) p on true
  left join lateral (
    select * from escalation x where x.company = d.company and x.decision_id = d.decision_id limit 1) s on true
  left join lateral (select * from effect x where x.company = d.company and x.effect_key = d.step_key limit 1) e on true
  where starts_with(d.case_id, $1 || ':decisions:')
  order by d.gate`;

/** Reads a request by the id of any of its decisions, or by its step. Undefined for what is no request to the service. */
export async function readServiceStep(
  sql: Sql,
  company: string,
  by: { readonly decisionId: string } | { readonly stepKey: string },
): Promise<ServiceStep | undefined> {
  const { rows } =
    "stepKey" in by
      ? await sql.query<StepRow>({
          name: "read-service-step",
          text: serviceSteps("$2"),
          values: [company, by.stepKey],
        })
      : await sql.query<StepRow>({
          name: "read-service-step-of-decision",
          text: serviceSteps("(select step_key from decision where company = $1 and decision_id = $2)"),
          values: [company, by.decisionId],
        });
  const [first, ...later] = rows;
  if (first === undefined) return undefined;
  const { caseId, stepKey, proposalId, actionId, args, requestDigest, effectState: state, externalRef, detail } = first;
  return {
    company,
    caseId,
    stepKey,
    proposalId,
    actionId,
    args,
    requestDigest,
    decisions: [decisionOf(first), ...later.map(decisionOf)],
    effect: state && { state, externalRef, detail },
  };
}

/** The step by which an ask stands, whoever's request it was; undefined when it is to be decided. */
export async function readStandingAsk(sql: Sql, company: string, askKey: string): Promise<ServiceStep | undefined> {
  const { rows } = await sql.query<{ step_key: string | null }>({
    name: "standing-ask",
    text: "select standing_ask($1, $2) as step_key",
    values: [company, askKey],
  });
  const stepKey = rows[0]?.step_key ?? null;
  return stepKey === null ? undefined : readServiceStep(sql, company, { stepKey });
}

/** That a request asked under another key for what stands: it rests on that decision. Told once, however often it comes. */
export async function recordRepeat(ledger: Ledger, { stepKey, at }: RepeatedAsk, first: ServiceStep): Promise<void> {
  const { company, caseId } = first;
  const { decisionId, actionDigest } = first.decisions.at(-1) ?? first.decisions[0];
  const key = recordKeys.repeat(stepKey);
  const { rows } = await ledger.query<{ told: boolean }>({
    name: "repeat-told",
    text: "select exists (select from audit_record where company = $1 and key = $2) as told",
    values: [company, key],
  });
  if (rows[0]?.told === true) return;
  const body = { stepKey, effectKey: first.stepKey, decisionId };
  const parents = [recordKeys.decision(decisionId)];
  await writeStep(ledger, {
    company,
    records: [{ company, caseId, kind: "repeat", key, at, body, parents, actionDigest }],
  });
}

/** A request that asks what another one asked. `at`: when, ISO 8601. */
type RepeatedAsk = { readonly stepKey: string; readonly at: string };

function decisionOf(row: StepRow): ServiceDecision {
  const { escalationId, escalationState: state, role, dueAt, instead, ...rest } = row;
  const { decisionId, gate, verdict, reason, rules, missing, facts, sources, route, policyId, policyVersion } = rest;
  const { actionDigest, requestedBy, details, decidedAt, permitId } = rest;
  return {
    decisionId,
    gate,
    verdict,
    reason,
    rules,
    missing,
    facts,
    sources,
    route,
    policyId,
    policyVersion,
    actionDigest,
    requestedBy,
    details,
    decidedAt,
    permitId,
    escalation: escalationId === null ? null : { escalationId, state, role, dueAt, instead },
  };
}

/** An open question of the decide service, and where a page of them ends with it. */
export type OpenServiceQuestion = {
  readonly escalationId: string;
  readonly decisionId: string;
  readonly rules: readonly MatchedRule[];
  readonly place: readonly string[];
};

/** Some of the questions of the decide service that are open, in the order of their time; `after`: a place. */
export async function openServiceQuestions(
  sql: Sql,
  company: string,
  { after = ["-infinity", ""], limit }: { readonly after?: readonly string[] | undefined; readonly limit: number },
): Promise<readonly OpenServiceQuestion[]> {
  const { rows } = await sql.query<OpenServiceQuestion>({
    name: "open-service-questions",
    text: `select s.escalation_id as "escalationId", s.decision_id as "decisionId", d.rules,
             array[to_char(s.time at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), s.escalation_id] as place
           from (select x.*, coalesce(x.until_at, x.due_at) as time from escalation x
                 where x.company = $1 and x.closed_at is null and starts_with(x.case_id, x.company || ':decisions:')
                   and (coalesce(x.until_at, x.due_at), x.escalation_id) > ($2::timestamptz, $3)
                 order by coalesce(x.until_at, x.due_at), x.escalation_id limit $4) s
           cross join lateral (
             select rules from decision x where x.company = $1 and x.decision_id = s.decision_id limit 1) d
           order by s.time, s.escalation_id`,
    values: [company, ...after, limit],
  });
  return rows;
}

/** Escalations of the decide service whose time passed, whatever they wait for: no workflow waits for those. */
export async function overdueServiceEscalations(
  sql: Sql,
  company: string,
  at: string,
): Promise<readonly { readonly escalationId: string; readonly level: number; readonly isOpen: boolean }[]> {
  const { rows } = await sql.query<{ escalationId: string; level: number; isOpen: boolean }>({
    name: "overdue-service-escalations",
    text: `select escalation_id as "escalationId", level, state = 'open' as "isOpen" from escalation
           where company = $1 and closed_at is null and coalesce(until_at, due_at) < $2
             and starts_with(case_id, company || ':decisions:')
           order by coalesce(until_at, due_at) limit 100`,
    values: [company, at],
  });
  return rows;
}
