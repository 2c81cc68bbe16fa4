import type { TableCell } from "../derived.ts";
import { describeKind, showValue } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";
import { parseAs, sameUnit } from "../literals.ts";

/** Notes a problem at the place that it was made for. */
export type Report = (message: string, fix: string) => void;

/** A cell as it is written: one text, or several that each hold. */
export type Written = { readonly texts: readonly string[]; readonly report: Report };

/** What a table may be read by. */
export type Column = FactType & { readonly kind: Exclude<FactType["kind"], "set" | "text" | "list"> };

export function isColumn(type: FactType): type is Column {
  return type.kind !== "set" && type.kind !== "text" && type.kind !== "list";
}

type Ordered = Extract<Column, { readonly min: number }>;

const bounds = /^(?:(from|over) (.+?))?(?:(?:^| )(up to|under) (.+))?$/;

function endOf(text: string | undefined, type: Ordered): number | undefined {
  const amount = text === undefined ? undefined : parseAs(type.kind, text.trim());
  return amount !== undefined && sameUnit(amount, type) ? amount.value : undefined;
}

/** The two ends that a text names, as far as it names them; undefined for what is no range. */
function endsOf(text: string, type: Ordered): { readonly min: number; readonly max: number } | undefined {
  const [first, second, ...more] = text.split("..");
  if (second !== undefined) {
    const [min, max] = [endOf(first, type), endOf(second, type)];
    return min === undefined || max === undefined || more.length > 0 ? undefined : { min, max };
  }
  const single = endOf(text, type);
  if (single !== undefined) return { min: single, max: single };
  const [whole, low, floor, high, roof] = bounds.exec(text) ?? [];
  if (whole === undefined || (low === undefined && high === undefined)) return undefined;
  const [from, to] = [endOf(floor, type), endOf(roof, type)];
  if ((low !== undefined && from === undefined) || (high !== undefined && to === undefined)) return undefined;
  return {
    min: from === undefined ? type.min : low === "over" ? from + 1 : from,
    max: to === undefined ? type.max : high === "under" ? to - 1 : to,
  };
}

const rangeFix = "write a value, `A..B` with both ends, `from A`, `over A`, `up to B`, `under B`, two of these, or `*`";

function readRange({ texts, report }: Written, type: Ordered): TableCell | undefined {
  const [text = "", ...more] = texts;
  const ends = more.length > 0 ? undefined : endsOf(text, type);
  if (ends === undefined) {
    report(`\`${texts.join(", ")}\` is no range of \`${type.name}\`, ${describeKind(type)}`, rangeFix);
    return undefined;
  }
  const [min, max] = [Math.max(ends.min, type.min), Math.min(ends.max, type.max)];
  if (min > max) {
    report(`\`${text}\` holds no value of \`${type.name}\``, `write a range within ${describeKind(type)}`);
    return undefined;
  }
  return min === type.min && max === type.max ? null : { min, max };
}

function readWords({ texts, report }: Written, type: Column): TableCell | undefined {
  const words = texts.flatMap((text) => text.split("|")).map((text) => text.trim());
  const known: readonly string[] = type.kind === "choice" ? type.values : ["true", "false"];
  for (const [index, word] of words.entries()) {
    if (!known.includes(word))
      report(`\`${word}\` is not a value of \`${type.name}\``, `write ${describeKind(type)}, or \`*\``);
    else if (words.indexOf(word) < index) report(`\`${word}\` is listed twice`, "keep one");
    else continue;
    return undefined;
  }
  if (words.length === known.length) return null;
  return { in: type.kind === "boolean" ? words.map((word) => word === "true") : words };
}

/** Reads what a row asks of a column; null: anything. Undefined after a problem was noted. */
export function readCell(written: Written, type: Column): TableCell | undefined {
  if (written.texts.join() === "*") return null;
  return "min" in type ? readRange(written, type) : readWords(written, type);
}

/** A part of a column in words: `cabin economy`, `weight from 6 to 9`; undefined for all of it. */
export function partText(type: Column, part: TableCell): string | undefined {
  if (part === null) return undefined;
  if ("in" in part) return `${type.name} ${part.in.map(String).join(" or ")}`;
  const [min, max] = [showValue(type, part.min), showValue(type, part.max)];
  return min === max ? `${type.name} ${min}` : `${type.name} from ${min} to ${max}`;
}
