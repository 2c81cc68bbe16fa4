import { parseDate } from "../domain/day.ts";
import { allInstants, startOfDayIn } from "../domain/instant.ts";
import type { DerivedFact } from "./derived.ts";
import type { FactType } from "./fact-types.ts";
import type { Comparison, Policy } from "./policy.ts";

/** The facts that a decision's own clock tells: `now`, its instant, and `today`, the day of it in the policy's zone. */

const NOW = "now";
const TODAY = "today";

/** Names that no request and no policy may give to something else. */
export const clockNames: readonly string[] = [NOW, TODAY];

const DAY_MS = 86_400_000;

export const now: FactType = {
  name: NOW,
  title: "when it is decided",
  adjustable: false,
  from: "record",
  clock: true,
  kind: "date-time",
  ...allInstants,
};

/** The day of the decision in a zone. A day before and after those of UTC: a zone may be ahead or behind. */
export function todayIn(zone: string): DerivedFact {
  return {
    name: TODAY,
    title: "the day on which it is decided",
    adjustable: false,
    kind: "date",
    min: Math.floor(allInstants.min / DAY_MS) - 1,
    max: Math.floor(allInstants.max / DAY_MS) + 1,
    derive: { kind: "day", of: { fact: NOW }, zone },
  };
}

/** Whether it is the language's own, which a file does not write. */
export function isToday({ name }: DerivedFact): boolean {
  return name === TODAY;
}

/** The facts that a request brings. */
export function givenFacts(facts: readonly FactType[]): readonly FactType[] {
  return facts.filter(({ clock }) => clock !== true);
}

/** The fact that the decision's clock tells, where the policy reads it. */
export function clockOf(facts: readonly FactType[]): FactType | undefined {
  return facts.find(({ clock }) => clock === true);
}

/** That the decision's own instant has come to a day (ISO) of the policy's zone. */
export function dayHasCome({ timezone }: Pick<Policy, "timezone">, clock: FactType, day: string): Comparison {
  return { fact: clock.name, operator: "greaterThanInclusive", value: startOfDayIn(parseDate(day) ?? 0, timezone) };
}
