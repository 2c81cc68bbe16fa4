import { transition, type Agreement, type AgreementState, type Said } from "../../domain/agreement.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import { digestOf } from "../digest.ts";
import { agreementIdOf, recordKeys } from "../record-keys.ts";
import { appendRecord, readRecord, type Ledger, type LedgerPool, type Sql } from "../records.ts";
import { inTransaction } from "./transaction.ts";

/** Names an agreement as one company holds it. */
export type AgreementName = { readonly company: string; readonly agreementId: string };

/** Everything that is agreed to: what the digest is taken over, and all that another company is told of it. */
export type Asked = {
  /** The governed action. */
  readonly type: string;
  readonly object: { readonly system: string; readonly type: string; readonly id: string };
  readonly tool: string;
  readonly args: JsonObject;
  /** By company: the version of its record that the ask rests on. A company without a record of its own has none. */
  readonly recordVersions: { readonly [company: string]: string };
  /** The number of the terms between the companies; 1 until they sign others. */
  readonly terms: number;
  readonly executor: string;
  readonly sides: readonly string[];
  readonly expiresAt: string;
};

/** An agreement as it is kept. `role`: whose ok counts as the company's own. */
export type AgreementRow = Agreement & {
  readonly agreementId: string;
  readonly caseId: string;
  readonly executor: string;
  readonly role: string;
  readonly askedAt: string;
  readonly movedAt: string;
  readonly said: readonly (Said & { readonly saidAt: string })[];
};

/** What the database says of an intent that not all sides agree to: `object_not_in_prerequisite_state`. */
const NOT_AGREED = "55000";

/** `rows`: the table, or a query of some of its rows. */
const agreements = (rows: string, more: string) => `
  select g.agreement_id as "agreementId", g.case_id as "caseId", g.executor, g.sides, g.digest, g.role, g.state,
    g.asked_at as "askedAt", g.expires_at as "expiresAt", g.moved_at as "movedAt", spoken.said${more}
  from ${rows} g
  cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('side', w.side, 'word', w.word,
             'saidAt', to_char(w.said_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
             order by w.said_at, w.side, w.word), '[]') as said
    from agreement_word w where w.company = g.company and w.agreement_id = g.agreement_id) spoken`;

/** Where an agreement stands. Messages only wake the case; this is what it believes. */
export async function readAgreement(
  sql: Sql,
  { company, agreementId }: AgreementName,
): Promise<AgreementRow | undefined> {
  const { rows } = await sql.query<AgreementRow>({
    name: "read-agreement",
    text: `${agreements("agreement", "")} where g.company = $1 and g.agreement_id = $2`,
    values: [company, agreementId],
  });
  return rows[0];
}

/** What may still be answered first, then by its deadline. */
const part = "case when state in ('asked', 'ready') then 'answerable' else 'ended' end";
const inOrder = `${part}, expires_at, agreement_id`;

/** `after`: such a place, the deadline as a PostgreSQL timestamp in UTC to the microsecond. */
type ListedAgreements = {
  readonly state: AgreementState | undefined;
  readonly after: readonly string[] | undefined;
  readonly limit: number;
};

/** What may still be answered first, by its deadline; at most `limit` after a place. */
export async function listAgreements(
  sql: Sql,
  company: string,
  { state, after = ["", "-infinity", ""], limit }: ListedAgreements,
): Promise<readonly (AgreementRow & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<AgreementRow & { place: readonly string[] }>({
    name: "list-agreements",
    text: `with listed as materialized (
             select * from agreement
             where company = $1 and expires_at > '-infinity' and ($2::text is null or state = $2)
               and (${inOrder}) > ($4, $5::timestamptz, $6)
             order by ${inOrder} limit $3)
           ${agreements(
             "listed",
             `, array[${part}, to_char(g.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), g.agreement_id] as place`,
           )}
           order by ${inOrder}`,
    values: [company, state ?? null, limit, ...after],
  });
  return rows;
}

/** How many there are. */
export async function countAgreements(sql: Sql, company: string, state: AgreementState | undefined): Promise<number> {
  const { rows } = await sql.query<{ total: number }>({
    name: "count-agreements",
    text: `select count(*) as total from agreement
           where company = $1 and expires_at > '-infinity' and ($2::text is null or state = $2)`,
    values: [company, state ?? null],
  });
  return rows[0]?.total ?? 0;
}

/**
 * The agreement, which nobody else moves until the transaction ends. The lock is a statement of its own, see `readOpen`; both
 * go to the server together, the lock ahead.
 */
export async function lockAgreement(ledger: Ledger, name: AgreementName): Promise<AgreementRow | undefined> {
  const { company, agreementId } = name;
  const [, row] = await Promise.all([
    ledger.query({
      name: "lock-agreement",
      text: "select from agreement where company = $1 and agreement_id = $2 for update",
      values: [company, agreementId],
    }),
    readAgreement(ledger, name),
  ]);
  return row;
}

export async function moveAgreement(
  ledger: Ledger,
  { company, agreementId }: AgreementName,
  state: AgreementState,
  at: string,
): Promise<void> {
  await ledger.query({
    name: "move-agreement",
    text: "update agreement set state = $3, moved_at = $4 where company = $1 and agreement_id = $2",
    values: [company, agreementId, state, at],
  });
}

/** Appends to the record of the case that the agreement is of. */
export async function recordAgreement(
  ledger: Ledger,
  { company, agreementId }: AgreementName,
  draft: Pick<RecordDraft, "caseId" | "key" | "at" | "body" | "parents" | "person">,
): Promise<void> {
  const body = { agreementId, ...draft.body };
  await appendRecord(ledger, { ...draft, company, kind: "agreement", body });
}

type Asking = {
  readonly company: string;
  readonly caseId: string;
  readonly asked: Asked;
  /** Whose ok counts as this company's. */
  readonly role: string;
  readonly at: string;
};

/** The executor's ask, about what a step proposed. `requestedBy`: whose request it is; they do not answer it. */
export type OwnAsk = Asking & {
  readonly stepKey: string;
  readonly proposalId: string;
  readonly requestedBy: string;
};

/** The executor asks all sides: row, record, and the rows that tell the others, in one transaction. Once per proposal. */
export async function askSides(pool: LedgerPool, ask: OwnAsk): Promise<Pick<AgreementRow, "agreementId" | "state">> {
  const { company, stepKey, proposalId, requestedBy, asked } = ask;
  const agreementId = agreementIdOf(company, stepKey);
  const name = { company, agreementId };
  return inTransaction(pool, async (ledger) => {
    const own = { proposalId, stepKey, requestedBy };
    if (await keepAsked(ledger, name, ask, digestOf(asked), own)) {
      await tellSides(ledger, name, "ask");
    }
    return { agreementId, state: (await readAgreement(ledger, name))?.state ?? "asked" };
  });
}

/** What another company asks, as it said it. `other-digest`: what it said is not what its digest is of, or not what it said first. */
export async function takeAsk(
  pool: LedgerPool,
  { agreementId, digest, ...ask }: Asking & { readonly agreementId: string; readonly digest: string },
): Promise<AgreementRow | "other-digest"> {
  const name = { company: ask.company, agreementId };
  if (digestOf(ask.asked) !== digest) return "other-digest";
  return inTransaction(pool, async (ledger) => {
    await keepAsked(ledger, name, ask, digest);
    const row = await readAgreement(ledger, name);
    const isSame = row?.digest === digest && row.executor === ask.asked.executor;
    return row !== undefined && isSame ? row : "other-digest";
  });
}

/** The other sides hear of it. `what` names the occasion. */
export async function tellSides(ledger: Ledger, { company, agreementId }: AgreementName, what: string): Promise<void> {
  await ledger.query({
    name: "tell-sides",
    text: "select tell_sides($1, $2, $3)",
    values: [company, agreementId, what],
  });
}

type OwnNames = Pick<OwnAsk, "proposalId" | "stepKey" | "requestedBy">;

/** False when it is kept already. */
async function keepAsked(
  ledger: Ledger,
  { company, agreementId }: AgreementName,
  { caseId, asked, role, at }: Asking,
  digest: string,
  own?: OwnNames,
): Promise<boolean> {
  const { executor, sides, expiresAt } = asked;
  const { rowCount } = await ledger.query({
    name: "ask-sides",
    text: `insert into agreement (company, agreement_id, case_id, executor, sides, digest, role, proposal_id, step, state,
                                  asked_at, expires_at, moved_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', $10, $11, $10) on conflict do nothing`,
    values: [
      company,
      agreementId,
      caseId,
      executor,
      sides,
      digest,
      role,
      own?.proposalId,
      own && stepOf(own.stepKey),
      at,
      expiresAt,
    ],
  });
  if (rowCount !== 1) return false;
  const said = { change: "asked", executor, sides, expiresAt, digest, asked };
  const body: JsonObject = own === undefined ? said : { ...said, requestedBy: own.requestedBy };
  const parents = own === undefined ? [] : [recordKeys.proposal(own.stepKey)];
  const key = recordKeys.agreementAsked(agreementId);
  await recordAgreement(ledger, { company, agreementId }, { caseId, key, at, body, parents });
  return true;
}

/** What is asked and who requested it, from the record; undefined once it was erased. */
export async function readAsked(
  ledger: Ledger,
  { company, agreementId }: AgreementName,
): Promise<{ readonly asked: Asked; readonly requestedBy: string } | undefined> {
  const body = (await readRecord(ledger, company, recordKeys.agreementAsked(agreementId)))?.body;
  const { asked, requestedBy } = (body ?? {}) as { asked?: Asked; requestedBy?: string };
  return asked && { asked, requestedBy: requestedBy ?? "" };
}

/** Silence until the deadline, at the executor. A word that reached the ledger first wins; before it nothing lapses. */
export async function lapseAgreement(pool: LedgerPool, name: AgreementName, at: string): Promise<AgreementState> {
  const { agreementId } = name;
  return inTransaction(pool, async (ledger) => {
    const row = await lockAgreement(ledger, name);
    if (row === undefined) throw new Error(`no agreement \`${agreementId}\``);
    const lapsed = transition(row, { kind: "lapse", at });
    if (lapsed.kind !== "taken") return row.state;
    await moveAgreement(ledger, name, "lapsed", at);
    const { caseId, expiresAt } = row;
    const key = recordKeys.agreementLapsed(agreementId);
    const parents = [recordKeys.agreementAsked(agreementId)];
    await recordAgreement(ledger, name, { caseId, key, at, body: { change: "lapsed", expiresAt }, parents });
    await tellSides(ledger, name, "lapsed");
    return "lapsed";
  });
}

/** Why an effect's intent was refused, when it was for want of an agreement; undefined for every other error. */
export function whyNotAgreed(error: unknown): string | undefined {
  const { code, message = "" } = error as { readonly code?: unknown; readonly message?: string };
  return code === NOT_AGREED ? message.replace(/^NOT_AGREED: /, "") : undefined;
}

/** A step in its first round: its later ones are the same step, about what it proposed afresh. */
function stepOf(stepKey: string): string {
  return stepKey.replace(/~\d+$/, "");
}
