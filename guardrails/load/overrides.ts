import { z } from "zod";
import type { Scalar } from "../fact-types.ts";
import { parseDate, sameUnit } from "../literals.ts";
import type { Override, Param } from "../policy.ts";
import { boundsText } from "../sentences.ts";
import { readAmount } from "./amounts.ts";
import { factNamed, wordFact } from "./fact-names.ts";
import { Sentence, Slug, checkReserved } from "./names.ts";
import { checkConflicts } from "./override-conflicts.ts";
import { entriesAt, itemsAt, readMap } from "./reader.ts";
import type { Path, Reader } from "./reader.ts";
import { readValues } from "./values.ts";
import { paramNamed } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

const OverrideFields = z.strictObject({
  id: Slug,
  for: z.unknown().optional(),
  effective: z.unknown().optional(),
  set: z.unknown().optional(),
  reason: Sentence.describe("why, and who asked for it, such as `H1 programme, PO-412`"),
});

const Day = z.string().refine((text) => parseDate(text) !== undefined);

const EffectiveFields = z.strictObject({
  from: Day.describe("the first day it applies, such as `from: 2026-01-01`"),
  until: Day.describe("the day it ends, such as `until: 2026-07-01`; every override ends"),
});

const forFix = "write facts with lists of values, such as `for: { partnerTier: [platinum] }`";
const setFix = "write parameters with other values, such as `set: { auto_max: 18% }`";

/** The entries of a map that holds at least one. */
function someEntries(reader: Reader, path: Path, value: unknown, fix: string): readonly (readonly [string, unknown])[] {
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  if (!isEmpty) return entriesAt(reader, path, value, fix);
  reader.report(path, `\`${path.at(-1)}\` is empty`, fix);
  return [];
}

function readScope(reader: Reader, path: Path, value: unknown, { facts }: Vocabulary): Override["for"] | undefined {
  const entries = someEntries(reader, path, value, forFix);
  const read = entries.flatMap(([name, list]): (readonly [string, readonly Scalar[]])[] => {
    const report = (message: string, fix: string) => reader.reportKey(path, name, message, fix);
    const type = factNamed(report, name, facts, wordFact);
    const values = type && readValues(reader, [...path, name], list, type);
    for (const [index, item] of (values ?? []).entries()) {
      if (item === "") reader.report([...path, name, index], "the value is empty", "name whom the override is for");
    }
    return values === undefined ? [] : [[name, values]];
  });
  return read.length > 0 && read.length === entries.length ? Object.fromEntries(read) : undefined;
}

function readDays(
  reader: Reader,
  path: Path,
  value: unknown,
): { readonly from: string; readonly until: string } | undefined {
  const days = readMap(reader, path, value, EffectiveFields);
  if (days === undefined || days.from < days.until) return days;
  const fix = "`until` is the first day after it, in the policy's time zone";
  reader.report([...path, "until"], `the override ends on \`${days.until}\`, before it applies`, fix);
  return undefined;
}

function checkBounds(reader: Reader, path: Path, param: Param, value: number): void {
  const { name, allowed } = param;
  if (param.protected) {
    reader.report(path, `\`${name}\` is protected`, "remove it: no override may touch it");
  } else if (allowed === null) {
    reader.report(path, `\`${name}\` says no \`allowed\``, "remove it, or let the parameter say what may replace it");
  } else if (value < allowed.min || value > allowed.max) {
    reader.report(path, `the value is outside what \`${name}\` allows`, boundsText(param));
  }
}

function readSet(reader: Reader, path: Path, value: unknown, vocabulary: Vocabulary): Override["set"] {
  const read = someEntries(reader, path, value, setFix).flatMap(([name, written]) => {
    const report = (message: string, fix: string) => reader.reportKey(path, name, message, fix);
    const param = paramNamed(report, name, vocabulary);
    const amount = param && readAmount(reader, [...path, name], written, param.kind);
    if (param === undefined || amount === undefined) return [];
    if (sameUnit(amount, param)) checkBounds(reader, [...path, name], param, amount.value);
    else reader.report([...path, name], `\`${name}\` is in another currency`, boundsText(param));
    return [[name, amount.value] as const];
  });
  return Object.fromEntries(read);
}

function readOverride(reader: Reader, path: Path, value: unknown, vocabulary: Vocabulary): Override | undefined {
  const fields = readMap(reader, path, value, OverrideFields);
  const part = (key: string): unknown => (typeof value === "object" && value !== null ? Reflect.get(value, key) : null);
  const scope = readScope(reader, [...path, "for"], part("for"), vocabulary);
  const days = readDays(reader, [...path, "effective"], part("effective"));
  const set = readSet(reader, [...path, "set"], part("set"), vocabulary);
  if (fields === undefined) return undefined;
  const { id, reason } = fields;
  checkReserved(reader, [...path, "id"], id);
  return scope === undefined || days === undefined ? undefined : { id, for: scope, ...days, set, reason };
}

/** The overrides of a policy, in file order. Those whose days are over stay: what they set is still explained by them. */
export function readOverrides(reader: Reader, value: unknown, vocabulary: Vocabulary): readonly Override[] {
  if (value === undefined) return [];
  const items = itemsAt(
    reader,
    ["overrides"],
    value,
    "write overrides with `id`, `for`, `effective`, `set` and `reason`",
  );
  const read = items.map((item, index) => readOverride(reader, ["overrides", index], item, vocabulary));
  checkConflicts(reader, read);
  return read.filter((override) => override !== undefined);
}
