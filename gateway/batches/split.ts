import { endOfCsv, endOfLine, LF, type EndFinder } from "./record-end.ts";
import { MAX_ROW_BYTES } from "./limits.ts";

export type BatchFormat = "ndjson" | "csv";

/** A record as it came, without its line ending; `line` is where it begins, from 1. A fault costs its own line only. */
export type RawRecord =
  | { readonly line: number; readonly bytes: Buffer }
  | { readonly line: number; readonly fault: string };

/** Cuts bytes into records, the same ones however the bytes come in pieces. Empty lines are passed over. */
export type Splitter = {
  push(bytes: Uint8Array): readonly RawRecord[];
  /** The records that are left; there are no more bytes. */
  end(): readonly RawRecord[];
};

/** Bytes are looked at in pieces of at least this many: one who sends single bytes does not have each looked at again. */
const PIECE_BYTES = 64 * 1024;
const LONGEST_ENDING = 2;
const CR = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const BROKEN = "a quote stands where none may, or is not closed";

type Rules = { readonly endOf: EndFinder; readonly maxBytes: number };

/** Bytes that are not cut yet, the line that they begin in, and whether that is a line too long to be kept. */
type Cutting = { rest: Buffer; line: number; isSkipping: boolean; hasBegun: boolean };

export function createSplitter(format: BatchFormat, maxBytes = MAX_ROW_BYTES, pieceBytes = PIECE_BYTES): Splitter {
  const rules: Rules = { endOf: format === "csv" ? endOfCsv() : endOfLine, maxBytes };
  const cutting: Cutting = { rest: Buffer.alloc(0), line: 1, isSkipping: false, hasBegun: false };
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;

  function look(isLast: boolean): readonly RawRecord[] {
    cutting.rest = Buffer.concat([cutting.rest, ...waiting]);
    [waiting, waitingBytes] = [[], 0];
    return cut(cutting, rules, isLast);
  }

  return {
    push(bytes) {
      waiting.push(bytes);
      waitingBytes += bytes.byteLength;
      return waitingBytes < pieceBytes ? [] : look(false);
    },
    end: () => look(true),
  };
}

function cut(cutting: Cutting, rules: Rules, isLast: boolean): readonly RawRecord[] {
  const { rest } = cutting;
  const found: RawRecord[] = [];
  const isMarked = !cutting.hasBegun && rest.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  cutting.hasBegun = true;
  let at = isMarked ? BYTE_ORDER_MARK.length : 0;
  while (at < rest.length) {
    const next = cutting.isSkipping ? skip(cutting, at) : take(cutting, rules, { at, isLast, found });
    if (next === undefined) break;
    at = next;
  }
  cutting.rest = rest.subarray(Math.min(at, rest.length));
  return found;
}

type Place = { readonly at: number; readonly isLast: boolean; readonly found: RawRecord[] };

/** One record from `at` on; answers where the next one begins, or undefined when more bytes are needed to say. */
function take(cutting: Cutting, { endOf, maxBytes }: Rules, place: Place): number | undefined {
  const { rest, line } = cutting;
  const { at, isLast, found } = place;
  const full = at + maxBytes + LONGEST_ENDING;
  const bound = Math.min(rest.length, full);
  const end = endOf(rest, at, bound, isLast && bound === rest.length);
  const bytes = typeof end === "number" ? withoutReturn(rest.subarray(at, end)) : undefined;
  if (typeof end === "number" && bytes !== undefined && bytes.length <= maxBytes) {
    if (bytes.length > 0) found.push({ line, bytes });
    cutting.line += 1 + linesIn(bytes);
    return end + 1;
  }
  if (end === "more" && bound < full) return undefined;
  return giveUp(cutting, place, full, end === "broken" ? BROKEN : `longer than ${maxBytes} bytes`);
}

/** What begins there is no record: its first line is a fault, and the next line is looked at anew. */
function giveUp(cutting: Cutting, { at, isLast, found }: Place, full: number, fault: string): number | undefined {
  const { rest, line } = cutting;
  const next = rest.indexOf(LF, at);
  if (next === -1 && !isLast && rest.length < full) return undefined;
  found.push({ line, fault });
  cutting.isSkipping = next === -1;
  if (next === -1) return rest.length;
  cutting.line += 1;
  return next + 1;
}

/** To the end of a line that is not kept. */
function skip(cutting: Cutting, at: number): number {
  const next = cutting.rest.indexOf(LF, at);
  if (next === -1) return cutting.rest.length;
  cutting.isSkipping = false;
  cutting.line += 1;
  return next + 1;
}

function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
}

/** Line breaks inside a record: a CSV field may hold some. */
function linesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) count += 1;
  return count;
}
