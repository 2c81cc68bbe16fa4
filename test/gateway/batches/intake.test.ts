import { describe, expect, test } from "vitest";
import { UnreadableBatch } from "../../../gateway/batches/cells.ts";
import { hearersOf } from "../../../gateway/batches/hearers.ts";
import { createIntake } from "../../../gateway/batches/intake.ts";
import type { BatchFormat } from "../../../gateway/batches/split.ts";
import { withFunctions } from "../../fixtures/functions.ts";
import { regions, usage, withUsage } from "../../fixtures/usage.ts";

/** What is kept of some text: rows and reasons by line. */
function taken(format: BatchFormat, text: string | Buffer, functions = withUsage) {
  const intake = createIntake(format, hearersOf("usage", functions));
  const rows = [...intake.push(Buffer.from(text)), ...intake.end()];
  return rows.map(({ line, row, bad }) => (bad === undefined ? [line, row] : [line, row, bad]));
}

describe("of a row", () => {
  test("nothing is kept but the columns that a function names", () => {
    const line = { account: "a1", points: 3, email: "kim@example.com", notes: { phone: "1" } };
    expect(taken("ndjson", JSON.stringify(line))).toEqual([[1, { account: "a1", points: 3 }]]);
    expect(taken("csv", "email,account,phone,points\nkim@example.com,a1,1,3\n")).toEqual([
      [2, { account: "a1", points: 3 }],
    ]);
  });

  test("CSV's numbers and truth values are read as such, and an empty cell is none", () => {
    const text = "account,points,metered\n007,12,true\na2,0,false\na3,1,\n";
    expect(taken("csv", text)).toEqual([
      [2, { account: "007", points: 12, metered: true }],
      [3, { account: "a2", points: 0, metered: false }],
      [4, { account: "a3", points: 1 }],
    ]);
  });

  test("quoted cells are whole, with commas, quotes and line breaks", () => {
    const text = 'account,note,points\r\n"a,""1","two\nlines",1\r\n"b",,2\r\n';
    expect(taken("csv", text)).toEqual([
      [2, { account: 'a,"1', points: 1 }],
      [4, { account: "b", points: 2 }],
    ]);
  });

  test("what PostgreSQL cannot keep is told of an escape, and replaced where it stands as a byte", () => {
    const why = "a number or a text cannot be read exactly";
    expect(taken("ndjson", '{"account":"a\\u0000b","points":1}')).toEqual([[1, undefined, why]]);
    expect(taken("csv", "account,points\na\0b,1")).toEqual([[2, { account: "a\uFFFDb", points: 1 }]]);
  });
});

describe("a bad row costs no other, and is told by line and reason, without its words:", () => {
  test.for<[string, string | Buffer, string]>([
    ["no JSON", '{"account":secret', "not a JSON object"],
    ["no object", '["secret"]', "not a JSON object"],
    ["no UTF-8", Buffer.from([0xff, 0xfe]), "not UTF-8"],
    ["a key twice", '{"account":"a","account":"secret","points":1}', "a key appears twice"],
    ["nested without end", "[".repeat(100), "nested too deeply"],
    [
      "a column of another kind",
      '{"account":"a","points":"secret"}',
      "`points`: Invalid input: expected number, received string",
    ],
    ["a fraction", '{"account":"a","points":1.5}', "`points`: Invalid input: expected int, received number"],
    ["a column that is lacking", '{"points":1}', "`account`: Invalid input: expected string, received undefined"],
    [
      "an object that has no id",
      '{"account":"two words","points":1}',
      "`account`: expected an object's id of up to 256 characters, no spaces",
    ],
    ["too much of it", `{"account":"a","points":1,"more":"${"x".repeat(70_000)}"}`, "longer than 65536 bytes"],
  ])("%s", ([, line, reason]) => {
    const good = Buffer.from('{"account":"a","points":1}\n');
    const found = taken("ndjson", Buffer.concat([good, Buffer.from(line), Buffer.from("\n"), good]));
    expect(found).toEqual([
      [1, { account: "a", points: 1 }],
      [2, undefined, reason],
      [3, { account: "a", points: 1 }],
    ]);
  });

  test.for([
    ["too few fields", "a", "1 fields under 2 columns"],
    ["too many fields", "a,1,secret", "3 fields under 2 columns"],
    ["a stray quote", 'a",1', "a quote stands where none may, or is not closed"],
    ["no number", "a,0x10", "`points`: Invalid input: expected number, received string"],
  ] as const)("%s", ([, line, reason]) => {
    expect(taken("csv", `account,points\na,1\n${line}\na,2`)).toEqual([
      [2, { account: "a", points: 1 }],
      [3, undefined, reason],
      [4, { account: "a", points: 2 }],
    ]);
  });
});

test.for([
  ["a column is lacking", "account,email", ["points"]],
  ["a column stands there twice", "account,points,account", ["account"]],
  ["it is no record", 'acc"ount,points', []],
  ["there is none", "", ["account", "points"]],
] as const)("a header that nobody can read rows under is refused whole: %s", ([, header, columns]) => {
  const refused = (): unknown => {
    try {
      return taken("csv", `${header}\na,1`);
    } catch (error) {
      return error;
    }
  };
  expect(refused()).toBeInstanceOf(UnreadableBatch);
  expect(refused()).toMatchObject({ columns });
});

describe("of a source that two functions hear", () => {
  const both = withFunctions(usage, regions);

  test("a row is kept once, with what both read", () => {
    expect(taken("ndjson", '{"account":"a","region":"emea","points":1,"more":1}', both)).toEqual([
      [1, { account: "a", region: "emea", points: 1 }],
    ]);
  });

  test("a row that one cannot read is kept for the other, and said to be bad for the one", () => {
    expect(taken("ndjson", '{"account":"a","points":1}', both)).toEqual([
      [1, { account: "a", points: 1 }, "regions: `region`: Invalid input: expected string, received undefined"],
    ]);
  });

  test("a header that one can read is taken", () => {
    expect(taken("csv", "account,points\na,1", both)).toHaveLength(1);
  });
});
