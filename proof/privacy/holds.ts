import { randomBytes } from "node:crypto";
import { inTransaction } from "../../audit/ledgers/transaction.ts";
import { appendRecord, type Ledger, type LedgerPool, type Sql } from "../../audit/records.ts";
import { refusal, type Asker, type PrivacyRefusal } from "./refusal.ts";
import { isKnown, privacyCaseOf, publicScope, type HoldScope } from "./scope.ts";

/** What must be kept for a claim, until somebody releases it. */
export type LegalHold = {
  readonly holdId: string;
  readonly scope: HoldScope;
  readonly reason: string;
  readonly setBy: string;
  readonly setAt: string;
  readonly released: { readonly by: string; readonly at: string; readonly reason: string } | null;
};

type Row = Omit<LegalHold, "released"> & {
  readonly releasedBy: string | null;
  readonly releasedAt: string | null;
  readonly releaseReason: string | null;
};

/** Every hold there was: standing ones first, then the latest first. */
export async function readHolds(
  sql: Sql,
  company: string,
  { after = ["standing", "infinity", ""], limit = MOST }: HoldPage = {},
): Promise<readonly (LegalHold & { readonly place: readonly string[] })[]> {
  const [part, at, id] = after;
  const { rows } = await sql.query<Row & { place: readonly string[] }>(
    `select hold_id as "holdId", scope, reason, set_by as "setBy", set_at as "setAt", released_by as "releasedBy",
            released_at as "releasedAt", release_reason as "releaseReason",
            array[case when released_at is null then 'standing' else 'released' end,
              to_char(set_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), hold_id] as place
     from audit_hold where company = $1 and (released_at is null, set_at, hold_id) < ($2, $3::timestamptz, $4)
     order by released_at is null desc, set_at desc, hold_id desc limit $5`,
    [company, part === "standing", at, id, limit],
  );
  return rows.map(({ place, ...row }) => ({ ...holdOf(row), place }));
}

/** How many there are. */
export async function countHolds(sql: Sql, company: string): Promise<number> {
  const { rows } = await sql.query<{ total: number }>("select count(*) as total from audit_hold where company = $1", [
    company,
  ]);
  return rows[0]?.total ?? 0;
}

/** All of them, where nobody reads page by page. */
const MOST = 2_147_483_647;

/** `after`: a place as a hold carries it. */
type HoldPage = { readonly after?: readonly string[] | undefined; readonly limit?: number };

function holdOf({ releasedBy: by, releasedAt: at, releaseReason: reason, ...hold }: Row): LegalHold {
  return { ...hold, released: by === null || at === null || reason === null ? null : { by, at, reason } };
}

/** Sets a hold on a case, a person or the whole company: nothing of it is erased while it stands. */
export async function setHold(
  pool: LedgerPool,
  asker: Asker,
  { scope, reason }: { readonly scope: HoldScope; readonly reason: string },
): Promise<LegalHold | PrivacyRefusal> {
  const { company, personId: setBy, at: setAt } = asker;
  const holdId = `hld_${randomBytes(10).toString("hex")}`;
  return inTransaction(pool, async (ledger) => {
    if (!(await isKnown(ledger, company, scope))) return refusal("not-found", `nothing is known of \`${scope}\``);
    await ledger.query(
      "insert into audit_hold (company, hold_id, scope, reason, set_by, set_at) values ($1, $2, $3, $4, $5, $6)",
      [company, holdId, scope, reason, setBy, setAt],
    );
    await recordHold(ledger, asker, { change: "set", holdId, scope, reason });
    return { holdId, scope, reason, setBy, setAt, released: null };
  });
}

/** Releases a hold, once. */
export async function releaseHold(
  pool: LedgerPool,
  asker: Asker,
  { holdId, reason }: { readonly holdId: string; readonly reason: string },
): Promise<LegalHold | PrivacyRefusal> {
  const { company, personId: by, at } = asker;
  return inTransaction(pool, async (ledger) => {
    const { rowCount } = await ledger.query(
      `update audit_hold set released_by = $3, released_at = $4, release_reason = $5
       where company = $1 and hold_id = $2 and released_at is null`,
      [company, holdId, by, at, reason],
    );
    const hold = (await readHolds(ledger, company)).find((known) => known.holdId === holdId);
    if (hold === undefined) return refusal("not-found", `no hold \`${holdId}\``);
    if (rowCount !== 1) return refusal("already-decided", `hold \`${holdId}\` was released before`);
    await recordHold(ledger, asker, { change: "released", holdId, scope: hold.scope, reason });
    return hold;
  });
}

type Change = {
  readonly change: "set" | "released";
  readonly holdId: string;
  readonly scope: HoldScope;
  readonly reason: string;
};

async function recordHold(ledger: Ledger, { company, personId: person, at }: Asker, given: Change): Promise<void> {
  const { change, holdId, scope, reason } = given;
  const caseId = privacyCaseOf(company);
  const set = `${caseId}/${holdId}`;
  const key = change === "set" ? set : `${set}/${change}`;
  const body = { change, holdId, scope: await publicScope(ledger, company, scope), person, reason };
  const parents = change === "set" ? [] : [set];
  await appendRecord(ledger, { company, caseId, kind: "hold", key, at, body, parents, person });
}
