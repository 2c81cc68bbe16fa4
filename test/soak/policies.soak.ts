import { expect, test } from "vitest";
import { askAboutPolicies } from "../guardrails/brute/ask.ts";

const COUNT = 1_000;
const seed = Date.now() % 1_000_000_000;

test(`every answer about ${COUNT} pairs of policies is what enumeration says`, { timeout: 7_200_000 }, async () => {
  console.log(`seed ${seed}`);
  const { policies, requests } = await askAboutPolicies(COUNT, seed);
  expect(policies).toBe(2 * COUNT);
  console.log(`${policies} policies, ${requests} requests`);
});
