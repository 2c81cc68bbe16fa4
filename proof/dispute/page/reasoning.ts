import type { Dispute } from "../dispute.ts";
import type { Speaker } from "../reasoning.ts";
import { markup, type Html } from "./markup.ts";
import { cite, code, goneNote, list, note, table } from "./parts.ts";
import type { Section } from "./section.ts";

export function reasoningSection({ reasoning }: Dispute): Section {
  const { n, label, lines, findings, speakers, gone } = reasoning;
  const title = "The reasoning, as stated";
  if (gone !== "") {
    return {
      id: "reasoning",
      title,
      body: n === 0 ? note("plain", `There is none: ${gone}.`) : goneNote(`The reasoning is ${gone}.`, n),
    };
  }
  const body = markup`${note("plain", markup`${label}${cite(n)}`)}
<blockquote>${lines.map((line) => markup`<p>${line}</p>`)}</blockquote>
${findings.length === 0 ? markup`` : findingsTable(findings)}
${speakers.length === 0 ? markup`` : markup`<h3>Who spoke</h3>${list(speakers.map(speakerText))}`}`;
  return { id: "reasoning", title, body };
}

function findingsTable(findings: Dispute["reasoning"]["findings"]): Html {
  const columns = [
    { header: "Finding" },
    { header: "Stated confidence", kind: "number" as const },
    { header: "Rests on" },
  ];
  const rows = findings.map(({ statement, confidence, sources }) => [statement, confidence, sources.join(", ")]);
  return table("Findings of Intelligence, each with the readings it names", columns, rows);
}

/** `intelligence: offline model mandate-offline-1, prompt 75b6…` */
export function speakerText({ n, role, model, offline, standIn, promptDigest }: Speaker): Html {
  const which = offline ? "offline model" : "model";
  return markup`${role}: ${which} ${code(model)}${standIn === "" ? "" : ` ${standIn}`}, prompt ${code(promptDigest)}${cite(n)}`;
}
