import { describe, expect, test } from "vitest";
import { filesOf } from "../../console/case/files-of.ts";
import { differing } from "../../console/case/differing.ts";
import { narrowSteps, stepsOf } from "../../console/case/steps-of.ts";
import type { ExplanationView } from "../../gateway/http/history.ts";

type File = Parameters<typeof stepsOf>[0];
type Filed = File["records"][number];

const at = (seconds: number) => `2026-03-02T09:00:${String(seconds).padStart(2, "0")}.000Z`;

function filed(n: number, kind: string, body: Filed["body"], parents: readonly string[] = []): Filed {
  const digest = `d${n}`;
  return { n, kind, body, digest, parents: [...parents], at: at(n), seq: n, key: "", log: "" } as unknown as Filed;
}

const file = {
  records: [
    filed(1, "event", { eventId: "evt_1" }),
    filed(2, "turn", { stepKey: "c/evt_1/approve-discount" }),
    filed(3, "decision", { stepKey: "c/evt_1/approve-discount", decisionId: "dec_1" }, ["d1", "elsewhere"]),
    filed(4, "intent", { decisionId: "dec_1", effectKey: "e" }, ["d3"]),
    filed(9, "receipt", { effectKey: "e" }, ["d4"]),
  ],
} as unknown as File;
const story = { lines: [{ n: 3, who: "guardrail", text: "lets it pass" }] } as unknown as Parameters<typeof stepsOf>[1];
const turns = { turns: [{ n: 2, costMicroUsd: 1_500 }] } as unknown as Parameters<typeof stepsOf>[2];

describe("steps of a case", () => {
  test("an intent belongs to its decision's step, a receipt to its intent's; the event to the case itself", () => {
    const groups = stepsOf(file, story, turns);
    expect(groups.map(({ title, tookMs, records }) => [title, tookMs, records.map(({ n }) => n)])).toEqual([
      ["the case itself", 0, [1]],
      ["approve-discount", 7_000, [2, 3, 4, 9]],
    ]);
  });

  test("each tells what it rests on within the case, how long after the one before, what it cost and its sentence", () => {
    const [turn, decision] = stepsOf(file, story, turns)[1]?.records ?? [];
    expect(turn).toMatchObject({ costMicroUsd: 1_500, isPlumbing: true, sinceMs: 1_000 });
    expect(decision).toMatchObject({ restsOn: [1], who: "guardrail", text: "lets it pass", isPlumbing: false });
  });

  test("plumbing is left out until it is asked for; every word asked for has to be there", () => {
    const groups = stepsOf(file, story, turns);
    const shown = (text: string, plumbing: boolean) =>
      narrowSteps(groups, { text, plumbing }).flatMap(({ records }) => records.map(({ n }) => n));
    expect(shown("", false)).toEqual([1, 3, 9]);
    expect(shown("", true)).toEqual([1, 2, 3, 4, 9]);
    expect(shown("Guardrail passes", false)).toEqual([]);
    expect(shown("GUARDRAIL pass", false)).toEqual([3]);
  });
});

test("of two decisions only what differs is told", () => {
  const one = {
    verdict: "escalate",
    policy: { id: "quoting", version: "a".repeat(64) },
    mode: "led",
    rules: [{ id: "manager-band", deciding: true }],
    facts: [
      { name: "effectiveDiscount", shown: "18 %" },
      { name: "deal", shown: "1" },
    ],
    params: [],
    limits: [],
  } as unknown as ExplanationView;
  const other = {
    ...one,
    verdict: "execute",
    facts: [{ name: "effectiveDiscount", shown: "18 %" }],
  } as unknown as ExplanationView;
  expect(differing(one, other)).toEqual([
    { name: "verdict", own: "escalate", other: "execute" },
    { name: "deal", own: "1", other: "" },
  ]);
  expect(differing(one, one)).toEqual([]);
});

describe("a bundle's files", () => {
  const piece = (path: string, text: string) => JSON.stringify({ path, base64: btoa(text) });
  const end = JSON.stringify({ end: { pieces: 3 } });

  test("pieces of one path are one file, in their order", () => {
    const files = filesOf([piece("a.json", "one"), piece("b", "x"), piece("a.json", "two"), end]);
    const text = new TextDecoder();
    expect(Object.entries(files).map(([path, bytes]) => [path, text.decode(bytes)])).toEqual([
      ["case/a.json", "onetwo"],
      ["case/b", "x"],
    ]);
  });

  test("what broke off is no bundle", () => {
    expect(() => filesOf([piece("a", "one")])).toThrow("the bundle broke off");
    expect(() => filesOf([JSON.stringify({ failed: "the bundle could not be read to its end" })])).toThrow(
      "could not be read",
    );
  });
});
