import { objectAt, objectsAt, textAt, textsAt } from "../../audit/story/loose.ts";
import { argRows, type Asked } from "./asked.ts";
import type { DisputedStep } from "./step.ts";

/** What of a request both companies may see. `n` is the record that says so; 0 where none does. */
export type Shared = {
  readonly n: number;
  readonly asked: Asked["args"];
  readonly findings: readonly string[];
  /** What the partner is told of the decision: why, and what would mend it. */
  readonly letter: { readonly n: number; readonly reasons: readonly string[]; readonly mend: readonly string[] };
  /** Each reading that was taken of what both may know. */
  readonly sources: readonly string[];
};

export function sharedOf({ proposal, decision }: DisputedStep): Shared {
  const letter = objectAt(decision.body, "letter");
  const reasons = textsAt(letter, "reasons");
  const shared = objectAt(proposal?.body ?? {}, "shared");
  const told = [...objectsAt(shared, "findings"), ...objectsAt(objectAt(proposal?.body ?? {}, "theirs"), "findings")];
  return {
    n: proposal === undefined || Object.keys(shared).length === 0 ? 0 : proposal.n,
    asked: argRows("", objectAt(shared, "asked")),
    findings: told.map((finding) => textAt(finding, "statement")),
    letter: { n: reasons.length === 0 ? 0 : decision.n, reasons, mend: textsAt(letter, "mend") },
    sources: objectsAt(shared, "sources").map((one) => `${textAt(one, "source")} ${textAt(one, "ref")}`),
  };
}
