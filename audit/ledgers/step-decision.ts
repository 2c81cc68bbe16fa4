import type { Offer } from "../../domain/decision-details.ts";
import type { Letter } from "../../domain/letter.ts";
import type { StepDecisionReading } from "../../functions/shared/step-decision-reading.ts";
import type { Ledger } from "../records.ts";
import { readMoves } from "./escalation-moves.ts";
import { readStepOutcome } from "./effects.ts";
import { readRefusal } from "./refusals.ts";

type Row = Omit<StepDecisionReading, "outcome" | "askedBack" | "offers" | "unread" | "letter" | "dueAt"> & {
  readonly offered: readonly Offer[] | null;
  readonly letter: Letter | null;
  readonly questionDueAt: string | null;
  readonly isUnread: boolean;
  readonly decidedAt: string;
  /** Its question, while that stands. */
  readonly escalationId: string | null;
  readonly version: number;
  readonly isPaused: boolean;
  readonly until: string | null;
};

/**
 * A step's last decision and how the step ended; undefined before it is decided. Where the step was refused with nothing decided
 * that holds, that is what is read, whatever was decided of it before; an attempt that decided it later stands.
 */
export async function readStepDecision(
  ledger: Ledger,
  company: string,
  stepKey: string,
): Promise<StepDecisionReading | undefined> {
  const refusal = await readRefusal(ledger, company, stepKey);
  const { rows } = await ledger.query<Row>({
    name: "step-decision",
    text: `select d.decision_id as "decisionId", d.verdict, d.reason, coalesce(e.detail, '') as detail,
             d.details->'offers' as offered, d.details->'letter' as letter, d.details ? 'unknown' as "isUnread", coalesce(q.action_id, '') as "actionId", d.decided_at as "decidedAt",
             s.escalation_id as "escalationId", coalesce(s.version, 0) as version, coalesce(s.state = 'info-requested', false) as "isPaused",
             to_char(s.due_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "questionDueAt",
             to_char(s.until_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as until
           from decision d
           left join lateral (
             select escalation_id, version, state, until_at, due_at from escalation x
             where x.company = d.company and x.decision_id = d.decision_id and x.state in ('open', 'info-requested', 'committing')
             limit 1) s on true
           left join lateral (
             select action_id from proposal x
             where x.company = d.company and x.proposal_id = d.proposal_id limit 1) q on true
           left join lateral (
             select permit_id, effect_key from permit x
             where x.company = d.company and x.decision_id = d.decision_id limit 1) m on true
           left join lateral (
             select detail from effect x where x.company = d.company and x.effect_key = m.effect_key
               and x.permit_id = m.permit_id limit 1) e on true
           where d.company = $1 and d.step_key = $2 order by d.gate desc limit 1`,
    values: [company, stepKey],
  });
  const [row] = rows;
  if (refusal !== undefined && (row === undefined || row.decidedAt <= refusal.at)) {
    const { actionId, reason } = refusal;
    return { actionId, reason, decisionId: "", verdict: "none", outcome: "refused", detail: "" };
  }
  if (row === undefined) return undefined;
  const { decidedAt: _decidedAt, escalationId, version, isPaused, until, offered, isUnread, ...rest } = row;
  const { letter, questionDueAt: dueAt, ...decided } = rest;
  const decision = {
    ...decided,
    ...(offered !== null && { offers: offered.map(({ text }) => text) }),
    ...(isUnread && { unread: true as const }),
    ...(letter !== null && { letter }),
    ...(dueAt !== null && { dueAt }),
  };
  const outcome = await readStepOutcome(ledger, company, stepKey);
  const moves = escalationId === null ? [] : await readMoves(ledger, company, { escalationId, version });
  const lastAsk = moves.findLastIndex(({ move }) => move === "ask");
  if (escalationId === null || lastAsk === -1) return { ...decision, outcome };
  const answered = moves.slice(lastAsk).find(({ move }) => move === "answer");
  const state = answered !== undefined ? "answered" : isPaused ? "waits" : "lapsed";
  const question = moves[lastAsk]?.words ?? "";
  const askedBack = { escalationId, question, answer: answered?.words ?? "", state, until: until ?? "" } as const;
  return { ...decision, outcome, askedBack };
}
