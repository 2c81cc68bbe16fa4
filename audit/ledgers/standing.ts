import type { RecordDraft } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { StepNames } from "./turns.ts";
import { recordKeys } from "../record-keys.ts";
import type { Sql } from "../records.ts";

/** What was permitted for an ask before, and where it stands; never `failed`, since that is nothing that was done. */
export type Standing = {
  readonly state: "intent" | "done" | "unknown";
  readonly externalRef: string | null;
  readonly tool: string;
  /** Whose it is: the case and step that it was permitted to. */
  readonly caseId: string;
  readonly stepKey: string;
  readonly permitId: string;
  readonly decisionId: string;
  readonly actionDigest: string;
  readonly decidedAt: string;
  /** Whether it is recorded already that this step asked for it again. */
  readonly told: boolean;
};

/** An ask by its key (`deciding/effect-key.ts`). `oneStands`: another act of the action takes its place. */
export type Ask = { readonly askKey: string; readonly oneStands: boolean };

/** The key that an ask's effect bears, or would bear: the next one after those that were refused for certain, or replaced. */
export type AskReading = { readonly effectKey: string; readonly standing: Standing | undefined };

type Row = { readonly effectKey: string } & { readonly [Name in keyof Standing]: Standing[Name] | null };

/** Looks an ask up, for the step that asks now. */
export async function readAsk(
  sql: Sql,
  { company, stepKey }: Pick<StepNames, "company" | "stepKey">,
  { askKey, oneStands }: Ask,
): Promise<AskReading> {
  const { rows } = await sql.query<Row>({
    name: "read-ask",
    text: `select k.effect_key as "effectKey", e.state, e.external_ref as "externalRef", e.tool, d.case_id as "caseId",
             d.step_key as "stepKey", m.permit_id as "permitId", m.decision_id as "decisionId",
             m.action_digest as "actionDigest", d.decided_at as "decidedAt",
             exists (select from audit_record r where r.company = $1 and r.key = $3) as told
           from (select $1::text as company, effect_key_of($1, $2, $4) as effect_key offset 0) k
           left join lateral (
             select * from effect x where x.company = k.company and x.effect_key = k.effect_key limit 1) e on true
           left join lateral (
             select * from permit x where x.company = e.company and x.permit_id = e.permit_id limit 1) m on true
           left join lateral (
             select * from decision x where x.company = m.company and x.decision_id = m.decision_id limit 1) d on true`,
    values: [company, askKey, recordKeys.repeat(stepKey), oneStands],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`no answer for ask \`${askKey}\``);
  const { effectKey, ...standing } = row;
  return { effectKey, standing: standing.state === null ? undefined : (standing as Standing) };
}

/** That a step asked for what was permitted before: it rests on the intent, whose receipt says what became of it. */
export function repeatRecord(names: StepNames, { effectKey }: AskReading, standing: Standing, at: string): RecordDraft {
  const { company, caseId, stepKey } = names;
  const { decisionId, actionDigest } = standing;
  const key = recordKeys.repeat(stepKey);
  const parents = [recordKeys.proposal(stepKey), recordKeys.intent(effectKey)];
  return {
    company,
    caseId,
    kind: "repeat",
    key,
    at,
    body: { stepKey, effectKey, decisionId },
    parents,
    actionDigest,
  };
}

/** Whether a permit was refused since another decision was given one for the same ask: the first of two at once. */
export function isPermittedElsewhere(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === "permit_of_effect";
}

/** What an action did last in a case, and what was told to take it back since; null where nothing was. */
export type LastAct = {
  readonly ref: string;
  readonly decidedAt: string;
  readonly args: JsonObject;
  readonly facts: JsonObject;
  readonly takenBackBy: JsonObject | null;
};

/** What was done last under an action in a case. Undefined where nothing was. */
export async function readLastAct(
  sql: Sql,
  { company, caseId }: Pick<StepNames, "company" | "caseId">,
  { action, takenBackBy }: { readonly action: string; readonly takenBackBy: string },
): Promise<LastAct | undefined> {
  const { rows } = await sql.query<LastAct>({
    name: "read-last-act",
    text: `with done as materialized (
             select q.action_id, q.args, d.facts, coalesce(e.external_ref, '') as ref, d.decided_at
             from (select * from effect x where x.company = $1 and x.case_id = $2 offset 0) e
             cross join lateral (
               select decision_id from permit x where x.company = $1 and x.permit_id = e.permit_id limit 1) m
             cross join lateral (
               select proposal_id, facts, decided_at from decision x
               where x.company = $1 and x.decision_id = m.decision_id limit 1) d
             cross join lateral (
               select action_id, args from proposal x
               where x.company = $1 and x.proposal_id = d.proposal_id limit 1) q
             where e.state = 'done')
           select a.ref, to_char(a.decided_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "decidedAt", a.args, a.facts,
             (select b.args from done b where b.action_id = $4 and b.decided_at >= a.decided_at
              order by b.decided_at desc limit 1) as "takenBackBy"
           from done a where a.action_id = $3 order by a.decided_at desc limit 1`,
    values: [company, caseId, action, takenBackBy],
  });
  return rows[0];
}

/** Something that was done: in which case, and what its decision rested on. `place`: where the next page begins. */
export type DoneAct = {
  readonly caseId: string;
  readonly sources: readonly { readonly source: string; readonly version: string }[];
  readonly place: string;
};

/** What a tool did that was intended after an instant (ISO 8601), the oldest first, after a place. */
export async function readDoneSince(
  sql: Sql,
  company: string,
  {
    tool,
    since,
    after,
    limit,
  }: { readonly tool: string; readonly since: string; readonly after: string; readonly limit: number },
): Promise<readonly DoneAct[]> {
  const [at = "", key = ""] = after === "" ? [since, ""] : after.split(" ");
  const { rows } = await sql.query<DoneAct>({
    name: "read-done-since",
    text: `select e.case_id as "caseId", d.sources,
             to_char(e.intended_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || e.effect_key as place
           from (select * from effect x
                 where x.company = $1 and x.tool = $2 and x.state = 'done' and (x.intended_at, x.effect_key) > ($3::timestamptz, $4)
                 order by x.intended_at, x.effect_key limit $5) e
           cross join lateral (
             select decision_id from permit x where x.company = $1 and x.permit_id = e.permit_id limit 1) m
           cross join lateral (
             select sources from decision x where x.company = $1 and x.decision_id = m.decision_id limit 1) d
           order by e.intended_at, e.effect_key`,
    values: [company, tool, at, key, limit],
  });
  return rows;
}
