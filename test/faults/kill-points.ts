/** One SIGKILL: before an activity runs, or after it has run and before the engine hears of it. */
export type KillPoint = {
  readonly when: "before" | "after";
  readonly activity: string;
  /** Which execution of that activity within the case, from 1. */
  readonly occurrence: number;
};

/** Every activity of a quote that is escalated and approved, in the order in which they run. */
const activities: readonly (readonly [string, number])[] = [
  ["gatherFindings", 1],
  ["proposeAction", 1],
  ["reviewProposal", 1],
  ["decide", 1],
  ["openEscalation", 1],
  ["readEscalation", 1],
  ["decide", 2],
  ["act", 1],
  ["proposeWriteBack", 1],
  ["decide", 3],
  ["act", 2],
  ["endCase", 1],
];

export const killPoints: readonly KillPoint[] = activities.flatMap(([activity, occurrence]) => [
  { when: "before", activity, occurrence },
  { when: "after", activity, occurrence },
]);
