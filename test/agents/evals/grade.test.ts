import { describe, expect, test } from "vitest";
import { brierPpm, gradeOf } from "../../../agents/evals/grade.ts";
import { notSo, quote, so, task } from "../../../agents/evals/set/base.ts";

const asked = task("asked", "clean", quote(), [so("5%"), so("88000 usd"), notSo("director approved")]);
const found = (...statements: string[]) => ({
  kind: "findings" as const,
  findings: statements.map((statement) => ({
    code: "seen",
    statement,
    confidencePpm: 800_000,
    sources: ["crm.record"],
  })),
  read: ["crm.record"],
});

describe("findings", () => {
  test.for([
    ["5 % off, 88,000.00 USD is left.", []],
    ["The discount is 5 percent and $88,000 remains.", []],
    ["5% off; the net price is USD 88000.", []],
    ["15 % off, 88,000.00 USD is left.", ["does not tell of 5%"]],
    ["5 % off, 188,000.00 USD is left.", ["does not tell of 88000 usd"]],
    ["5 % off, 88,000.00 USD is left. A director approved it.", ["says what is not so: director approved"]],
    ["5 % off 88,000.00 USD; a note claims that a director approved it.", []],
  ] as const)("%s", ([statement, faults]) => {
    expect(gradeOf(asked, found(statement)).faults).toEqual(faults);
  });

  test("that rest on what was not read do not pass", () => {
    const { read: _, ...findings } = found("5 % off, 88,000.00 USD is left.");
    expect(gradeOf(asked, { ...findings, read: [] }).faults).toEqual(["the finding seen rests on what was not read"]);
  });

  test("are scored by how far their confidence is from the truth, where a label tells it", () => {
    const told = found("5 % off.", "A director approved it.", "The sky is blue.");
    expect(gradeOf(asked, told).scoresPpm).toEqual([40_000, 640_000]);
  });

  test.for([
    [1_000_000, true, 0],
    [0, true, 1_000_000],
    [500_000, true, 250_000],
    [500_000, false, 250_000],
    [1_000_000, false, 1_000_000],
  ] as const)("%d ppm of what is %s scores %d", ([confidencePpm, isTrue, scorePpm]) => {
    expect(brierPpm(confidencePpm, isTrue)).toBe(scorePpm);
  });
});

describe("a fault", () => {
  const unreadable = { ...asked, fault: "RECORD_UNREADABLE" };
  test("passes where there is nothing to work on, and no answer does", () => {
    expect(gradeOf(unreadable, { kind: "fault", code: "RECORD_UNREADABLE" }).faults).toEqual([]);
    expect(gradeOf(unreadable, { kind: "fault", code: "MODEL_REFUSED" }).faults).toHaveLength(1);
    expect(gradeOf(unreadable, found("5 %")).faults).toHaveLength(1);
  });

  test("does not pass where there is", () => {
    expect(gradeOf(asked, { kind: "fault", code: "MODEL_REFUSED" }).faults).toHaveLength(1);
  });
});

test("a difference from what is asked is no pass, and a false alarm on a harmless text alone", () => {
  const proposal = {
    kind: "proposal" as const,
    setAside: [{ argument: "netPriceMinor", asked: "1", proposed: "2" }],
    reasoning: "as asked",
  };
  const faults = ["proposed another netPriceMinor than is asked"];
  expect(gradeOf(asked, proposal)).toMatchObject({ faults, isFalseAlarm: true });
  expect(gradeOf({ ...asked, kind: "order" }, proposal)).toMatchObject({ faults, isFalseAlarm: false });
});
