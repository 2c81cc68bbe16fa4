import { expect, test } from "vitest";
import { isPolicyId } from "../../domain/policy-id.ts";

test.for([
  ["quoting", true],
  ["deal-registration", true],
  ["renewals.price", true],
  ["renewals.test-drive", true],
  [`${"a".repeat(63)}.${"b".repeat(63)}`, true],
  ["a".repeat(64), false],
  [`quoting.${"b".repeat(64)}`, false],
  ["renewals.price.more", false],
  ["renewals.", false],
  [".price", false],
  ["Renewals.price", false],
  ["renewals.test", false],
  ["renewals.facts", false],
  ["renewals.yaml", false],
  ["renewals.json", false],
  ["renewals/price", false],
  ["renewals.price\n", false],
  ["", false],
] as const)("`%s` names a policy: %s", ([text, names]) => {
  expect(isPolicyId(text)).toBe(names);
});
