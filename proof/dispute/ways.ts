import type { Verdict } from "../../domain/decision.ts";
import { changeRow, type ChangeRow } from "./distance.ts";
import type { Ruling } from "./ruling.ts";

/** How another verdict could have been had, by what the requester could have asked for. */
export type WayTold = {
  readonly verdict: Verdict;
  /** What the changes lead to, in words with a full stop. */
  readonly text: string;
  readonly changes: readonly ChangeRow[];
  /** What stood in the way of that verdict whatever was asked. */
  readonly obstacles: readonly string[];
};

export function waysOf(ruling: Ruling): readonly WayTold[] {
  if (ruling.kind === "unread") return [];
  const { explanation, taken, policy } = ruling;
  return explanation.ways.map(({ verdict, changes, obstacles }) => {
    const rows = (changes ?? []).map((change) => changeRow(policy?.facts ?? [], change));
    return { verdict, text: wayText(verdict, taken.verdict, rows.length > 0), changes: rows, obstacles };
  });
}

const bare: { readonly [verdict in Verdict]: string } = {
  execute: "Nothing that the requester could have asked for otherwise would have let it pass without people.",
  escalate: "Nothing that the requester could have asked for otherwise would have taken it to people instead.",
  block: "Nothing that the requester could have asked for otherwise would have blocked it.",
};

function wayText(verdict: Verdict, taken: Verdict, hasChanges: boolean): string {
  if (!hasChanges) return bare[verdict];
  switch (verdict) {
    case "execute":
      return "It would have passed without asking anyone, had this been so:";
    case "escalate":
      return taken === "execute"
        ? "This is how near it was to the line at which people are asked:"
        : "It would have been put to people instead of being blocked, had this been so:";
    case "block":
      return "This is how near it was to the line at which it is blocked:";
  }
}
