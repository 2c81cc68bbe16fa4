import { Currency } from "../../domain/money.ts";
import type { FactType } from "../fact-types.ts";
import type { Problem } from "../problem.ts";
import { dmnTable, type DmnColumn, type DmnRule, type DmnTable, type Spot } from "./dmn-table.ts";
import type { DraftRule, Imported } from "./draft.ts";
import { feelCell } from "./feel-cell.ts";
import { literalsOf, unaryTests, type UnaryTests } from "./feel-tests.ts";
import { factName, headingOf, isFactName } from "./heading.ts";
import { outcomeOf, roleOf, type Outcome } from "./outcome.ts";
import { rulesInOrder } from "./precedence.ts";
import { firstConflict, type Cell, type Row } from "./table.ts";
import { readXml } from "./xml.ts";

/** The largest number, either way, that an imported fact holds; a request beyond it is asked about. */
const MOST = 1_000_000_000_000;

type Report = (at: Spot, message: string, fix: string) => void;

const TESTS =
  'write `-`, `< 5`, `[1..5)`, `"gold", "silver"`, `not("gold")` or `date("2026-07-01")`, with constants alone';

/** A column that some rule asks something of: its fact, and by rule what it asks. */
type Column = { readonly column: DmnColumn; readonly fact: FactType };

/** The words that a column may hold where the table says so; undefined where it does not. */
function allowedOf({ allowed, at, heading }: DmnColumn, report: Report): readonly string[] | undefined {
  if (allowed === undefined) return undefined;
  const tests = unaryTests(allowed);
  const literals = typeof tests === "string" || tests.negated ? [] : tests.tests;
  const words = literals.flatMap((test) =>
    test.kind === "is" && test.literal.kind === "text" ? test.literal.text : [],
  );
  if (words.length > 0 && words.length === literals.length && !words.includes("")) return words;
  report(at, `the values allowed for \`${heading}\` are no list of texts`, "list them, or leave the values out");
  return undefined;
}

/** The fact of a column by what its cells hold; undefined where it cannot be told, or nothing is asked of it. */
function factOf(column: DmnColumn, cells: readonly UnaryTests[], report: Report): FactType | undefined {
  const { at, heading, variable } = column;
  const name = factName(variable);
  const kinds = new Set(cells.flatMap(literalsOf).map(({ kind }) => kind));
  if (kinds.size === 0) return undefined;
  if (!isFactName(name)) {
    report(at, `\`${variable}\` names no fact`, "give the input an expression of a few words in Latin letters");
    return undefined;
  }
  const said = { name, title: heading, adjustable: false } as const;
  const { unit } = headingOf(heading);
  const currency = Currency.safeParse(unit);
  const [kind] = kinds;
  const words = kind === "text" ? allowedOf(column, report) : undefined;
  if (kinds.size > 1) {
    report(
      at,
      `the cells of \`${heading}\` are not of one kind: ${[...kinds].join(", ")}`,
      "write one kind of constant",
    );
    return undefined;
  }
  switch (kind) {
    case "text":
      return words === undefined ? { ...said, kind, maxLength: 1_000 } : { ...said, kind: "choice", values: words };
    case "date":
      return { ...said, kind, min: -719_528, max: 2_932_896 };
    case "number":
      if (unit === "%") return { ...said, kind: "ppm", min: 0, max: 10_000_000 };
      if (currency.success) return { ...said, kind: "minor", min: 0, max: 9_000_000_000_000, currency: currency.data };
      return { ...said, kind, min: -MOST, max: MOST };
    default:
      return { ...said, kind: "boolean" };
  }
}

const SAYS =
  'say `"auto"`, `"block"` or `"ask: regional director"`, or call the output `Approver` and name a role in it';

/** What an output entry says; undefined where it is no text, or one that says nothing of who may do it. */
function outputOf({ output }: DmnTable, entry: DmnRule["output"], report: Report): Outcome | undefined {
  const text = /^\s*"([^"\\]*)"\s*$/.exec(entry.text)?.[1]?.trim();
  const isWho = /approv|assign|owner|role|route|\bwho\b/i.test(output.heading);
  const role = text === undefined || !isWho ? undefined : roleOf(text);
  const outcome = text === undefined ? undefined : outcomeOf(text);
  const found = outcome ?? (role === undefined ? undefined : ({ effect: "escalate", role } as const));
  if (found === undefined) report(entry.at, `\`${entry.text.trim()}\` says nothing of who may do it`, SAYS);
  return found;
}

/** The facts of the columns that are asked about, each named once. */
function factsOf(table: DmnTable, tests: readonly (readonly UnaryTests[])[], report: Report): readonly Column[] {
  const columns = table.columns.flatMap((column, index): readonly Column[] => {
    const cells = tests.flatMap((row) => row[index] ?? []);
    const fact = factOf(column, cells, report);
    return fact === undefined ? [] : [{ column, fact }];
  });
  for (const [index, { column, fact }] of columns.entries()) {
    const isTwice = columns.slice(0, index).some((other) => other.fact.name === fact.name);
    if (isTwice) report(column.at, `two inputs are called \`${fact.name}\``, "give each its own name");
  }
  return columns;
}

function rowOf(
  table: DmnTable,
  rule: DmnRule,
  tests: readonly UnaryTests[],
  columns: readonly Column[],
  report: Report,
) {
  const cells = columns.flatMap(({ column, fact }): readonly Cell[] => {
    const asked = tests[table.columns.indexOf(column)];
    if (asked === undefined || asked.tests.length === 0) return [];
    const cell = feelCell(asked, fact);
    if (typeof cell !== "string") return [cell];
    report(rule.entries[table.columns.indexOf(column)]?.at ?? rule.at, `under \`${column.heading}\`: ${cell}`, TESTS);
    return [];
  });
  const outcome = outputOf(table, rule.output, report);
  const title = `Rule ${rule.ordinal} (line ${rule.at.line})`;
  return outcome === undefined ? [] : [{ line: rule.at.line, id: `rule-${rule.ordinal}`, title, cells, outcome }];
}

/** What no rule holds of, where the table says it: a row that every other goes before. */
function defaultRow(table: DmnTable, report: Report): readonly Row[] {
  const { output } = table;
  if (output.otherwise === undefined) return [];
  const outcome = outputOf(table, output.otherwise, report);
  const { line } = output.otherwise.at;
  return outcome === undefined ? [] : [{ line, id: "otherwise", title: `No rule (line ${line})`, cells: [], outcome }];
}

/** How far up its list an output stands; undefined without a list or a place in it. */
function rankOf({ output }: DmnTable, row: Row): number | undefined {
  const tests = unaryTests(output.allowed ?? "");
  const listed = typeof tests === "string" ? [] : literalsOf(tests).map(({ text }) => text);
  const ranks = listed.flatMap((text, rank) => {
    const said = outcomeOf(text) ?? { effect: "escalate" as const, role: roleOf(text) };
    return said.effect === row.outcome.effect && said.role === row.outcome.role ? [rank] : [];
  });
  return ranks[0];
}

const NARROW = "narrow one of them, or choose the hit policy that says which counts";

/** The rows as rules, of which the hit policy says what counts where several hold. */
function rulesOf(table: DmnTable, rows: readonly Row[], facts: readonly FactType[], report: Report) {
  const spot = ({ line }: Row): Spot => ({ line, column: 1 });
  const otherwise = defaultRow(table, report);
  const { hitPolicy } = table;
  if (hitPolicy === "UNIQUE" || hitPolicy === "ANY") {
    const isSingle = hitPolicy === "UNIQUE";
    const [a, b] = firstConflict(rows, facts, ...(isSingle ? [() => false] : [])) ?? [];
    if (a !== undefined && b !== undefined) {
      const says = isSingle ? "and UNIQUE lets one hold" : "which says otherwise, and ANY lets that not be";
      report(spot(b), `a request may be in this rule and in that of line ${a.line}, ${says}`, NARROW);
    }
  }
  const unranked = hitPolicy === "PRIORITY" ? rows.filter((row) => rankOf(table, row) === undefined) : [];
  for (const row of unranked)
    report(spot(row), "PRIORITY goes by the output's list of values, which has not this one", "list it there");
  const places = new Map<Row, number>(otherwise.map((row) => [row, Infinity]));
  for (const [index, row] of rows.entries())
    places.set(row, hitPolicy === "FIRST" ? index : hitPolicy === "PRIORITY" ? (rankOf(table, row) ?? 0) : 0);
  const goesBefore = (a: Row, b: Row) => (places.get(a) ?? 0) < (places.get(b) ?? 0);
  const all = [...rows, ...otherwise];
  const last = all.at(-1);
  const isBlocking = last !== undefined && last.cells.length === 0 && last.outcome.effect === "block" && all.length > 1;
  const isLast = isBlocking && all.every((row) => row === last || goesBefore(row, last));
  const ordered = rulesInOrder(isLast ? all.slice(0, -1) : all, facts, goesBefore);
  if (ordered.kind === "ordered") return { rules: ordered.rules, default: isLast ? "block" : "escalate" } as const;
  const { kind, row } = ordered;
  if (kind === "everything") report(spot(row), "the rule holds of every request", "say of which requests it holds");
  else if (kind === "never")
    report(spot(row), `no request reaches this rule: that of line ${ordered.before.line} goes before`, "take it out");
  else report(spot(row), "too many rules that overlap go before this one", "split the table");
  return { rules: [] as readonly DraftRule[], default: "escalate" } as const;
}

const notes = ({ hitPolicy, columns }: DmnTable, facts: readonly FactType[]) => [
  `The table's hit policy is ${hitPolicy}; a rule that another goes before says so by \`not\`.`,
  "A request that no rule holds of is escalated where the table has no output for it. DMN gives null there.",
  "Numbers are whole units of the fact; a request with another number, or without a fact, is asked about.",
  ...columns
    .filter(({ variable }) => !facts.some(({ name }) => name === factName(variable)))
    .map(({ heading }) => `Of \`${heading}\` no rule asks anything: it is no fact.`),
];

/**
 * One decision table of DMN 1.1 to 1.5 with hit policy UNIQUE, ANY, FIRST or PRIORITY, inputs that are names, cells of simple
 * unary tests over constants, and one output that says who may do it. Anything else is refused at its line.
 */
export function importDmn(file: string, text: string): Imported {
  const problems: Problem[] = [];
  const report: Report = ({ line, column }, message, fix) => problems.push({ file, line, column, message, fix });
  const xml = readXml(text);
  if (xml.kind === "unreadable") {
    report(xml, `this is no DMN file: ${xml.message}`, "export it as DMN 1.3 XML");
    return { kind: "refused", problems };
  }
  const table = dmnTable(xml.root, report);
  if (table === undefined || problems.length > 0) return { kind: "refused", problems };
  const tests = table.rules.map(({ entries }) =>
    entries.map(({ at, text: cell }): UnaryTests => {
      const read = unaryTests(cell);
      if (typeof read !== "string") return read;
      report(at, `\`${cell.trim()}\` cannot be translated: ${read}`, TESTS);
      return { negated: false, tests: [] };
    }),
  );
  if (problems.length > 0) return { kind: "refused", problems };
  const columns = factsOf(table, tests, report);
  const facts = columns.map(({ fact }) => fact);
  const rows = table.rules.flatMap((rule, index): readonly Row[] =>
    rowOf(table, rule, tests[index] ?? [], columns, report),
  );
  if (problems.length > 0) return { kind: "refused", problems };
  const made = rulesOf(table, rows, facts, report);
  if (problems.length > 0) return { kind: "refused", problems };
  return { kind: "imported", draft: { facts, ...made, notes: notes(table, facts) } };
}
