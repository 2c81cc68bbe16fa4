import type { Next, Standing } from "./agenda.ts";
import type { CaseInput } from "./case.ts";
import { datedCase, type DatedCarried } from "./dated-case.ts";

/** Co-selling a deal: scored whenever something moves that its score rests on, until the deal is closed. */
export function coSellingCase(input: CaseInput, carried?: DatedCarried): Promise<void> {
  return datedCase(input, coSellingAgenda, carried);
}

export function coSellingAgenda({ state, asksFor, isDue }: Standing): Next {
  if (state === "closed") return { kind: "end" };
  if (asksFor("co-selling.qualify")) return { kind: "step", action: "co-selling.qualify" };
  // What was put to the rules and not written stays so until something moves: nothing is waited for.
  return isDue("unscored") ? { kind: "end" } : { kind: "wait" };
}
