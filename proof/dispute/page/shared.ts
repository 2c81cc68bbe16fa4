import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, list, note, table } from "./parts.ts";
import type { Section } from "./section.ts";

/** What both companies may see of a request, whoever the page was made for. */
export function sharedSection({ shared }: Dispute): Section {
  const title = "What both companies may see";
  const { n, asked, findings, sources, letter } = shared;
  if (n === 0 && letter.n === 0)
    return { id: "shared", title, body: note("plain", "The records tell nothing that is for both.") };
  const columns = [{ header: "Argument" }, { header: "Value" }];
  const rows = asked.map(({ name, text }) => [name, text]);
  const body = markup`<p>Everything else of this decision is for the company alone that decided it.${cite(n)}</p>
${letter.n === 0 ? markup`` : markup`<h3>What the partner is told of the decision</h3>${list([...letter.reasons, ...letter.mend])}<p>As the decision recorded it.${cite(letter.n)}</p>`}
${rows.length === 0 ? markup`` : table("What was asked, as far as both may see it", columns, rows)}
${findings.length === 0 ? markup`` : markup`<h3>What was found</h3>${list(findings)}`}
${sources.length === 0 ? markup`` : markup`<h3>What was read</h3>${list(sources)}`}`;
  return { id: "shared", title, body };
}
