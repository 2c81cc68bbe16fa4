import { describe, expect, test } from "vitest";
import { labelledTexts, scoreOf } from "../../fixtures/labelled-texts.ts";
import { brandRules } from "../../fixtures/policy.ts";

const rules = brandRules();
const [heldOut, tuned] = [labelledTexts("held-out"), labelledTexts("tuned")];

describe("the labelled texts", () => {
  test("are at least 240, of which two fifths are clean, and none stands in both parts", () => {
    const all = [...heldOut, ...tuned];
    const clean = all.filter(({ classes }) => classes.length === 0).length;
    expect(all.length).toBeGreaterThanOrEqual(240);
    expect(clean * 10).toBeGreaterThanOrEqual(all.length * 3);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
  });

  test.for(["held-out", "tuned"] as const)("that are %s: precision and recall are at least 95 %%", (part) => {
    const { texts, precision, recall, right, missed, invented } = scoreOf(rules, labelledTexts(part));
    process.stdout.write(
      `brand rules, ${part}: ${texts} texts, ${right} right, ${missed.length} missed, ${invented.length} invented: ` +
        `precision ${precision} %, recall ${recall} %\n`,
    );
    expect(precision).toBeGreaterThanOrEqual(95);
    expect(recall).toBeGreaterThanOrEqual(95);
  });
});
