import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allInstants, dayIn, parseInstant, startOfDayIn, writeInstant } from "../../../domain/instant.ts";
import { decideCompiled } from "../../../guardrails/decide-compiled.ts";
import { judge } from "../../../guardrails/evaluate.ts";
import { allSpans, parseSpan, writeSpan } from "../../../guardrails/literals.ts";
import type { Policy } from "../../../guardrails/policy.ts";
import { readRules } from "../../../guardrails/reading.ts";
import { sceneOf } from "../../../guardrails/scene.ts";
import { writtenFact } from "../../../guardrails/written-fact.ts";
import { deal, executesWhen, facts } from "./written.ts";

const HOUR = 3_600_000;

/** Rules that match by both evaluators, which agree, as does the reading of rules one by one. */
async function decided(policy: Policy, request: never, at: string) {
  const told: unknown[] = [];
  const { decision } = await judge(policy, request, { at, onDisagreement: (detail) => told.push(detail) });
  const { cell, checked } = sceneOf(policy, request, at);
  const kind = decideCompiled(policy, request, at).verdict;
  expect({ told, kind, read: readRules(cell, checked.known).decision }).toEqual({
    told: [],
    kind: decision.kind,
    read: decision.kind,
  });
  return decision.kind;
}

describe("an instant is read exactly, or not at all", () => {
  test.for([
    ["2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"],
    ["2026-07-01T14:00:00+02:00", "2026-07-01T12:00:00Z"],
    ["2026-07-01T12:00Z", "2026-07-01T12:00:00Z"],
    ["2026-07-01T12:00:00.250+0000", "2026-07-01T12:00:00.250Z"],
    ["2026-07-01T12:00:00.250000Z", "2026-07-01T12:00:00.250Z"],
    ["2024-02-29T23:30:00-05:30", "2024-03-01T05:00:00Z"],
  ])("%s is %s", ([text, read]) => {
    expect(writeInstant(parseInstant(text) ?? 0)).toBe(read);
  });

  test.for([
    "2026-07-01T12:00:00",
    "2026-07-01",
    "2026-07-01T24:00:00Z",
    "2026-07-01T12:00:60Z",
    "2026-02-29T12:00:00Z",
    "2026-07-01T12:00:00.0001Z",
    "1899-12-31T23:59:59Z",
    "3000-01-01T00:00:00Z",
    1_782_000_000_000,
  ])("%s is none", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test("what is written is read again", () => {
    fc.assert(
      fc.property(fc.integer(allInstants), (ms) => {
        expect(parseInstant(writeInstant(ms))).toBe(ms);
      }),
    );
  });
});

describe("a span is whole milliseconds, and a day of it 24 hours", () => {
  test.for([
    ["24h", 24 * HOUR],
    ["90m", 1.5 * HOUR],
    ["14d", 14 * 24 * HOUR],
    ["PT24H", 24 * HOUR],
    ["P1DT1H30M", 25.5 * HOUR],
    ["P2W", 14 * 24 * HOUR],
    ["PT0.25S", 250],
    ["-2h", -2 * HOUR],
    ["0h", 0],
  ] as const)("%s", ([text, ms]) => {
    expect(parseSpan(text)).toBe(ms);
  });

  test.for(["24", "1.5h", "P1M", "P1Y", "P", "PT", "24 h", "1h30m", 24])("%s is none", (text) => {
    expect(parseSpan(text)).toBeUndefined();
  });

  test("what is written is read again", () => {
    fc.assert(
      fc.property(fc.integer(allSpans), (ms) => {
        expect(parseSpan(writeSpan(ms))).toBe(ms);
      }),
    );
  });

  test("a caller may write it as policies and systems do", () => {
    const grace = facts.find(({ name }) => name === "grace")!;
    expect(["24h", "PT24H", 86_400_000, "31d", "24"].map((given) => writtenFact(grace, given))).toEqual([
      86_400_000,
      86_400_000,
      86_400_000,
      undefined,
      undefined,
    ]);
  });
});

const zones = ["Europe/Paris", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu", "UTC"];

test("days of a zone begin one after the other, where clocks change too", () => {
  const near = fc.constantFrom("2011-12-30", "2018-11-04", "2024-02-29", "2026-03-29", "2026-10-25", "2026-11-01");
  fc.assert(
    fc.property(near, fc.integer({ min: -48, max: 48 }), fc.constantFrom(...zones), (day, hours, zone) => {
      const ms = Date.parse(day) + hours * HOUR;
      const found = dayIn(ms, zone);
      expect([startOfDayIn(found, zone) <= ms, startOfDayIn(found + 1, zone) > ms]).toEqual([true, true]);
    }),
    { numRuns: 300 },
  );
});

const instant = fc
  .tuple(
    fc.constantFrom("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2024-02-29T00:00:00Z", "2026-03-28T23:00:00Z"),
    fc.constantFrom(-24, -1, 0, 1, 23, 24, 25),
    fc.constantFrom(-1, 0, 1),
  )
  .map(([at, hours, ms]) => writeInstant(Date.parse(at) + hours * HOUR + ms));

const conditions = [
  "{ fact: registeredAt, within: 24h, of: now }",
  "{ fact: registeredAt, within: 24h, before: now }",
  "{ fact: registeredAt, within: 24h, after: now }",
  "{ fact: closeDate, within: 30d, after: today }",
  "{ fact: registeredAt, operator: lessThan, value: { fact: now, minus: 24h } }",
  "{ fact: closeDate, operator: greaterThan, value: { fact: today, plus: 1d } }",
  "{ fact: closeDate, operator: equal, value: { fact: today } }",
  "{ fact: age, operator: lessThanInclusive, value: 24h }",
  "{ fact: age, operator: greaterThan, value: { fact: grace } }",
  "{ fact: left, operator: greaterThan, value: 1 }",
  "{ fact: registeredOn, operator: lessThan, value: { fact: closeDate } }",
  "{ fact: registeredOn, operator: greaterThanInclusive, value: 2026-03-29 }",
  "{ fact: due, operator: lessThan, value: { fact: now } }",
];

const derive = `derive:
  age: { subtract: [now, registeredAt] }
  left: { subtract: [closeDate, today] }
  registeredOn: { day: registeredAt }
  due: { add: [registeredAt, grace] }
`;

test("both evaluators and a reading of the rules agree on every side of a time, where clocks change and leap days are", async () => {
  const seen = new Set<string>();
  const all = ["age", "left", "registeredOn", "due"];
  const used = (when: string) =>
    `derive:\n${derive
      .split("\n")
      .filter((line) => all.some((name) => line.startsWith(`  ${name}:`) && when.includes(`fact: ${name},`)))
      .join("\n")}\n`;
  const before = (when: string) => (all.some((name) => when.includes(`fact: ${name},`)) ? used(when) : "");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...conditions),
      fc.constantFrom(...zones),
      instant,
      instant,
      fc.constantFrom("2026-03-29", "2026-03-30", "2024-02-29", "2024-03-01", "2026-10-25"),
      async (when, zone, at, registeredAt, closeDate) => {
        seen.add(await decided(executesWhen(when, before(when), zone), deal({ registeredAt, closeDate }), at));
      },
    ),
    { numRuns: 300 },
  );
  expect([...seen].toSorted()).toEqual(["escalate", "execute"]);
});

describe("now is the instant of the decision", () => {
  const fresh = executesWhen("{ fact: registeredAt, within: 24h, before: now }");

  test.for([
    ["2026-03-29T11:00:00Z", "execute"],
    ["2026-03-29T11:00:00.001Z", "escalate"],
    ["2026-03-28T11:00:00Z", "execute"],
    ["2026-03-28T10:59:59.999Z", "escalate"],
  ] as const)("at %s: %s", async ([at, kind]) => {
    expect(await decided(fresh, deal(), at)).toBe(kind);
  });

  test("24 hours are 24 hours over a change of clocks, and a day is the zone's", async () => {
    const days = executesWhen("{ fact: closeDate, operator: equal, value: { fact: today } }");
    const closes = deal({ closeDate: "2026-03-29" });
    expect(
      await Promise.all(
        ["2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"].map((at) =>
          decided(days, closes, at),
        ),
      ),
    ).toEqual(["escalate", "execute", "execute", "escalate"]);
  });

  test("without an instant nobody knows it, and a request may not bring it", async () => {
    const { decision } = await judge(fresh, deal());
    expect(decision).toMatchObject({ kind: "escalate", missing: ["now"] });
    const brought = await judge(fresh, deal({ now: "2026-03-28T12:00:00Z" }), { at: "2026-03-28T12:00:00Z" });
    expect(brought.decision).toMatchObject({
      kind: "escalate",
      reason: expect.stringContaining("not declared: `now`"),
    });
  });

  test("a policy that does not read it has no such fact", () => {
    const plain = executesWhen("{ fact: closeDate, operator: lessThan, value: 2026-07-01 }");
    expect(plain.facts.map(({ name }) => name)).not.toContain("now");
  });
});
