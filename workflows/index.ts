/** What the worker registers: one line per choreography. */
export { coSellingCase } from "./co-selling-case.ts";
export { governedCase } from "./governed-case.ts";
export { renewalCase } from "./renewal-case.ts";
export { scheduledRun } from "./scheduled-run.ts";
