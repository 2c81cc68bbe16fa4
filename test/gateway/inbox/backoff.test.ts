import { expect, test } from "vitest";
import { backoffMs } from "../../../gateway/inbox/backoff.ts";

test.for([
  [1, 1_000],
  [2, 2_000],
  [5, 16_000],
  [6, 30_000],
  [1_000, 30_000],
] as const)("after %i failed attempts a row waits %i ms", ([attempts, waitMs]) => {
  expect(backoffMs(attempts)).toBe(waitMs);
});
