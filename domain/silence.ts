import type { EndKind } from "./outcome.ts";

/**
 * Which ends are silent. Whatever was asked ends in an effect, in words to whoever asked, or is moot. Pure, schema-free;
 * `ended_untold` of the database says the same of records, and a test holds the two equal.
 *
 * `effect`: it is done. `moot`: the record asks for nothing, not yet, or a newer event took its place. `by-mode`: the mode is off
 * or shadow, which is to decide and say nothing. `owed`: it did not come about, and whoever asked must be told why.
 */
export const ends = {
  executed: "effect",
  "already-done": "effect",
  superseded: "moot",
  idle: "moot",
  withheld: "by-mode",
  blocked: "owed",
  rejected: "owed",
  expired: "owed",
  unknown: "owed",
  refused: "owed",
} as const satisfies { readonly [K in EndKind]: "effect" | "moot" | "by-mode" | "owed" };

/** How one step ended, as a case's last record says. */
type EndedStep = { readonly step: string; readonly kind: string };

/** Steps that tell whoever asked, on the record: the value of its property, and notes, each under a name of its own. */
function isTelling(step: string): boolean {
  return step === "write-back" || step === "crm-note" || step.startsWith("crm-note-");
}

/** What else follows from a step: it has no end of its own to tell. */
const FOLLOWING: ReadonlySet<string> = new Set(["deal-team.tell"]);

/** The steps of one event's work that did not come about and were told to nobody. Each is told by what follows it. */
export function untoldSteps(ended: readonly EndedStep[]): readonly string[] {
  let open: string | undefined;
  const untold: string[] = [];
  for (const { step, kind } of ended) {
    const end = Object.hasOwn(ends, kind) ? ends[kind as EndKind] : "owed";
    if (isTelling(step)) {
      if (end === "effect") open = undefined;
    } else if (!FOLLOWING.has(step)) {
      if (open !== undefined) untold.push(open);
      open = end === "owed" ? step : undefined;
    }
  }
  return open === undefined ? untold : [...untold, open];
}
