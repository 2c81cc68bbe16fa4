import { createRequire } from "node:module";
import type * as fastCheck from "fast-check";

const fc = createRequire(import.meta.url)("fast-check") as typeof fastCheck;

/** How often a property is tried for one mutant. */
const RUNS = 25;

fc.configureGlobal({ seed: 20_260_302 });

/** As often as the test asks, but no more than `RUNS`: the same figures each time, so that a score can be had again. */
const fewer: typeof fc.assert = ((property: never, given: { numRuns?: number } = {}) =>
  fc.assert(property, { ...given, numRuns: Math.min(given.numRuns ?? RUNS, RUNS) })) as never;

/** fast-check as mutants are tried with it. `npm test` has the real one. */
// oxlint-disable-next-line import/no-default-export -- it stands in for a package that is imported so
export default { ...fc, assert: fewer };
