import { SealedElsewhere } from "./subject-key.ts";
import type { Ledger } from "./vault.ts";

type Row = { readonly subject_id: string; readonly name: string; readonly wrapped_key: Buffer };

/** How many cases and people were sealed under another audit secret, of the `lookedAt` subjects that were tried. */
export type SealedCounts = {
  readonly cases: number;
  readonly people: number;
  /** Names of the first few. */
  readonly names: readonly string[];
  readonly lookedAt: number;
  readonly all: boolean;
};

const PAGE = 1_000;
const MOST_NAMED = 5;

/**
 * Tries the keys of a company's subjects, `most` of them: their ids are random, so that a part stands for the whole. A page
 * is in memory at a time.
 */
export async function countSealedElsewhere(ledger: Ledger, company: string, most: number): Promise<SealedCounts> {
  let [cases, people, lookedAt, after] = [0, 0, 0, ""];
  const names: string[] = [];
  for (;;) {
    const { rows } = await ledger.query<Row>({
      name: "page-of-subject-keys",
      text: `select subject_id, name, wrapped_key from audit_subject
             where company = $1 and subject_id > $2 and wrapped_key is not null order by subject_id limit $3`,
      values: [company, after, PAGE],
    });
    for (const { name } of foreignOf(ledger, company, rows)) {
      if (name.startsWith("person:")) people += 1;
      else cases += 1;
      if (names.length < MOST_NAMED) names.push(name);
    }
    lookedAt += rows.length;
    after = rows.at(-1)?.subject_id ?? after;
    if (rows.length < PAGE || lookedAt >= most) return { cases, people, names, lookedAt, all: rows.length < PAGE };
  }
}

/** Why nothing can be recorded of some of these cases, by case: their own key, or a person's, was sealed elsewhere. */
export async function whyUnsealed(
  ledger: Ledger,
  company: string,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (caseIds.length === 0) return new Map();
  const { rows } = await ledger.query<Row>({
    name: "keys-of-cases-and-people",
    text: `select s.subject_id, s.name, s.wrapped_key
           from (select 'case:' || c as name from unnest($2::text[]) as c
                 union all select 'person:' || person_id from person where company = $1) wanted
           cross join lateral (select x.subject_id, x.name, x.wrapped_key from audit_subject x
                               where x.company = $1 and x.name = wanted.name and x.name is not null limit 1) s`,
    values: [company, caseIds],
  });
  const foreign = foreignOf(ledger, company, rows);
  const person = foreign.find(({ name }) => name.startsWith("person:"));
  return new Map(
    caseIds.flatMap((caseId) => {
      const found = foreign.find(({ name }) => name === `case:${caseId}`) ?? person;
      return found === undefined ? [] : [[caseId, new SealedElsewhere(found.subject_id).message] as const];
    }),
  );
}

function foreignOf({ vault }: Ledger, company: string, rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ subject_id: id, wrapped_key: wrapped }) => !vault.opens(company, id, wrapped));
}
