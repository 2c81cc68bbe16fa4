import { randomBytes } from "node:crypto";
import { aliasOf, OWN_SYSTEM, type Alias } from "../../domain/alias.ts";
import type { JsonObject } from "../../domain/json.ts";
import { digestOf, sha256Hex } from "../digest.ts";
import type { Ledger, LedgerPool, Sql } from "../records.ts";
import { sealRecord } from "../seal.ts";
import { holdName, inTransaction } from "./transaction.ts";
import type { Person } from "./directory.ts";

/** What is to change of a person. Widening waits for a second admin; the database says which is which (0010_people.sql). */
export type PeopleChange = { readonly personId: string } & (
  | { readonly change: "add"; readonly name: string; readonly role: string; readonly aliases?: readonly Alias[] }
  | { readonly change: "add-alias" | "remove-alias"; readonly aliases: readonly Alias[] }
  | { readonly change: "role"; readonly role: string }
  | { readonly change: "revoke" }
  | { readonly change: "token" }
);

/** Why nothing changed. `not-known`: who asks is nobody here, or was revoked. */
export type PeopleRefusal =
  | "not-known"
  | "wrong-role"
  | "not-found"
  | "already-there"
  | "asked-already"
  | "already-decided"
  | "alias-taken"
  | "own-id"
  | "own-request"
  | "unchanged";

export type PeopleAnswer =
  | { readonly kind: "changed"; readonly changeId: string; readonly state: "done" | "waiting" | "dropped" }
  | { readonly kind: "refused"; readonly code: PeopleRefusal };

/** Who does something, and when by the company's clock, ISO 8601. */
export type By = { readonly company: string; readonly by: string; readonly at: string };

type Asked = By & {
  readonly change: PeopleChange;
  readonly reason: string;
  /** The token that the person has once the change holds. Absent: somebody who never logs in, or no new one. */
  readonly token?: string | undefined;
};

/** The audit case that changes of people are recorded under. */
export function peopleCaseOf(company: string): string {
  return `${company}:people`;
}

/** 256 random bits, shown once and kept as SHA-256 only. */
export function newToken(): string {
  return `mdt_${randomBytes(32).toString("base64url")}`;
}

/** Everybody is known by their own id and name. */
function ownAliases({ personId, name }: Pick<Person, "personId" | "name">): readonly Alias[] {
  const given = [["user-id", personId] as const, ["name", name] as const];
  return given.flatMap(([kind, text]) => {
    const alias = aliasOf(kind, text);
    return alias === undefined ? [] : [{ system: OWN_SYSTEM, kind, alias }];
  });
}

/** What `person_change.detail` keeps. The salt goes with it: nobody guesses from its digest what it said. */
function detailOf(change: PeopleChange, token: string | undefined): JsonObject {
  const salt = randomBytes(16).toString("base64url");
  const tokenSha256 = token === undefined ? {} : { tokenSha256: sha256Hex(token) };
  switch (change.change) {
    case "add": {
      const { name, role, aliases = [] } = change;
      return { salt, name, role, aliases: [...ownAliases(change), ...aliases], ...tokenSha256 };
    }
    case "add-alias":
    case "remove-alias":
      return { salt, aliases: change.aliases };
    case "role":
      return { salt, role: change.role };
    case "revoke":
      return { salt };
    case "token":
      return { salt, ...tokenSha256 };
  }
}

async function pseudonymOf(ledger: Ledger, company: string, personId: string): Promise<string> {
  const [key] = await ledger.vault.keysOf(ledger, company, [`person:${personId}`]);
  if (key === undefined) throw new Error("a person has no key");
  return key.subjectId;
}

type Told = {
  readonly changeId: string;
  readonly step: "first" | "ask" | "second" | "drop";
  /** What the judges say comes of it. */
  readonly state: string;
  readonly body: JsonObject;
  readonly row: JsonObject;
};

/** Changes and records in one statement. `ledger` seals what `sql` records. */
async function change(
  { ledger, sql }: { readonly ledger: Ledger; readonly sql: Sql },
  { company, by, at }: By,
  { changeId, step, state, body, row }: Told,
): Promise<string | undefined> {
  const caseId = peopleCaseOf(company);
  const recordKey = `${caseId}/${changeId}/${step}`;
  const parents = step === "second" || step === "drop" ? [`${caseId}/${changeId}/ask`] : [];
  const said = { changeId, state, person: by, ...body };
  const record = { company, caseId, kind: "people", key: recordKey, at, body: said, parents, person: by } as const;
  const canonical = await sealRecord(ledger, record);
  const { rows } = await sql.query<{ state: string }>({
    name: "change-people",
    text: "select change_people($1) as state",
    values: [JSON.stringify({ company, step, changeId, by, at, caseId, recordKey, canonical, ...row })],
  });
  return rows[0]?.state;
}

/** Nothing else changes people until the transaction ends. */
function alone(ledger: Ledger, company: string): Promise<void> {
  return holdName(ledger, company, "people", "directory");
}

function isHeld(state: string): state is "done" | "waiting" | "dropped" {
  return state === "done" || state === "waiting" || state === "dropped";
}

/** Asks for a change: it holds at once when it narrows, or is of one's own token, and waits for a second admin otherwise. */
export async function askPeopleChange(pool: LedgerPool, asked: Asked): Promise<PeopleAnswer> {
  const { company, by, change: wanted, reason, token } = asked;
  const { change: what, personId } = wanted;
  const detail = detailOf(wanted, token);
  return inTransaction(pool, async (ledger) => {
    await alone(ledger, company);
    const { rows } = await ledger.query<{ state: string }>({
      name: "judge-people-change",
      text: "select judge_people_change($1, $2, $3, $4, $5) as state",
      values: [company, by, what, personId, JSON.stringify(detail)],
    });
    const state = rows[0]?.state ?? "";
    if (!isHeld(state)) return { kind: "refused", code: state as PeopleRefusal };
    const changeId = `pch_${randomBytes(10).toString("hex")}`;
    const subject = await pseudonymOf(ledger, company, personId);
    const body = { change: what, subject, reason, detail: digestOf(detail) };
    const row = { change: what, person: personId, detail, reason };
    await change({ ledger, sql: ledger }, asked, { changeId, step: "ask", state, body, row });
    return { kind: "changed", changeId, state };
  });
}

/** Another admin seconds what waits, or an admin drops it. */
export async function answerPeopleChange(
  pool: LedgerPool,
  given: By & { readonly changeId: string; readonly answer: "second" | "drop" },
): Promise<PeopleAnswer> {
  const { company, by, changeId, answer } = given;
  return inTransaction(pool, async (ledger) => {
    await alone(ledger, company);
    const { rows } = await ledger.query<{ state: string }>({
      name: "judge-people-answer",
      text: "select judge_people_answer($1, $2, $3, $4) as state",
      values: [company, by, answer, changeId],
    });
    const state = rows[0]?.state ?? "";
    if (!isHeld(state)) return { kind: "refused", code: state as PeopleRefusal };
    await change({ ledger, sql: ledger }, given, { changeId, step: answer, state, body: { change: answer }, row: {} });
    return { kind: "changed", changeId, state };
  });
}

export type FirstAdmin = Pick<Person, "personId" | "name"> & { readonly token: string };

/** Who is recorded as having made the first admins. */
const SET_UP = "set-up";

/** Who may ask for and second changes of people. */
export const ADMIN_ROLE = "admin";

/**
 * Makes the first admins. `owner`: the database's owner, who alone may; `ledger`: the company's login, which seals what is
 * recorded. False when there are two already, and nothing is changed.
 */
export async function makeFirstAdmins(
  { owner, ledger }: { readonly owner: Sql; readonly ledger: Ledger },
  { company, at }: Pick<By, "company" | "at">,
  admins: readonly FirstAdmin[],
): Promise<boolean> {
  const changeId = `pch_${randomBytes(10).toString("hex")}`;
  const people = admins.map(({ personId, name, token }) => ({
    person: personId,
    detail: detailOf({ change: "add", personId, name, role: ADMIN_ROLE }, token),
  }));
  const subjects: string[] = [];
  for (const { personId } of admins) subjects.push(await pseudonymOf(ledger, company, personId));
  const told: Told = {
    changeId,
    step: "first",
    state: "done",
    body: { change: "first-admins", subjects },
    row: { people },
  };
  return (await change({ ledger, sql: owner }, { company, by: SET_UP, at }, told)) === "done";
}

/** A change that waits for a second admin. */
export type WaitingChange = {
  readonly changeId: string;
  readonly change: PeopleChange["change"];
  readonly personId: string;
  readonly name: string | null;
  readonly role: string | null;
  readonly aliases: readonly Alias[];
  readonly askedBy: string;
  readonly reason: string;
  readonly askedAt: string;
};

/** What waits, oldest first; at most `limit` after a place. */
export async function waitingChanges(
  sql: Sql,
  company: string,
  { after = ["-infinity", ""], limit }: { readonly after?: readonly string[] | undefined; readonly limit: number },
): Promise<readonly (WaitingChange & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<WaitingChange & { place: readonly string[] }>({
    name: "waiting-people-changes",
    text: `select change_id as "changeId", change, person_id as "personId", detail->>'name' as name, detail->>'role' as role,
             coalesce(detail->'aliases', '[]') as aliases, asked_by as "askedBy", reason, asked_at as "askedAt",
             array[to_char(asked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), change_id] as place
           from person_change where company = $1 and state = 'waiting' and (asked_at, change_id) > ($2::timestamptz, $3)
           order by asked_at, change_id limit $4`,
    values: [company, ...after, limit],
  });
  return rows;
}

export async function countWaitingChanges(sql: Sql, company: string): Promise<number> {
  const { rows } = await sql.query<{ total: number }>({
    name: "count-waiting-people-changes",
    text: "select count(*) as total from person_change where company = $1 and state = 'waiting'",
    values: [company],
  });
  return rows[0]?.total ?? 0;
}
