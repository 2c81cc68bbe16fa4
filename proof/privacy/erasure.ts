import { randomBytes } from "node:crypto";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { appendRecord, type Ledger, type LedgerPool, type Sql } from "../../audit/records.ts";
import { blockedRefusal, carryOut, prepareErasure, recordRefusal, type Blocked, type Erasable } from "./carry-out.ts";
import type { ErasureGround } from "./grounds.ts";
import { knownAs, type Word } from "./known-as.ts";
import { refusal, type Asker, type PrivacyRefusal } from "./refusal.ts";
import { isKnown, privacyCaseOf, pseudonymOf, publicScope, type SubjectName } from "./scope.ts";
import { tracesOf, type Traces } from "./traces.ts";

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

/** A subject with what it is known as besides: erased together, or not at all. */
type Together = { readonly all: readonly [Erasable, ...Erasable[]]; readonly words: readonly Word[] };

/** Locks all of it; the first thing that stands in the way. Undefined when no key of the subject stands. */
async function prepareTogether(
  ledger: Ledger,
  asker: Asker,
  subject: SubjectName,
): Promise<Together | Blocked | undefined> {
  const first = await prepareErasure(ledger, asker, subject);
  if (first?.kind !== "erasable") return first;
  const { subjects, words } = await knownAs(ledger, asker.company, subject);
  const others: Erasable[] = [];
  for (const name of subjects) {
    const prepared = await prepareErasure(ledger, asker, name);
    if (prepared?.kind === "blocked") return prepared;
    if (prepared !== undefined) others.push(prepared);
  }
  return { all: [first, ...others], words };
}

function recordsOf(all: readonly Erasable[]): number {
  return all.reduce((sum, { records }) => sum + records, 0);
}

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
    const prepared = await prepareTogether(ledger, asker, subject);
    if (prepared === undefined) return refusal("not-found", `nothing that can be erased is known of \`${subject}\``);
    if ("kind" in prepared) {
      await recordRefusal(ledger, asker, prepared, erasureId);
      return blockedRefusal(prepared);
    }
    const { all } = prepared;
    const [{ subjectId, signatures }] = all;
    const standing = (await readAskedErasures(ledger, asker.company)).find((known) => known.subject === subject);
    const erasure = standing ?? (await insertAsked(ledger, asker, { ...ask, erasureId, subjectId }));
    return { kind: "asked", erasure, records: recordsOf(all), signatures };
  });
}

async function insertAsked(
  ledger: Ledger,
  { company, personId: person, at }: Asker,
  { erasureId, subject, subjectId, ground, reason }: ErasureAsk & { erasureId: string; subjectId: string },
): Promise<AskedErasure> {
  const erasure = { erasureId, subject, ground, reason, askedBy: person, askedAt: at };
  await insertErasure(ledger, company, { ...erasure, subjectId });
  const caseId = privacyCaseOf(company);
  const scope = await publicScope(ledger, company, subject);
  const body = { change: "asked-erasure", scope, erasureId, ground, person, reason };
  const key = `${caseId}/${erasureId}/asked`;
  await appendRecord(ledger, { company, caseId, kind: "hold", key, at, body, person });
  return erasure;
}

async function insertErasure(
  ledger: Ledger,
  company: string,
  asked: AskedErasure & { readonly subjectId: string },
): Promise<void> {
  const { erasureId, subject, subjectId, ground, reason, askedBy, askedAt } = asked;
  await ledger.query(
    `insert into audit_erasure (company, erasure_id, subject, subject_id, ground, reason, asked_by, asked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [company, erasureId, subject, subjectId, ground, reason, askedBy, askedAt],
  );
}

/**
 * Carries out, as the second person, what another one asked for: record, key and ledgers in one transaction, of a person also
 * those of each name that systems have for them. Refused for who asked, for whom it is about, and for the reasons of `askErasure`.
 */
export async function confirmErasure(
  pool: LedgerPool,
  asker: Asker,
  erasureId: string,
): Promise<Erased | PrivacyRefusal> {
  const { company, personId } = asker;
  let words: readonly Word[] = [];
  const outcome = await inTransaction<Erased | PrivacyRefusal>(pool, async (ledger) => {
    const waiting = await readAskedErasures(ledger, company);
    const asked = waiting.find((known) => known.erasureId === erasureId);
    if (asked === undefined) return refusal("not-found", `no erasure \`${erasureId}\` waits to be confirmed`);
    const { subject, ground, askedBy } = asked;
    if (askedBy === personId) return refusal("own-request", "an erasure is confirmed by somebody else than who asked");
    if (subject === `person:${personId}`) return refusal("own-request", "nobody erases their own records");
    const prepared = await prepareTogether(ledger, asker, subject);
    if (prepared === undefined) return refusal("already-decided", `\`${erasureId}\` was carried out meanwhile`);
    if ("kind" in prepared) {
      await recordRefusal(ledger, asker, prepared, erasureId);
      return blockedRefusal(prepared);
    }
    const [first, ...others] = prepared.all;
    const apart = waiting.find((one) => others.some((other) => other.subject === one.subject));
    if (apart !== undefined) return refusal("still-open", `\`${apart.erasureId}\` is about them too: confirm it first`);
    words = prepared.words;
    const parents = [`${privacyCaseOf(company)}/${erasureId}/asked`];
    const rests = { ground, askedBy: await pseudonymOf(ledger, company, askedBy), parents };
    for (const [n, other] of others.entries()) {
      const named = `${erasureId}.${n + 1}`;
      await insertErasure(ledger, company, { ...asked, ...other, erasureId: named });
      await carryOut(ledger, asker, other, { ...rests, erasureId: named });
    }
    const recordKey = await carryOut(ledger, asker, first, { ...rests, erasureId });
    return { kind: "erased", erasureId, subjectId: first.subjectId, recordKey, records: recordsOf(prepared.all) };
  });
  if (outcome.kind === "refused" || words.length === 0) return outcome;
  return { ...outcome, traces: await tracesOf(pool, { company, words, patienceMs: TRACES_MS }) };
}
