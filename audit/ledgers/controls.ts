import type { AgentRole, ControlName } from "../../domain/control.ts";
import { policyCaseOf } from "../../domain/policy-release.ts";
import { appendRecord, type LedgerPool, type Sql } from "../records.ts";
import { holdName, inTransaction } from "./transaction.ts";

/** A control as it stands. `waiting`: what a second person is asked to agree to. Times are ISO 8601. */
export type ControlState = {
  readonly name: ControlName;
  readonly cap: number | null;
  /** Who set that cap, as what, why and when; null where none was ever in force. */
  readonly set: ControlWords | null;
  readonly waiting: ({ readonly cap: number | null } & ControlWords) | null;
};

type ControlWords = { readonly person: string; readonly role: string; readonly reason: string; readonly at: string };

export type AskedControl = {
  readonly company: string;
  readonly name: ControlName;
  readonly cap: number | null;
  readonly by: string;
  readonly role: string;
  readonly reason: string;
  /** By the company's clock. */
  readonly at: string;
};

/** `not-known`: who asks is nobody here, or was revoked. `own-request`: who asked for the wider one asks again. */
export type ControlAnswer =
  | { readonly kind: "taken"; readonly state: "done" | "waiting" }
  | { readonly kind: "refused"; readonly code: "not-known" | "unchanged" | "own-request" };

type Row = ControlWords & { readonly name: ControlName; readonly cap: number | null; readonly in_force: boolean };

/** Every control that was ever asked for, by name. */
export async function readControls(sql: Sql, company: string): Promise<readonly ControlState[]> {
  const { rows } = await sql.query<Row>({
    name: "read-controls",
    text: `select distinct on (c.name, c.in_force) c.name, c.cap, c.in_force, c.person_id as person, c.role, c.reason, c.at
           from control c
           where c.company = $1 and (c.in_force or c.n = (
             select max(x.n) from control x where x.company = c.company and x.name = c.name))
           order by c.name, c.in_force, c.n desc`,
    values: [company],
  });
  const names = [...new Set(rows.map(({ name }) => name))];
  return names.map((name) => {
    const [set, waiting] = [true, false].map((inForce) =>
      rows.find((row) => row.name === name && row.in_force === inForce),
    );
    return {
      name,
      cap: set?.cap ?? null,
      set: set === undefined ? null : wordsOf(set),
      waiting: waiting === undefined ? null : { cap: waiting.cap, ...wordsOf(waiting) },
    };
  });
}

function wordsOf({ person, role, reason, at }: Row): ControlWords {
  return { person, role, reason, at };
}

/** What keeps an agent from its next turn, by the control's name; undefined where nothing does. */
export async function readAgentStop(sql: Sql, company: string, role: AgentRole): Promise<string | undefined> {
  return firstAtZero(sql, company, [`switch/agent/${role}`, `autonomy/agent/${role}`]);
}

async function firstAtZero(sql: Sql, company: string, names: readonly string[]): Promise<string | undefined> {
  const { rows } = await sql.query<{ name: string }>({
    name: "read-first-stop",
    text: `select s.name from unnest($2::text[]) with ordinality as s (name, nth)
           where control_cap($1, s.name) = 0 order by s.nth limit 1`,
    values: [company, names],
  });
  return rows[0]?.name;
}

/** What keeps a model from being asked for a role's turn; undefined where nothing does. */
export async function readCallStop(
  sql: Sql,
  asked: { readonly company: string; readonly functionId: string; readonly role: AgentRole },
): Promise<string | undefined> {
  const { company, functionId, role } = asked;
  const names = ["switch/company", `switch/function/${functionId}`, `switch/agent/${role}`, `autonomy/agent/${role}`];
  return firstAtZero(sql, company, names);
}

/** What comes of asking: the database judges it, now and when it is written. */
export async function judgeControl(
  sql: Sql,
  { company, by, name, cap }: Pick<AskedControl, "company" | "by" | "name" | "cap">,
): Promise<"done" | "waiting" | Extract<ControlAnswer, { kind: "refused" }>["code"]> {
  const { rows } = await sql.query<{ state: Awaited<ReturnType<typeof judgeControl>> }>({
    name: "judge-control",
    text: "select judge_control($1, $2, $3, $4) as state",
    values: [company, by, name, cap],
  });
  const [judged] = rows;
  if (judged === undefined) throw new Error(`control \`${name}\` was not judged`);
  return judged.state;
}

/** Sets a control with its record: a narrower cap counts at once, a wider one once a second person asks for the same. */
export async function setControl(pool: LedgerPool, asked: AskedControl): Promise<ControlAnswer> {
  const { company, name, cap, by, role, reason, at } = asked;
  return inTransaction(pool, async (ledger) => {
    await holdName(ledger, company, "control", "company");
    const state = await judgeControl(ledger, asked);
    if (state !== "done" && state !== "waiting") return { kind: "refused", code: state };
    const inForce = state === "done";
    const n = await nextPlace(ledger, company);
    const caseId = policyCaseOf(company);
    const key = `${caseId}/control/${n}`;
    const body = { change: "control", n, control: name, cap, inForce, role, person: by, reason };
    const parents = n === 1 ? [] : [`${caseId}/control/${n - 1}`];
    await appendRecord(ledger, { company, caseId, kind: "policy", key, at, body, parents, person: by });
    await ledger.query({
      name: "set-control",
      text: `insert into control (company, n, name, cap, in_force, person_id, role, reason, at, record_key)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      values: [company, n, name, cap, inForce, by, role, reason, at, key],
    });
    return { kind: "taken", state };
  });
}

async function nextPlace(sql: Sql, company: string): Promise<number> {
  const { rows } = await sql.query<{ n: number }>({
    name: "next-control",
    text: "select 1 + coalesce(max(n), 0) as n from control where company = $1",
    values: [company],
  });
  return rows[0]?.n ?? 1;
}
