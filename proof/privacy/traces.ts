import type { Ledger } from "../../audit/records.ts";
import { readDisclosure } from "../../audit/disclosure.ts";
import type { Word } from "./known-as.ts";
import { openRow } from "../bundle/open-row.ts";
import { rowsBetween } from "../bundle/rows.ts";
import { logsOf } from "../log/log-store.ts";

/**
 * What of a person is left where an erasure does not reach: parts of records of other cases, sealed under those cases' keys,
 * that bear their id, their name or what systems call them, such as evidence of what a system of record said, or a model's call. `until`: when the last of
 * those cases is erased by the end of its retention, ISO 8601; null where there is none. `all`: nothing was left unread.
 */
export type Traces = {
  readonly records: number;
  readonly cases: readonly string[];
  readonly until: string | null;
  readonly all: boolean;
};

const PAGE = 256;

type Search = {
  readonly company: string;
  readonly words: readonly Word[];
  /** The time there is, in milliseconds. */
  readonly patienceMs: number;
};

/** Reads every record that can still be read, newest first, a page at a time. */
export async function tracesOf(ledger: Ledger, { company, words, patienceMs }: Search): Promise<Traces> {
  const until = performance.now() + patienceMs;
  const wanted = words.filter(({ text }) => text.trim() !== "").map(({ text, is }) => ({ text: folded(text), is }));
  const cases = new Set<string>();
  let records = 0;
  for (const { log, size } of await logsOf(ledger, company)) {
    for (let to = size; to > 0; to -= PAGE) {
      if (performance.now() > until) return traces(ledger, company, { records, cases, all: false });
      for (const row of await rowsBetween(ledger, { company, log, from: Math.max(0, to - PAGE), to })) {
        const { envelope, disclosures } = openRow(ledger.vault, company, row, () => true);
        if (!disclosures.some((one) => bears(JSON.stringify(readDisclosure(one).value), wanted))) continue;
        records += 1;
        cases.add(envelope.case.id);
      }
    }
  }
  return traces(ledger, company, { records, cases, all: true });
}

/** A word by itself: `dana` is not in `danae`. An id is a whole value: `7001` is not in `7001.50`. */
function bears(json: string, words: readonly Word[]): boolean {
  const small = folded(json);
  return words.some(({ text, is }) => {
    const isPart = is === "id" ? isInValue : isInWord;
    for (let at = small.indexOf(text); at !== -1; at = small.indexOf(text, at + 1)) {
      if (!isPart(small[at - 1]) && !isPart(small[at + text.length])) return true;
    }
    return false;
  });
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

function isInWord(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}_]/u.test(char);
}

/** Of canonical JSON, what ends no value. */
function isInValue(char: string | undefined): boolean {
  return char !== undefined && !/["[\]{}:,]/.test(char);
}

async function traces(
  ledger: Ledger,
  company: string,
  found: { readonly records: number; readonly cases: ReadonlySet<string>; readonly all: boolean },
): Promise<Traces> {
  const cases = [...found.cases].toSorted();
  const { rows } = await ledger.query<{ until: string | null }>({
    name: "retention-of-cases",
    text: `select max(last.recorded_at + make_interval(days => retention_days($1, c.log))) as until
           from unnest($2::text[]) as wanted (case_id)
           cross join lateral (select * from case_head x where x.company = $1 and x.case_id = wanted.case_id offset 0) c
           cross join lateral (select x.recorded_at from audit_record x
                               where x.company = c.company and x.log = c.log and x.case_id = c.case_id and x.n = c.records limit 1) last`,
    values: [company, cases],
  });
  return { records: found.records, cases, until: rows[0]?.until ?? null, all: found.all };
}
