import fc from "fast-check";
import { sayOf } from "./oracle.ts";
import { wrongInLint } from "./lint-questions.ts";
import { wrongInDiff, wrongInExplanations, wrongInProofs, wrongInReading, wrongInSimulation } from "./questions.ts";
import { pairs, requestsOf } from "./small-world.ts";

/** How much was looked at. */
export type Asked = { policies: number; requests: number };

/**
 * Asks every analysis about random policies and holds each answer against all requests there are, read one by one. Throws
 * with the seed and the smallest policies that it found wrong.
 */
export async function askAboutPolicies(count: number, seed: number): Promise<Asked> {
  const asked = { policies: 0, requests: 0 };
  await fc.assert(
    fc.asyncProperty(pairs, async ([a, b]) => {
      const requests = requestsOf(a.facts, a.timezone);
      const [ours, theirs] = [a, b].map((policy) => requests.map((request) => sayOf(policy, request)));
      asked.policies += 2;
      asked.requests += requests.length;
      const wrong = [
        ...(await wrongInReading(a, requests)),
        ...wrongInLint(a, requests, ours!),
        ...wrongInProofs(a, requests, ours!),
        ...wrongInDiff([a, b], requests, [ours!, theirs!]),
        ...wrongInExplanations(a, requests),
        ...wrongInSimulation([a, b], requests),
      ];
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    }),
    { numRuns: count, seed, includeErrorInReport: true },
  );
  return asked;
}
