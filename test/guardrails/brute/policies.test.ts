import { expect, test } from "vitest";
import { askAboutPolicies } from "./ask.ts";

const COUNT = 100;
/** Another one each run; the name of the test tells it. */
const seed = Date.now() % 1_000_000_000;

test(
  `every answer about ${COUNT} pairs of policies is what enumeration says (seed ${seed})`,
  { timeout: 300_000 },
  async () => {
    const { policies, requests } = await askAboutPolicies(COUNT, seed);
    expect([policies, requests > policies]).toEqual([2 * COUNT, true]);
  },
);
