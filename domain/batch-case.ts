import { caseIdOf } from "./ids.ts";

/** Takes a function's place in the case id under which a batch is recorded. No function has this id. */
const BATCHES = "batches";

/** What is recorded of a batch: that it came, and what came in its place. No workflow stands behind it. */
export function batchCaseOf(company: string, batchId: string): string {
  return caseIdOf(company, BATCHES, batchId);
}
