import type { Dispute } from "../dispute.ts";
import type { ChangeRow } from "../distance.ts";
import { markup, type Html } from "./markup.ts";
import { cite, list, note, table } from "./parts.ts";
import { rulerFigure } from "./ruler.ts";
import type { Section } from "./section.ts";

const titles = { execute: "To pass", escalate: "To be put to people", block: "To be blocked" } as const;

export function waysSection({ ways, rulers, verdict, explanation }: Dispute): Section {
  const title = "The smallest change that would have changed the verdict";
  const asked = markup`<p>Computed for this page from the recorded policy version and facts, over what the requester could have asked for otherwise.${cite(verdict.n)}</p>`;
  if (ways.length > 0)
    return { id: "change", title, body: markup`${asked}${ways.map(wayText)}${rulers.map(rulerFigure)}` };
  const none =
    explanation === null
      ? "It cannot be computed: the policy cannot be read again on these facts."
      : "No change of what the requester could have asked for would have changed it.";
  return { id: "change", title, body: note("plain", none) };
}

function wayText({ verdict, text, changes, obstacles }: Dispute["ways"][number]): Html {
  const standing = markup`<p>In the way, whatever was asked:</p>${list(obstacles)}`;
  return markup`<h3>${titles[verdict]}</h3>
<p>${text}</p>
${changes.length === 0 ? markup`` : changesTable(verdict, changes)}
${obstacles.length === 0 ? markup`` : standing}`;
}

function changesTable(verdict: keyof typeof titles, changes: readonly ChangeRow[]): Html {
  const columns = ["Fact", "It was", "It would have had to be", "Apart"].map((header) => ({ header }));
  const rows = changes.map(({ title, was, wanted, distance }) => [title, was, wanted, distance || "no measure"]);
  return table(
    `${titles[verdict]}: ${changes.length === 1 ? "one change" : `${changes.length} changes together`}`,
    columns,
    rows,
  );
}
