import { isUtf8 } from "node:buffer";
import type { Json, JsonObject } from "../../domain/json.ts";
import { fieldKinds, type FieldKind } from "../../functions/columns.ts";
import { parseJsonBody } from "../http/json-body.ts";
import type { Hearer } from "./hearers.ts";
import type { BatchFormat } from "./split.ts";

/** The named values of a record, or why it has none. */
export type Cells =
  | { readonly kind: "cells"; readonly cells: JsonObject }
  | { readonly kind: "bad"; readonly reason: string }
  /** It names the columns, and is no row. */
  | { readonly kind: "header" };

/** The batch cannot be read at all: its columns are not those that anybody reads. */
export class UnreadableBatch extends Error {
  /** Those that are lacking, or stand there twice. */
  readonly columns: readonly string[];

  constructor(columns: readonly string[]) {
    super("the header is not that of this source's rows");
    this.name = "UnreadableBatch";
    this.columns = columns;
  }
}

/** Reads records of a format, one after the other. The first of a CSV batch names the columns. @throws UnreadableBatch */
export function cellReader(format: BatchFormat, hearers: readonly Hearer[]): (record: Buffer) => Cells {
  if (format === "ndjson") return readJsonLine;
  let header: Header | undefined;
  return (record) => {
    const fields = readFields(record);
    if (header === undefined) {
      header = headerOf(fields, hearers);
      return { kind: "header" };
    }
    return fields === undefined ? NOT_TEXT : cellsUnder(header, fields);
  };
}

const NOT_TEXT: Cells = { kind: "bad", reason: "not UTF-8" };
const whyBad = {
  "too-deep": "nested too deeply",
  "duplicate-key": "a key appears twice",
  validation: "a number or a text cannot be read exactly",
} as const;
const NOT_AN_OBJECT: Cells = { kind: "bad", reason: "not a JSON object" };

/** Why a line is none, without a word of it. */
function readJsonLine(record: Buffer): Cells {
  const parsed = parseJsonBody(record);
  if (parsed.kind === "refused") {
    if (parsed.code === "malformed-json") return isUtf8(record) ? NOT_AN_OBJECT : NOT_TEXT;
    return { kind: "bad", reason: whyBad[parsed.code] };
  }
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return NOT_AN_OBJECT;
  return { kind: "cells", cells: value as JsonObject };
}

type Column = { readonly at: number; readonly name: string; readonly kind: FieldKind };
type Header = { readonly width: number; readonly columns: readonly Column[] };

/** The wanted columns, by place; nobody's are passed over. */
function headerOf(fields: readonly string[] | undefined, hearers: readonly Hearer[]): Header {
  const names = (fields ?? []).map((name) => name.trim());
  const kinds = Object.assign({}, ...hearers.map(({ aggregate }) => fieldKinds(aggregate.row))) as {
    readonly [column: string]: FieldKind;
  };
  const twice = Object.keys(kinds).filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  const lacking = hearers.map((hearer) => requiredOf(hearer).filter((name) => !names.includes(name)));
  const nobodyReads = lacking.every((columns) => columns.length > 0);
  if (twice.length > 0 || nobodyReads) throw new UnreadableBatch([...new Set([...twice, ...lacking.flat()])]);
  const columns = names.flatMap((name, at) => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    return kind === undefined ? [] : [{ at, name, kind }];
  });
  return { width: names.length, columns };
}

function requiredOf({ aggregate }: Hearer): readonly string[] {
  const fields = Object.entries(aggregate.row.shape);
  return fields.filter(([, field]) => field._zod.optin !== "optional").map(([name]) => name);
}

/** An empty cell is none. Where a number or a truth value is wanted, what reads as one is one. */
function cellsUnder({ width, columns }: Header, fields: readonly string[]): Cells {
  if (fields.length !== width) return { kind: "bad", reason: `${fields.length} fields under ${width} columns` };
  const cells: { [column: string]: Json } = {};
  for (const { at, name, kind } of columns) {
    const text = fields[at] ?? "";
    if (text !== "") cells[name] = valueOf(kind, text);
  }
  return { kind: "cells", cells };
}

const whole = /^-?(?:0|[1-9]\d{0,15})$/;

function valueOf(kind: FieldKind, text: string): Json {
  if (kind === "number" && whole.test(text)) return Number(text);
  if (kind === "truth" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** The fields of a record that RFC 4180 allows; undefined when it is no UTF-8. What PostgreSQL cannot keep becomes U+FFFD. */
function readFields(record: Buffer): readonly string[] | undefined {
  if (!isUtf8(record)) return undefined;
  const text = record.toString("utf8").replaceAll("\0", "\uFFFD");
  if (!text.includes('"')) return text.split(",");
  const fields: string[] = [];
  for (const [, quoted, plain = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/gy)) {
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return text.endsWith(",") ? fields : fields.slice(0, -1);
}
