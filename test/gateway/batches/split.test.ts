import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSplitter, type BatchFormat, type RawRecord } from "../../../gateway/batches/split.ts";

const MOST = 40;

/** The records of pieces, each looked at as it comes: [line, text] or [line, fault]. */
function split(format: BatchFormat, pieces: readonly Uint8Array[], most = MOST) {
  const splitter = createSplitter(format, most, 1);
  const records: RawRecord[] = pieces.flatMap((piece) => splitter.push(piece));
  return [...records, ...splitter.end()].map((record) =>
    "fault" in record ? [record.line, { fault: record.fault }] : [record.line, record.bytes.toString("latin1")],
  );
}

const whole = (format: BatchFormat, text: string, most = MOST) => split(format, [Buffer.from(text, "latin1")], most);
const broken = { fault: "a quote stands where none may, or is not closed" };
const tooLong = { fault: `longer than ${MOST} bytes` };

describe("lines of NDJSON", () => {
  test.for<[string, string, unknown[]]>([
    [
      "end at their line feeds",
      "a\nb\n",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "or at the end",
      "a\nb",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "may end with a carriage return too",
      "a\r\nb\r\n",
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [
      "are passed over when they are empty, and counted",
      "a\n\n\r\nb",
      [
        [1, "a"],
        [4, "b"],
      ],
    ],
    [
      "may hold quotes",
      '"a\n"b',
      [
        [1, '"a'],
        [2, '"b'],
      ],
    ],
    ["begin after a byte order mark", "\xEF\xBB\xBFa", [[1, "a"]]],
    [
      "may be as long as is allowed",
      `${"x".repeat(MOST)}\r\ny`,
      [
        [1, "x".repeat(MOST)],
        [2, "y"],
      ],
    ],
    [
      "not a byte longer",
      `${"x".repeat(MOST + 1)}\ny`,
      [
        [1, tooLong],
        [2, "y"],
      ],
    ],
    ["are nothing in nothing", "", []],
  ])("%s", ([, text, records]) => expect(whole("ndjson", text)).toEqual(records));
});

describe("records of CSV", () => {
  test.for<[string, string, unknown[]]>([
    [
      "may break lines within quotes",
      'a,"b\nc"\nd',
      [
        [1, 'a,"b\nc"'],
        [3, "d"],
      ],
    ],
    [
      "may have quotes within quotes",
      '"a""b\n""",c\nd',
      [
        [1, '"a""b\n""",c'],
        [3, "d"],
      ],
    ],
    [
      "may be quoted to their end",
      '"a"\r\n"b"',
      [
        [1, '"a"'],
        [2, '"b"'],
      ],
    ],
    [
      "may end with an empty field",
      'a,\n"b",\n',
      [
        [1, "a,"],
        [2, '"b",'],
      ],
    ],
    [
      "with a quote inside a field cost their own line",
      'a"b,c\nd',
      [
        [1, broken],
        [2, "d"],
      ],
    ],
    [
      "with words after a closing quote cost their own line",
      '"a"b\nc',
      [
        [1, broken],
        [2, "c"],
      ],
    ],
    [
      "whose quote is never closed cost their own line",
      '"a\nb\nc',
      [
        [1, broken],
        [2, "b"],
        [3, "c"],
      ],
    ],
    [
      "whose quote is closed too late cost their own line",
      `"a\n${"x".repeat(MOST)}\ny"\nz`,
      [
        [1, tooLong],
        [2, "x".repeat(MOST)],
        [3, broken],
        [4, "z"],
      ],
    ],
  ])("%s", ([, text, records]) => expect(whole("csv", text)).toEqual(records));
});

/** Text in which everything that matters happens often. */
const text = fc.string({
  unit: fc.constantFrom("a", ",", '"', "\n", "\r", "\r\n", '""', "x".repeat(9)),
  maxLength: 60,
});

test.for<BatchFormat>(["ndjson", "csv"])("the records of %s are the same in whatever pieces they come", (format) => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(120)), fc.integer({ min: 8, max: 16 }), (given, cuts, most) => {
      const bytes = Buffer.from(given, "latin1");
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end));
      expect(split(format, pieces, most)).toEqual(split(format, [bytes], most));
    }),
    { numRuns: 3_000 },
  );
});

test("a line of 64 MiB without an end is never held", () => {
  const splitter = createSplitter("ndjson");
  const piece = Buffer.alloc(1024 * 1024, "x");
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < 64; n += 1) splitter.push(piece);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  expect(splitter.push(Buffer.from("\nlast"))).toEqual([]);
  expect(splitter.end().map((record) => record.line)).toEqual([2]);
});
