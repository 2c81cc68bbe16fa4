import { describe, expect, test } from "vitest";
import { loadBrandCases, runBrandCases } from "../../../guardrails/brand/cases.ts";
import { formatProblem } from "../../../guardrails/problem.ts";
import { brandRules, policyFile, shippedBrand } from "../../fixtures/policy.ts";

const rules = brandRules();

describe.for(Object.values(shippedBrand))("brand file `$id`", (file) => {
  const loaded = loadBrandCases(`${file.id}.test.yaml`, policyFile(`brand/${file.id}.test.yaml`), file);
  if (loaded.kind === "refused") throw new Error(loaded.problems.map(formatProblem).join("\n"));

  test.for(runBrandCases(rules, file, loaded.cases).map((result) => [result.text, result] as const))(
    "finds what it must in %j",
    ([, { expected, found }]) => expect(found.toSorted()).toEqual(expected.toSorted()),
  );
});

test("cases that name a rule and mark no place, or leave a claim without one, are refused where they stand", () => {
  const text = 'brand: de\ncases:\n  - text: "Wir [[garantieren]] es."\n    finds: []\n  - text: "x"\n    fins: []\n';
  const loaded = loadBrandCases("en.test.yaml", text, {
    ...shippedBrand["en"]!,
    claims: shippedBrand["en"]!.claims.slice(0, 1),
  });
  expect(loaded.kind === "refused" && loaded.problems.map(formatProblem)).toEqual([
    "en.test.yaml:1:8: these cases are for `de`; write `en`",
    "en.test.yaml:3:3: no case finds `en.guarantee`; write a text that it is found in",
    "en.test.yaml:3:5: 0 rules are named, and 1 places are marked; mark the place of each, as in `We [[guarantee]] it`",
    expect.stringContaining("en.test.yaml:6:5: unknown key `fins`"),
  ]);
});
