import type { Json } from "../../domain/json.ts";
import { canonicalJson } from "../../audit/canonical-json.ts";
import { openRecordsByKey, type Ledger } from "../../audit/records.ts";
import type { Unsealed } from "../../audit/unseal.ts";
import { comparedLedgers, type ComparedLedger, type LedgerRow } from "./ledgers.ts";

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
 * Holds every row of the compared ledgers against the record that it was written with, by key, a page at a time. A part of a
 * record that was erased is passed over: so is what the ledger held of it.
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
  for (const compared of comparedLedgers) {
    for await (const page of pagesOf(ledger, company, compared)) {
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
  return { rows, found, findings };
}

async function* pagesOf(
  ledger: Ledger,
  company: string,
  { page }: ComparedLedger,
): AsyncGenerator<readonly LedgerRow[], void> {
  let after = "";
  for (;;) {
    const rows = await page(ledger, { company, after, most: PAGE });
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.key ?? after;
  }
}

function differencesOf(
  { ledger, recorded: toldBy = (body) => body }: ComparedLedger,
  { key, record, row }: LedgerRow,
  opened: Unsealed | undefined,
): readonly LedgerFinding[] {
  if (opened === undefined) return [{ ledger, key, column: null, what: `no record \`${record}\` tells of it` }];
  const { body, erased } = opened.record;
  const told: { readonly [name: string]: Json | undefined } = toldBy(body, row);
  return Object.entries(row).flatMap(([column, kept]) => {
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
