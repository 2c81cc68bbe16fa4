import { expect, test } from "vitest";
import { writeTable } from "../../cli/table.ts";

const columns = [{ header: "ID" }, { header: "ASK", flexible: true }, { header: "MS", right: true }];
const rows = [
  ["esc_0123456789abcdef0123", "Larkspur asks 18 % off 42,000.00 USD on quote Q-1", "7"],
  ["esc_1", "short", "1200"],
];

test("columns line up, numbers to the right", () => {
  expect(writeTable(columns, rows)).toBe(
    [
      "ID                        ASK                                                  MS",
      "esc_0123456789abcdef0123  Larkspur asks 18 % off 42,000.00 USD on quote Q-1     7",
      "esc_1                     short                                              1200",
      "",
    ].join("\n"),
  );
});

test("a narrow terminal shortens words, never ids", () => {
  const lines = writeTable(columns, rows, 60).split("\n");
  expect(lines[1]).toBe("esc_0123456789abcdef0123  Larkspur asks 18 % off 42,0…     7");
  expect(lines[1]).toHaveLength(60);
});

test("a terminal too narrow for the ids gets longer lines", () => {
  expect(writeTable(columns, rows, 20)).toContain("esc_0123456789abcdef0123  Larkspur asks 1…");
});

test("a column without a value in any row is left out", () => {
  expect(writeTable([{ header: "A" }, { header: "B" }], [["1", ""]])).toBe("A\n1\n");
});

test("text from outside stays on its line", () => {
  expect(writeTable([{ header: "A" }], [["one\ntwo\u001b[31m"]])).toBe("A\none two [31m\n");
});
