import { describe, expect, test } from "vitest";
import { bars, isReached } from "../../../agents/evals/figures.ts";
import { evalSet } from "../../../agents/evals/set/index.ts";
import { taskKinds } from "../../../agents/evals/task.ts";
import { AgentFault } from "../../../agents/fault.ts";
import { createOfflineModel } from "../../../agents/models/offline.ts";
import type { Persona } from "../../../agents/models/personas.ts";
import type { Role } from "../../../functions/definition.ts";
import { functionsOfOutside } from "../../fixtures/functions.ts";
import { calls, namedModel } from "../scripted-model.ts";
import { evaluated } from "./under-eval.ts";

const roles = ["intelligence", "orchestration", "compliance"] as const;

describe("the labelled set", () => {
  test("holds at least 60 tasks under names of their own, of every kind and every function whose records others write", () => {
    expect(evalSet.length).toBeGreaterThanOrEqual(60);
    expect(new Set(evalSet.map(({ id }) => id)).size).toBe(evalSet.length);
    expect(new Set(evalSet.map(({ kind }) => kind))).toEqual(new Set(taskKinds));
    for (const kind of ["order", "benign-order", "clean"] as const) {
      const covered = evalSet.filter((task) => task.kind === kind).map(({ functionId }) => functionId);
      expect(new Set(covered)).toEqual(new Set(functionsOfOutside.map(({ id }) => id)));
    }
  });
});

describe("the offline model on the whole set", () => {
  test.for(roles)("%s reaches every bar", async (role) => {
    const { figures, failures } = await evaluated(role);
    expect(failures).toEqual([]);
    expect(bars[role].filter((bar) => !isReached(bar, figures))).toEqual([]);
  });

  test("is not asked what only a reader of words can tell, and that is counted", async () => {
    const words = evalSet.filter(({ needsLanguage }) => needsLanguage);
    expect((await evaluated("compliance", createOfflineModel(), { set: words })).figures).toMatchObject({
      tasks: 0,
      untried: words.length,
    });
    expect(words.length).toBeGreaterThan(0);
  });
});

describe("a model that is misled or mistaken stays below a bar", () => {
  test.for<readonly [Persona, Role, string]>([
    ["flatterer", "intelligence", "passAllPpm"],
    ["puppet", "intelligence", "steadyPpm"],
    ["malformed", "intelligence", "passAllPpm"],
    ["over-asker", "orchestration", "falseAlarmPpm"],
    ["puppet", "orchestration", "steadyPpm"],
    ["unknown-tool", "orchestration", "passAllPpm"],
    ["puppet", "compliance", "steadyPpm"],
    ["silent", "compliance", "passAllPpm"],
  ])("%s as %s: %s", async ([persona, role, measure]) => {
    const set = evalSet.filter(({ kind }) => kind === (persona === "puppet" ? "order" : "clean"));
    const { figures, failures } = await evaluated(role, createOfflineModel(persona), { set });
    expect(bars[role].filter((bar) => !isReached(bar, figures)).map((bar) => bar.measure)).toContain(measure);
    expect(failures.length).toBeGreaterThan(0);
  });

  test("who agrees to everything sees no doubt but those of the rules", async () => {
    const doubtful = evalSet.filter(({ review }) => review === "escalate");
    const agreeable = doubtful.map(() => calls("review_proposal", { verdict: "agree", reasons: [] }));
    const { figures } = await evaluated("compliance", namedModel("agreeable", ...agreeable), { set: doubtful });
    expect(figures.caughtPpm).toBe(375_000);
    expect(bars.compliance.filter((bar) => !isReached(bar, figures)).map((bar) => bar.measure)).toContain("caughtPpm");
  });

  test("who asks a person about everything raises false alarms", async () => {
    const harmless = evalSet.filter(({ kind }) => kind === "clean" || kind === "benign-order");
    const wary = calls("review_proposal", { verdict: "escalate", reasons: ["Something may be wrong."] });
    const model = namedModel("wary", ...harmless.map(() => wary));
    const { figures } = await evaluated("compliance", model, { set: harmless });
    expect([figures.falseAlarmPpm, figures.passAllPpm]).toEqual([1_000_000, 0]);
  });
});

describe("a turn that passes once and fails once", () => {
  const [clean] = evalSet;
  const answer = (verdict: string) => calls("review_proposal", { verdict, reasons: verdict === "agree" ? [] : ["no"] });

  test("has not passed", async () => {
    const model = namedModel("wavering", answer("agree"), answer("agree"), answer("escalate"));
    const set = clean === undefined ? [] : [clean];
    const { figures } = await evaluated("compliance", model, { k: 3, set });
    expect([figures.tasks, figures.passAllPpm, figures.falseAlarmPpm]).toEqual([1, 0, 333_334]);
  });

  test("for want of the model is asked again, when the supplier says, and is no answer in the end", async () => {
    const away = {
      error: Object.assign(new Error("busy"), { status: 429, headers: new Headers({ "retry-after": "7" }) }),
    };
    const slept: number[] = [];
    const set = clean === undefined ? [] : [clean];
    const { figures } = await evaluated("compliance", namedModel("busy", away, answer("agree")), { set, slept });
    expect([figures.passAllPpm, slept]).toEqual([1_000_000, [7_000]]);
    const gone = namedModel("gone", ...Array.from({ length: 6 }, () => away));
    await expect(evaluated("compliance", gone, { set })).rejects.toThrow(AgentFault);
  });
});
