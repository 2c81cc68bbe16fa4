/** The workflow's time as ISO 8601. `Date` is Temporal's deterministic clock inside a workflow. */
export function now(): string {
  return new Date().toISOString();
}
