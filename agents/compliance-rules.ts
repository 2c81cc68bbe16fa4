import type { JsonObject } from "../domain/json.ts";
import type { Review } from "../domain/proposal.ts";

/** What a review's rules look at. `readings` by tool name. */
export type Reviewed = {
  readonly readings: { readonly [tool: string]: JsonObject };
  readonly findings: readonly { readonly code: string; readonly sources: readonly string[] }[];
};

/** The finding that code adds when a model asked for readings it may not take. */
export const READING_REFUSED = "reading-refused";

/** Compliance's own rules. They run on every proposal, whatever its model says, and only ever ask for a person. */
export function complianceRules(reviewed: Reviewed): Review {
  const reasons = unsourced(reviewed);
  return {
    verdict: reasons.length === 0 ? "agree" : "escalate",
    reasons: reasons.map((reason) => reason.slice(0, 500)),
  };
}

/** A model's word as far as it counts: it can ask for a person, and deny nobody anything in the rules' stead. */
export function asPersonsToDecide({ verdict, reasons }: Review): Review {
  return { verdict: verdict === "block" ? "escalate" : verdict, reasons };
}

function unsourced({ findings, readings }: Reviewed): string[] {
  return findings
    .filter(({ sources }) => sources.length === 0 || sources.some((source) => !Object.hasOwn(readings, source)))
    .map(({ code }) => `The finding ${code} rests on a source that was not read.`);
}

const strictness = { agree: 0, escalate: 1, block: 2 } as const satisfies Record<Review["verdict"], number>;

/** The stricter of two reviews, with the reasons of both. Neither can loosen the other. */
export function tightened(a: Review, b: Review): Review {
  const { verdict } = strictness[a.verdict] >= strictness[b.verdict] ? a : b;
  return { verdict, reasons: [...new Set([...a.reasons, ...b.reasons])] };
}
