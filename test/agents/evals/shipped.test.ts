import { existsSync, readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { EvalRun, runFileOf, runOf, toldDigest, whyNotShipped } from "../../../agents/evals/recorded.ts";
import { prompts } from "../../../agents/prompts/index.ts";
import { digestOf } from "../../../audit/digest.ts";

const folder = resolve(import.meta.dirname, "../../../docs/evals");
const roles = ["intelligence", "orchestration", "compliance"] as const;

function recorded(role: (typeof roles)[number]): string | undefined {
  const path = resolve(folder, runFileOf(prompts[role]));
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

describe("every prompt that ships", () => {
  test.for(roles)("%s has a recorded run that reaches its bars, by one person and seconded by another", (role) => {
    expect(whyNotShipped(role, prompts[role], recorded(role), digestOf)).toEqual([]);
  });

  test("docs/evals holds runs, each under its prompt's name and version", () => {
    for (const file of readdirSync(folder)) {
      const { prompt } = EvalRun.parse(JSON.parse(readFileSync(resolve(folder, file), "utf8")));
      expect(file).toBe(`${prompt.name}-v${prompt.version}.json`);
    }
  });
});

describe("a prompt does not ship", () => {
  const role = "compliance";
  const prompt = prompts[role];
  const run = runOf(recorded(role));
  if (run === undefined) throw new Error("no run to change");
  const why = (changed: object, of = prompt) =>
    whyNotShipped(role, of, JSON.stringify({ ...run, ...changed }), digestOf);
  const record = "`npx mandate agents eval --role compliance --record --as YOU`";

  test("with another text than was measured: what to run is named", () => {
    const told = why({}, { ...prompt, text: `${prompt.text} Be kind.` });
    expect(told).toEqual([expect.stringContaining(record)]);
    expect(told[0]).toContain("give a changed text the next version");
  });

  test("without a run of its version", () => {
    const next = { version: 2, changes: [...prompt.changes, { version: 2, at: "2026-12-01", what: "kinder" }] };
    expect(why({}, { ...prompt, ...next })).toEqual([expect.stringContaining("the run is of compliance v1")]);
    expect(whyNotShipped(role, { ...prompt, ...next }, undefined, digestOf)).toEqual([expect.stringContaining(record)]);
  });

  test("with a version that its change log does not tell of", () => {
    expect(why({ prompt: { ...run.prompt, version: 2 } }, { ...prompt, version: 2 })).toEqual([
      expect.stringContaining("write a line per version"),
    ]);
  });

  test.for([
    ["figures under a bar", { figures: { ...run.figures, falseAlarmPpm: 20_001 } }, "false alarms"],
    ["a figure that was not measured", { figures: { ...run.figures, falseAlarmPpm: null } }, "false alarms"],
    ["nobody to second it", { secondedBy: null }, "agents eval second compliance --as THEM"],
    ["one person twice", { secondedBy: run.recordedBy.toUpperCase() }, "agents eval second compliance --as THEM"],
    ["a run that cannot be read", { k: 0 }, record],
  ] as const)("with %s", ([, changed, told]) => {
    expect(why(changed)).toEqual([expect.stringContaining(told)]);
  });

  test("whose function's guidance is another: that is told to the model too", () => {
    expect(toldDigest("compliance", prompt, digestOf)).not.toBe(toldDigest("intelligence", prompt, digestOf));
  });
});
