import { expect, test } from "vitest";
import { run } from "./run.ts";

test.for<[string, string[]]>([
  ["no cases", ["--cases", "0"]],
  ["more cases than are played", ["--cases", "201"]],
  ["a seed that is no whole number", ["--seed", "1.5"]],
  ["a seed that is negative", ["--seed=-1"]],
])("mandate agents value refuses %s, and says what may be given", async ([, flags]) => {
  const { exitCode, stderr } = await run("agents", "value", ...flags);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    /--(cases|seed) is `[^`]+` \(not-a-count\)\nFix: +give a whole number from 1 to (200|1000000)/,
  );
});
