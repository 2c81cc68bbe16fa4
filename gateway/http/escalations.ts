import { faultText, standInText } from "../../audit/story/turn-words.ts";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readAllowedMoves } from "../../audit/ledgers/allowed-moves.ts";
import { readMoves } from "../../audit/ledgers/escalation-moves.ts";
import type { LedgerPool, Sql } from "../../audit/records.ts";
import type { MatchedRule } from "../../domain/decision.ts";
import { isDecideCase } from "../../domain/decide-case.ts";
import { isApproved, isStanding } from "../../domain/escalation.ts";
import type { JsonObject } from "../../domain/json.ts";
import { noticedInWords, type Noticed } from "../../domain/noticed.ts";
import { provenanceOf, type Decided } from "../../domain/provenance.ts";
import type { FunctionAction, GovernedAction } from "../../functions/definition.ts";
import { functions } from "../../functions/index.ts";
import { describeAction, governedActions, headlineOf } from "../../functions/governed-actions.ts";
import { shownFact, type FactType } from "../../guardrails/fact-types.ts";
import type { ApiEnv } from "./auth.ts";
import { readAdvice } from "./escalation-advice.ts";
import { readCard } from "./escalation-card.ts";
import { formOf } from "./escalation-form.ts";
import { EscalationShown, EscalationView, type GivenVerdict } from "./escalation-shapes.ts";
import { timingOf, type timing, type TimedRow } from "./escalation-reach.ts";
import { pageEnd, pagesOf, type Asking, type PageAsked } from "./paging.ts";
import { problemResponses, refuse } from "./problem.ts";
import { ok, ruleView, withToken } from "./route.ts";

export type { EscalationShown, EscalationView };

const EscalationList = z.object({ escalations: z.array(EscalationView), ...pageEnd }).openapi("EscalationList");

/** What is open goes before what is closed. */
const pages = pagesOf("escalations", ["part", "time", "id"], { most: 200 });

const list = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/escalations",
  summary: "List what waits for people, due first",
  request: { query: z.object({ ...pages.parameters, state: EscalationView.shape.state.optional() }) },
  responses: {
    ...ok("Escalations", EscalationList),
    ...problemResponses({ 400: "A parameter is wrong", 401: "No token of a known person" }),
  },
});

const show = createRoute({
  ...withToken,
  method: "get",
  path: "/v1/escalations/{escalationId}",
  summary: "Read one escalation with everything needed to answer it",
  request: { params: z.object({ escalationId: z.string().max(64) }) },
  responses: {
    ...ok("The escalation", EscalationShown),
    ...problemResponses({ 400: "The id is no id", 401: "No token of a known person", 404: "No such escalation" }),
  },
});

type Deps = {
  readonly pool: LedgerPool;
  readonly company: string;
  /** The company's clock, ISO 8601. */
  readonly at: () => string;
  /** How long an approval may be undone before it counts. */
  readonly undoMs: number;
};

/** Escalations to read. A GET never answers one: that is in verdicts.ts. */
export function escalationsApi({ pool, company, at, undoMs }: Deps) {
  return new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      return c.json(await listEscalations(pool, c, { company, at: at(), ...c.req.valid("query") }), 200);
    })
    .openapi(show, async (c) => {
      const { escalationId } = c.req.valid("param");
      const escalation = await readEscalation(pool, company, escalationId, at());
      if (escalation === undefined) return refuse(c, "not-found", `no escalation \`${escalationId}\``);
      c.header("etag", `"${escalation.version}"`);
      const moves = [...(await readMoves(pool, company, escalation))];
      const advice = await advised(pool, company, escalation);
      const card = await readCard(pool, company, { view: escalation, advice, undoMs, at: at() });
      const { personId, role } = c.var.person;
      const may = await readAllowedMoves(pool, { company, escalationId, personId, role, at: at() });
      if (may === undefined) return refuse(c, "not-found", `no escalation \`${escalationId}\``);
      const form = formOf(actionIn(escalation), escalation);
      return c.json({ ...escalation, moves, advice, card, may, form }, 200);
    });
}

/** Copied: the shape that is declared may be written to. */
async function advised(sql: Sql, company: string, about: EscalationView): Promise<EscalationShown["advice"]> {
  const advice = await readAdvice(sql, company, about);
  return (
    advice && {
      ...advice,
      reasons: [...advice.reasons],
      findings: advice.findings.map((one) => ({ ...one, sources: one.sources.map((source) => ({ ...source })) })),
      precedents: advice.precedents.map((one) => ({ ...one })),
    }
  );
}

type EscalationRow = Omit<
  EscalationView,
  | "functionId"
  | "ask"
  | "about"
  | "rules"
  | "action"
  | "editable"
  | "verdict"
  | "reasoning"
  | "noticed"
  | "shownFacts"
  | "provenance"
  | keyof typeof timing
> &
  TimedRow & {
    company: string;
    rules: readonly MatchedRule[];
    tool: string;
    args: JsonObject;
    partnerName: string | null;
    statedReasoning: string;
    /** The facts that the policy declares; null where none was in force. */
    factTypes: readonly FactType[] | null;
    /** Facts that code computed of a caller's fields. */
    derived: readonly string[];
    offline: boolean | null;
    noticing: Noticed | null;
    /** In whose place the deterministic reasoner worked, and why; and why a turn was given up. */
    standIn: { readonly for: string; readonly fault: string } | null;
    givenUp: string | null;
  };

/** Everything a person needs to answer, read from the ledgers: the facts are the decision's, never a model's words. */
const escalations = (from: "escalation" | "listed", more: string) => `
  select s.company, s.escalation_id as "escalationId", s.case_id as "caseId", s.decision_id as "decisionId", s.state,
    s.level, s.role, s.version, s.assignee, s.held_until as "heldUntil", s.until_at as "untilAt", s.due_at as "dueAt", s.opened_at as "openedAt", s.requested_by as "requestedBy",
    s.requester_id as "requesterId", case when s.requester_id is not null then 'person'
      when d.details->>'requester' = 'unresolved' then 'unresolved' else 'nobody' end as requester,
    s.action_digest as "actionDigest", d.reason, d.rules, d.missing, d.facts, d.sources,
      v.document::jsonb->'facts' as "factTypes", coalesce(d.details->'derived', '[]') as derived, q.tool,
     q.args || coalesce(d.details->'terms', '{}') as args, coalesce(d.details->'beside', '[]') as beside, coalesce(d.details->'offers', '[]') as "wouldPass", q.reasoning as "statedReasoning", q.noticed as noticing, said.offline, said."standIn", said."givenUp", partner.name as "partnerName",
    coalesce((s.route->>'quorum')::int, 1) as quorum, said_by.approvals,
    s.route, s.working_time as "workingTime",
    case when s.closed_at is null then jsonb_build_object('firstLevel', r.first_level, 'people', r.people) end as reached${more}
  from ${from} s
  cross join lateral (
    select * from decision x where x.company = s.company and x.decision_id = s.decision_id limit 1) d
  cross join lateral (
    select * from proposal x where x.company = s.company and x.proposal_id = d.proposal_id limit 1) q
  cross join lateral (
    select document from policy_version x
    where x.company = s.company and x.policy_id = d.policy_id and x.version = d.policy_version limit 1) v
  left join lateral reach_of(s.company, s.route, s.level, jsonb_build_array(
    s.requested_by, s.requester_id, case when q.tool = 'external' then q.args->>'caller' end)) r on s.closed_at is null
  left join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('verdict', a.verdict, 'personId', a.person_id, 'reason', a.reason,
             'givenAt', to_char(a.given_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             'undoneAt', to_char(a.undone_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by a.nth), '[]')
             as approvals
    from approval a where a.company = s.company and a.escalation_id = s.escalation_id) said_by on true
  left join lateral (
    select bool_or((r.envelope::jsonb #>> '{fields,offline}')::boolean) as offline,
      (array_agg(r.envelope::jsonb #> '{fields,standIn}') filter (where r.envelope::jsonb #> '{fields,standIn}' is not null))[1] as "standIn",
      min(r.envelope::jsonb #>> '{fields,fault}') as "givenUp"
    from audit_record r where r.company = s.company
      and r.key in (s.step_key || '/intelligence/turn', s.step_key || '/orchestration/turn', s.step_key || '/intelligence/given-up',
        s.step_key || '/orchestration/given-up', s.step_key || '/compliance/given-up')) said on true
  left join lateral (
    select name from programme.partner x
    where x.company = s.company and x.partner_id = d.facts->>'partner' limit 1) partner on true`;

type Listed = PageAsked & {
  readonly company: string;
  readonly at: string;
  readonly state?: EscalationView["state"] | undefined;
};

/** Those due first come first. Each part of the list begins after a place of its own. */
async function listEscalations(
  sql: Sql,
  c: Asking,
  { company, at, state, limit, cursor, total }: Listed,
): Promise<z.infer<typeof EscalationList>> {
  const [part, ...after] = cursor ?? ["open", "-infinity", ""];
  const [open, closed] = part === "open" ? [after, ["-infinity", ""]] : [["infinity", ""], after];
  const { rows } = await sql.query<EscalationRow & { position: string }>({
    name: "list-escalations",
    text: `with listed as materialized (
       select * from (
         (select * from escalation where company = $1 and closed_at is null and $2 in (state, '')
            and due_at >= $4 and (due_at, escalation_id) > ($4::timestamptz, $5)
          order by due_at, escalation_id limit $3)
         union all
         (select * from escalation where company = $1 and closed_at is not null and $2 in (state, '')
            and due_at >= $6 and (due_at, escalation_id) > ($6::timestamptz, $7)
          order by due_at, escalation_id limit $3)) as either
       order by (closed_at is null) desc, due_at, escalation_id limit $3)
     ${escalations("listed", `, to_char(s.due_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position`)}
     order by (s.closed_at is null) desc, s.due_at, s.escalation_id`,
    values: [company, state ?? "", limit + 1, ...open, ...closed],
  });
  const { shown, next } = pages.cut(c, rows, limit, ({ state: stands, position, escalationId }) => {
    return [isStanding(stands) ? "open" : "closed", position, escalationId];
  });
  const views = shown.map(({ position: _position, ...row }) => escalationView(row, at));
  return { escalations: views, next, total: total ? await countEscalations(sql, company, state ?? "") : null };
}

async function countEscalations(sql: Sql, company: string, state: string): Promise<number> {
  const { rows } = await sql.query<{ total: number }>({
    name: "count-escalations",
    text: `select (select count(*) from escalation where company = $1 and closed_at is null and $2 in (state, ''))
             + (select count(*) from escalation where company = $1 and closed_at is not null and $2 in (state, '')) as total`,
    values: [company, state],
  });
  return rows[0]?.total ?? 0;
}

export async function readEscalation(
  sql: Sql,
  company: string,
  escalationId: string,
  at: string,
): Promise<EscalationView | undefined> {
  const { rows } = await sql.query<EscalationRow>({
    name: "read-escalation",
    text: `${escalations("escalation", "")} where s.company = $1 and s.escalation_id = $2`,
    values: [company, escalationId],
  });
  return rows[0] && escalationView(rows[0], at);
}

function escalationView(row: EscalationRow, at: string): EscalationView {
  const { company, rules, tool, args, partnerName, statedReasoning, factTypes, derived, noticing, ...worked } = row;
  const { offline, standIn, givenUp, ...told } = worked;
  const { route: _route, workingTime: _workingTime, reached: _reached, ...rest } = told;
  const { state, approvals } = rest;
  return {
    ...rest,
    ...timingOf(row, at),
    shownFacts: shownFacts(factTypes ?? [], rest.facts as JsonObject),
    provenance: provenanceIn(factTypes ?? [], Object.keys(rest.facts), {
      asked: isDecideCase(company, rest.caseId),
      derived,
    }),
    functionId: functionOfCase(company, rest.caseId),
    ask: describeAction(tool, args, partnerName ?? undefined),
    about: headlineOf(tool, args, rest.facts as JsonObject),
    rules: rules.map(ruleView),
    action: { tool, args },
    editable: isStanding(state) && state !== "committing" ? editableOf(functionOfCase(company, rest.caseId), tool) : [],
    noticed: noticing === null ? [] : noticedInWords(noticing),
    reasoning: [whoReasoned({ offline, standIn, givenUp }), statedReasoning].filter(Boolean).join(" "),
    verdict: isApproved(state) || state === "rejected" ? (approvals.findLast(isCounted) ?? null) : null,
  };
}

/** Whose words they are where no language model's, and what a model that should have worked did instead. */
function whoReasoned({ offline, standIn, givenUp }: Pick<EscalationRow, "offline" | "standIn" | "givenUp">): string {
  const stoodIn = standIn === null ? "" : ` ${standInText({ standIn })}`;
  const labels = [
    ...(offline === true ? [`offline model${stoodIn}`] : []),
    ...(givenUp === null ? [] : [`a model gave its turn up: ${faultText(givenUp)}`]),
  ];
  return labels.map((label) => `[${label}]`).join(" ");
}

/** The arguments of an action that may be edited. */
function editableOf(functionId: string, tool: string): string[] {
  return Object.keys(actionIn({ functionId, action: { tool } })?.editable?.shape ?? {});
}

type Acted = { readonly functionId: string; readonly action: { readonly tool: string } };

function actionIn({ functionId, action: { tool } }: Acted): GovernedAction | undefined {
  const definition = Object.hasOwn(functions, functionId) ? functions[functionId] : undefined;
  const own: FunctionAction | undefined = definition?.actions.find((one) => one.tool === tool);
  return own ?? Object.values(governedActions).find((one) => one.tool === tool);
}

function isCounted({ undoneAt }: z.infer<typeof GivenVerdict>): boolean {
  return undoneAt === null;
}

/** Each fact as people read it: in the unit that its policy declares. */
function shownFacts(types: readonly FactType[], facts: JsonObject): { [name: string]: string } {
  const shown = Object.entries(facts).map(([name, value]) => [
    name,
    shownFact(types, name, value) ?? JSON.stringify(value),
  ]);
  return Object.fromEntries(shown);
}

function provenanceIn(types: readonly FactType[], names: readonly string[], decided: Decided) {
  const declared = new Map(types.map(({ name, from }) => [name, from]));
  const told = names.map((name) => [name, provenanceOf(name, declared.get(name), decided)] as const);
  const known = told.flatMap(([name, from]) => (from === undefined ? [] : [[name, from] as const]));
  return Object.fromEntries(known);
}

/** The function's name within a case id: see `caseIdOf`. */
function functionOfCase(company: string, caseId: string): string {
  return caseId.slice(company.length + 1).split(":")[0] ?? "";
}
