import type { Json } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { openRecordsByKey, type Ledger } from "../../audit/records.ts";
import type { Unsealed } from "../../audit/unseal.ts";
import { readWrongTotals } from "./account-sums.ts";
import { comparedLedgers, type ComparedLedger, type ComparedRow, type LedgerPage } from "./ledgers.ts";
import { peopleLedgers } from "./people-ledgers.ts";
import { proposalLedgers } from "./proposal-ledgers.ts";
import { readRowlessReplies, replyLedgers } from "./reply-ledgers.ts";
import { readRowless } from "./rowless-records.ts";
import { comparedStandings } from "./standings.ts";

/** A row that is not what was recorded: `column` as the record names it; null where there is no record, or no row. */
export type LedgerFinding = {
  readonly ledger: string;
  readonly key: string;
  readonly column: string | null;
  readonly what: string;
};

export type Compared = { readonly rows: number; readonly found: number; readonly findings: readonly LedgerFinding[] };

const PAGE = 200;
const MOST_KEPT = 100;
/** Characters of a value that a finding shows. */
const SHOWN = 80;

/**
 * Holds every row of the compared ledgers against the record that it was written with, by key, a page at a time, every record
 * against the rows that it was written with, and every account against its entries. A part of a record that was erased is
 * passed over: so is what the ledger held of it.
 */
export async function compareLedgers(
  ledger: Ledger,
  company: string,
  onPage: () => void = () => undefined,
): Promise<Compared> {
  const findings: LedgerFinding[] = [];
  let [rows, found] = [0, 0];
  const add = (finding: LedgerFinding) => {
    found += 1;
    if (findings.length < MOST_KEPT) findings.push(finding);
  };
  for (const compared of [
    ...comparedLedgers,
    ...proposalLedgers,
    ...replyLedgers,
    ...peopleLedgers,
    ...comparedStandings,
  ]) {
    for await (const page of pagesOf(company, (asked) => compared.page(ledger, asked))) {
      const records = await openRecordsByKey(
        ledger,
        company,
        page.map(({ record }) => record),
      );
      const byKey = new Map(records.map((one) => [one.record.key, one]));
      for (const row of page) differencesOf(compared, row, byKey.get(row.record)).forEach(add);
      rows += page.length;
      onPage();
    }
  }
  for await (const page of pagesOf(company, (asked) => readRowless(ledger, asked))) {
    const replies = page.filter(({ kind }) => kind === "reply").map(({ key }) => key);
    for (const { key, ledger: without } of [...page, ...(await readRowlessReplies(ledger, company, replies))]) {
      if (without !== null)
        add({ ledger: without, key, column: null, what: "its record is there, and the row is gone" });
    }
    onPage();
  }
  for (const { key, total, kept, summed } of await readWrongTotals(ledger, company)) {
    const what = `the account says ${shown(kept)}, its entries come to ${shown(summed)}`;
    add({ ledger: "account", key, column: total, what });
  }
  return { rows, found, findings };
}

async function* pagesOf<Row extends { readonly key: string }>(
  company: string,
  read: (page: LedgerPage) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[], void> {
  let after = "";
  for (;;) {
    const rows = await read({ company, after, most: PAGE });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.key ?? after;
  }
}

function differencesOf(
  { ledger, recorded: toldBy = (body) => body }: ComparedLedger,
  { key, record, row, at = null, told: beside }: ComparedRow,
  opened: Unsealed | undefined,
): readonly LedgerFinding[] {
  if (opened === undefined) return [{ ledger, key, column: null, what: `no record \`${record}\` tells of it` }];
  const { body, erased } = opened.record;
  const told: { readonly [name: string]: Json | undefined } = { ...toldBy(body, row), ...beside, at: opened.record.at };
  return Object.entries(at === null ? row : { ...row, at }).flatMap(([column, kept]) => {
    const recorded = told[column];
    if (recorded === undefined && erased !== undefined) return [];
    if (recorded !== undefined && canonicalJson(recorded) === canonicalJson(kept)) return [];
    const what = `the row says ${shown(kept)}, the record ${recorded === undefined ? "nothing" : shown(recorded)}`;
    return [{ ledger, key, column, what }];
  });
}

function shown(value: Json): string {
  const text = canonicalJson(value);
  return `\`${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}\``;
}
