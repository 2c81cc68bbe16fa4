import { tracesOf, type Traces } from "./traces.ts";
import { randomBytes } from "node:crypto";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { appendRecord, type Ledger, type LedgerPool, type Sql } from "../../audit/records.ts";
import { blockedRefusal, carryOut, prepareErasure, recordRefusal, type Erasable } from "./carry-out.ts";
import type { ErasureGround } from "./grounds.ts";
import { refusal, type Asker, type PrivacyRefusal } from "./refusal.ts";
import { isKnown, privacyCaseOf, pseudonymOf, publicScope, type SubjectName } from "./scope.ts";

/** An erasure that somebody asked for and nobody confirmed yet. */
export type AskedErasure = {
  readonly erasureId: string;
  readonly subject: SubjectName;
  readonly ground: ErasureGround;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: string;
};

export type ErasureAsk = Pick<AskedErasure, "subject" | "ground" | "reason">;

/** What was asked for, how many records would become unreadable in part, and what of a person stays. */
export type Asked = { readonly kind: "asked"; readonly erasure: AskedErasure } & Pick<
  Erasable,
  "records" | "signatures"
>;

/** An erasure that was carried out. */
export type Erased = {
  readonly kind: "erased";
  readonly erasureId: string;
  readonly subjectId: string;
  readonly recordKey: string;
  readonly records: number;
  /** Of a person: what is left in the records of other cases. */
  readonly traces?: Traces;
};

/** The time that looking for what is left of a person may take. */
const TRACES_MS = 5_000;

const columns = `erasure_id as "erasureId", subject, ground, reason, asked_by as "askedBy", asked_at as "askedAt"`;

/** What waits to be confirmed, oldest first. */
export async function readAskedErasures(
  sql: Sql,
  company: string,
  { after = ["-infinity", ""], limit = MOST }: AskedPage = {},
): Promise<readonly (AskedErasure & { readonly place: readonly string[] })[]> {
  const { rows } = await sql.query<AskedErasure & { place: readonly string[] }>(
    `select ${columns}, array[to_char(asked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), erasure_id] as place
     from audit_erasure where company = $1 and erased_at is null and (asked_at, erasure_id) > ($2::timestamptz, $3)
     order by asked_at, erasure_id limit $4`,
    [company, ...after, limit],
  );
  return rows;
}

/** How many wait. */
export async function countAskedErasures(sql: Sql, company: string): Promise<number> {
  const { rows } = await sql.query<{ total: number }>(
    "select count(*) as total from audit_erasure where company = $1 and erased_at is null",
    [company],
  );
  return rows[0]?.total ?? 0;
}

/** All of them, where nobody reads page by page. */
const MOST = 2_147_483_647;

/** `after`: a place as an erasure carries it. */
type AskedPage = { readonly after?: readonly string[] | undefined; readonly limit?: number };

/**
 * Asks for an erasure; nothing is erased before another person confirms it. One that is asked for already stands as it
 * is. Refused while a hold is on the subject, which is recorded, or something of it is under way.
 */
export async function askErasure(pool: LedgerPool, asker: Asker, ask: ErasureAsk): Promise<Asked | PrivacyRefusal> {
  const erasureId = `ers_${randomBytes(10).toString("hex")}`;
  const { subject } = ask;
  return inTransaction(pool, async (ledger) => {
    if (subject === `person:${asker.personId}`) return refusal("own-request", "nobody erases their own records");
    if (!(await isKnown(ledger, asker.company, subject)))
      return refusal("not-found", `nothing is known of \`${subject}\``);
    await publicScope(ledger, asker.company, subject);
    const prepared = await prepareErasure(ledger, asker, subject);
    if (prepared === undefined) return refusal("not-found", `nothing that can be erased is known of \`${subject}\``);
    if (prepared.kind === "blocked") {
      await recordRefusal(ledger, asker, prepared, erasureId);
      return blockedRefusal(prepared);
    }
    const { subjectId, records, signatures } = prepared;
    const standing = (await readAskedErasures(ledger, asker.company)).find((known) => known.subject === subject);
    const erasure = standing ?? (await insertAsked(ledger, asker, { ...ask, erasureId, subjectId }));
    return { kind: "asked", erasure, records, signatures };
  });
}

async function insertAsked(
  ledger: Ledger,
  { company, personId: person, at }: Asker,
  { erasureId, subject, subjectId, ground, reason }: ErasureAsk & { erasureId: string; subjectId: string },
): Promise<AskedErasure> {
  await ledger.query(
    `insert into audit_erasure (company, erasure_id, subject, subject_id, ground, reason, asked_by, asked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [company, erasureId, subject, subjectId, ground, reason, person, at],
  );
  const caseId = privacyCaseOf(company);
  const scope = await publicScope(ledger, company, subject);
  const body = { change: "asked-erasure", scope, erasureId, ground, person, reason };
  const key = `${caseId}/${erasureId}/asked`;
  await appendRecord(ledger, { company, caseId, kind: "hold", key, at, body, person });
  return { erasureId, subject, ground, reason, askedBy: person, askedAt: at };
}

/**
 * Carries out, as the second person, what another one asked for: record, key and ledgers in one transaction. Refused
 * for who asked, for whom it is about, and for the reasons of `askErasure`.
 */
export async function confirmErasure(
  pool: LedgerPool,
  asker: Asker,
  erasureId: string,
): Promise<Erased | PrivacyRefusal> {
  const { company, personId } = asker;
  let words: readonly string[] = [];
  const outcome = await inTransaction<Erased | PrivacyRefusal>(pool, async (ledger) => {
    const asked = (await readAskedErasures(ledger, company)).find((known) => known.erasureId === erasureId);
    if (asked === undefined) return refusal("not-found", `no erasure \`${erasureId}\` waits to be confirmed`);
    const { subject, ground, askedBy } = asked;
    if (askedBy === personId) return refusal("own-request", "an erasure is confirmed by somebody else than who asked");
    if (subject === `person:${personId}`) return refusal("own-request", "nobody erases their own records");
    const prepared = await prepareErasure(ledger, asker, subject);
    if (prepared === undefined) return refusal("already-decided", `\`${erasureId}\` was carried out meanwhile`);
    if (prepared.kind === "blocked") {
      await recordRefusal(ledger, asker, prepared, erasureId);
      return blockedRefusal(prepared);
    }
    words = await wordsOf(ledger, company, subject);
    const parents = [`${privacyCaseOf(company)}/${erasureId}/asked`];
    const pseudonym = await pseudonymOf(ledger, company, askedBy);
    const recordKey = await carryOut(ledger, asker, prepared, { erasureId, ground, askedBy: pseudonym, parents });
    const { subjectId, records } = prepared;
    return { kind: "erased", erasureId, subjectId, recordKey, records };
  });
  if (outcome.kind === "refused" || words.length === 0) return outcome;
  return { ...outcome, traces: await tracesOf(pool, { company, words, patienceMs: TRACES_MS }) };
}

/** A person's id and name, while somebody still knows them; none for a case. */
async function wordsOf(ledger: Ledger, company: string, subject: SubjectName): Promise<readonly string[]> {
  if (!subject.startsWith("person:")) return [];
  const personId = subject.slice("person:".length);
  const { rows } = await ledger.query<{ name: string }>(
    "select name from person where company = $1 and person_id = $2",
    [company, personId],
  );
  return [personId, ...rows.map(({ name }) => name)];
}
