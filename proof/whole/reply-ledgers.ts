import { recordKeys, replyIdOf } from "../../audit/record-keys.ts";
import { openRecordsByKey, type Ledger, type Sql } from "../../audit/records.ts";
import type { ComparedLedger } from "./ledgers.ts";

type ReplyRow = {
  readonly correlation: string;
  readonly state: string;
  readonly n: number;
  readonly deadline: string;
  readonly openedAt: string;
  readonly came: string | null;
};

type AnswerRow = {
  readonly correlation: string;
  readonly answer: string;
  readonly came: string;
  readonly answeredAt: string;
};

/** What cases await of the outside, where it stands by their records, and what came. Records name it by a digest of its correlation. */
export const replyLedgers: readonly ComparedLedger[] = [
  {
    ledger: "reply",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<ReplyRow>({
        name: "compared-replies",
        text: `select r.correlation, r.state, r.n, to_char(r.deadline at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as deadline,
             to_char(r.opened_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "openedAt",
             (select a.came from reply_answer a where a.company = r.company and a.correlation = r.correlation) as came
           from reply r where r.company = $1 and r.correlation > $2 order by r.correlation limit $3`,
        values: [company, after, most],
      });
      const there = await keysThere(
        sql,
        company,
        rows.flatMap((row) => endsOf(company, row)),
      );
      return rows.map((row) => {
        const { correlation, state, n, deadline, openedAt } = row;
        const record = recordKeys.replyExpected(replyIdOf(company, correlation), n);
        const told = { state: stateIn(company, row, there) };
        return { key: correlation, record, row: { correlation, deadline, state }, at: openedAt, told };
      });
    },
  },
  {
    ledger: "reply_answer",
    async page(sql, { company, after, most }) {
      const { rows } = await sql.query<AnswerRow>({
        name: "compared-reply-answers",
        text: `select a.correlation, a.answer, a.came,
             to_char(a.answered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "answeredAt"
           from reply_answer a where a.company = $1 and a.correlation > $2 order by a.correlation limit $3`,
        values: [company, after, most],
      });
      const early = rows.map(({ correlation }) => recordKeys.replyEarly(replyIdOf(company, correlation)));
      const there = await keysThere(sql, company, early);
      return rows.map(({ correlation, ...row }, index) => {
        const given = recordKeys.replyGiven(replyIdOf(company, correlation));
        const first = early[index] ?? given;
        return { key: correlation, record: there.has(first) ? first : given, row: { correlation, ...row } };
      });
    },
  },
];

/** Records by which a reply that was awaited `n` times may have ended: lapsed, withdrawn, answered. */
function endsOf(company: string, { correlation, n }: ReplyRow): readonly [string, string, string] {
  const replyId = replyIdOf(company, correlation);
  return [recordKeys.replyLapsed(replyId), recordKeys.replyWithdrawn(replyId, n), recordKeys.replyGiven(replyId)];
}

/** Where its records leave a reply. What came too late ends nothing. */
function stateIn(company: string, row: ReplyRow, there: ReadonlySet<string>): string {
  const [lapsed, withdrawn, given] = endsOf(company, row);
  if (there.has(lapsed)) return "lapsed";
  if (there.has(withdrawn)) return "withdrawn";
  return there.has(given) && row.came !== "late" ? "answered" : "waiting";
}

async function keysThere(sql: Sql, company: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql.query<{ key: string }>({
    name: "records-there",
    text: "select key from audit_record where company = $1 and key = any ($2)",
    values: [company, keys],
  });
  return new Set(rows.map(({ key }) => key));
}

/** Of records of replies, those whose row is gone, with the ledger that held it. What was erased of one cannot be missed. */
export async function readRowlessReplies(
  ledger: Ledger,
  company: string,
  keys: readonly string[],
): Promise<readonly { readonly key: string; readonly ledger: string }[]> {
  if (keys.length === 0) return [];
  const told = (await openRecordsByKey(ledger, company, keys)).flatMap(({ record: { key, body } }) =>
    typeof body["correlation"] === "string" ? [{ key, correlation: body["correlation"] }] : [],
  );
  const names = [...new Set(told.map(({ correlation }) => correlation))];
  const awaited = await ledger.query<{ correlation: string }>({
    name: "replies-there",
    text: "select correlation from reply where company = $1 and correlation = any ($2)",
    values: [company, names],
  });
  const answered = await ledger.query<{ correlation: string }>({
    name: "reply-answers-there",
    text: "select correlation from reply_answer where company = $1 and correlation = any ($2)",
    values: [company, names],
  });
  const there = {
    reply: new Set(awaited.rows.map(({ correlation }) => correlation)),
    reply_answer: new Set(answered.rows.map(({ correlation }) => correlation)),
  };
  return told.flatMap(({ key, correlation }) => {
    const of = /\/(given|early)$/.test(key) ? "reply_answer" : "reply";
    return there[of].has(correlation) ? [] : [{ key, ledger: of }];
  });
}
