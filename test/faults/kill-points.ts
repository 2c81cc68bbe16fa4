/** One SIGKILL: before an activity runs or an outside system is called, or after that and before anybody hears of it. */
export type KillPoint = {
  readonly when: "before" | "after";
  readonly activity: string;
  /** Which execution of that activity or call within the case, from 1. */
  readonly occurrence: number;
};

/**
 * Every activity of a quote that is escalated and approved, in the order in which they run, and the three calls to outside
 * systems: after one is between the call and the receipt of it.
 */
const activities: readonly (readonly [string, number])[] = [
  ["proposeByAgents", 1],
  ["decide", 1],
  ["openEscalation", 1],
  ["decideFollowUp", 1],
  ["act", 1],
  ["crm.add-note", 1],
  ["readEscalation", 1],
  ["decide", 2],
  ["act", 2],
  ["quotes.approve-discount", 1],
  ["crm.update-property", 1],
];

export const killPoints: readonly KillPoint[] = activities.flatMap(([activity, occurrence]) => [
  { when: "before", activity, occurrence },
  { when: "after", activity, occurrence },
]);
