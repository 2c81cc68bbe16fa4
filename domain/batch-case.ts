import { caseIdOf } from "./ids.ts";
import { BATCHES } from "./reserved-names.ts";

/** What is recorded of a batch: that it came, and what came in its place. No workflow stands behind it. */
export function batchCaseOf(company: string, batchId: string): string {
  return caseIdOf(company, BATCHES, batchId);
}
