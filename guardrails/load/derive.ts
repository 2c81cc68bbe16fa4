import type { DerivedFact, Derivation } from "../derived.ts";
import type { FactType } from "../fact-types.ts";
import { readArithmetic } from "./arithmetic.ts";
import type { Measure, Scope } from "./operands.ts";
import { isOverList, readOverList } from "./over-list.ts";
import type { Reader } from "./reader.ts";
import { readTable } from "./tables.ts";
import type { TableFiles } from "./tables.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The sections that declare what a policy makes of its facts. */
const sections = ["derive", "tables"] as const;
type Section = (typeof sections)[number];

type Entry = { readonly section: Section; readonly name: string; readonly value: unknown };

function entriesOf(reader: Reader, written: { readonly [key: string]: unknown }): readonly Entry[] {
  return sections.flatMap((section) => {
    const value = written[section];
    if (value === undefined) return [];
    if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
      return Object.entries(value).map(([name, entry]) => ({ section, name, value: entry as unknown }));
    }
    const example =
      section === "derive" ? "`net: { subtract: [listPrice, discount] }`" : "`allowance: { by: …, rows: … }`";
    reader.report([section], `\`${section}\` must hold named entries`, `write entries such as ${example}`);
    return [];
  });
}

function checkNames(reader: Reader, entries: readonly Entry[], { facts, declaredParams }: Vocabulary): void {
  const taken = new Map<string, string>(facts.map(({ name }) => [name, "a fact"]));
  for (const name of declaredParams) taken.set(name, "a parameter");
  for (const { section, name } of entries) {
    const owner = taken.get(name);
    const report = (message: string, fix: string) => reader.reportKey([section], name, message, fix);
    if (!/^[a-z][A-Za-z0-9]*$/.test(name)) report(`\`${name}\` is not a fact's name`, "write it like `netPrice`");
    else if (name in {}) report(`\`${name}\` cannot be a fact's name`, "choose another name");
    else if (owner !== undefined) report(`\`${name}\` is also ${owner}`, "choose another name");
    taken.set(name, "derived");
  }
}

function titleOf(value: unknown, name: string): string {
  const title: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "title") : undefined;
  return typeof title === "string" ? title : name;
}

/** The type that a measure comes to; notes where whole numbers could not tell all of it exactly. */
function typeOfMeasure(reader: Reader, { section, name, value }: Entry, measure: Measure, derive: Derivation) {
  const { unit, min, max, optional } = measure;
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) {
    const message = `\`${name}\` could come to more than whole numbers tell exactly`;
    reader.reportKey([section], name, message, "narrow the ranges of the facts that it is made of");
    return undefined;
  }
  const said = { name, title: titleOf(value, name), adjustable: false, ...(optional && { optional: true as const }) };
  const { kind, currency } = unit;
  if (kind === "minor") return currency === undefined ? undefined : { ...said, kind, min, max, currency, derive };
  return { ...said, kind, min, max, derive };
}

/**
 * What a policy derives from its facts, by arithmetic and by tables, each after those that it reads. They may stand in any
 * order in the file; one that reads itself, by whatever way, is noted.
 */
export function readDerived(
  reader: Reader,
  written: { readonly [key: string]: unknown },
  vocabulary: Vocabulary,
  files: TableFiles,
): readonly DerivedFact[] {
  const entries = entriesOf(reader, written);
  checkNames(reader, entries, vocabulary);
  const done = new Map<string, DerivedFact | undefined>();
  const open: string[] = [];
  const names = [...new Set([...vocabulary.facts, ...entries].map(({ name }) => name))];
  const read = (entry: Entry): DerivedFact | undefined => {
    const path = [entry.section, entry.name];
    if (entry.section === "tables") return readTable(reader, path, entry.value, scope, files);
    if (isOverList(entry.value)) return readOverList(reader, path, entry.value, scope);
    const made = readArithmetic(reader, path, entry.value, scope);
    return made && typeOfMeasure(reader, entry, made.measure, made.derive);
  };
  const settle = (entry: Entry): DerivedFact | undefined => {
    if (done.has(entry.name)) return done.get(entry.name);
    open.push(entry.name);
    const type = read(entry);
    open.pop();
    done.set(entry.name, type);
    return type;
  };
  const scope: Scope = {
    vocabulary,
    names,
    typeOf(name, report): FactType | undefined {
      const given = vocabulary.facts.find((type) => type.name === name);
      const entry = entries.find((one) => one.name === name);
      if (given !== undefined || entry === undefined) return given;
      if (!open.includes(name)) return settle(entry);
      const way = [...open.slice(open.indexOf(name)), name].map((one) => `\`${one}\``).join(" reads ");
      report(`${way}: nothing is made of itself`, "leave one of them out");
      return undefined;
    },
  };
  for (const entry of entries) settle(entry);
  return [...done.values()].filter((type) => type !== undefined);
}
