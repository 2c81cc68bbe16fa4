import { expect, test } from "vitest";
import { failure } from "../../../cli/failure.ts";
import { patiently } from "../../../app/day/patience.ts";

test("a gateway that is down for a moment is asked again, any other refusal is final", async () => {
  let calls = 0;
  const downOnce = async () => {
    calls += 1;
    if (calls === 1) throw failure("unreachable", "unreachable", "nothing is running");
    return "answer";
  };
  expect([await patiently(downOnce, undefined), calls]).toEqual(["answer", 2]);
  const refused = () => Promise.reject(failure("conflict", "already-decided", "too late"));
  await expect(patiently(refused, undefined)).rejects.toThrow("too late");
});

test("an interrupt ends the patience", async () => {
  const down = () => Promise.reject(failure("unreachable", "unreachable", "nothing is running"));
  await expect(patiently(down, AbortSignal.abort())).rejects.toThrow(/abort/i);
});
