import type { StoryLine } from "../../../audit/story.ts";
import type { Dispute } from "../dispute.ts";
import { markup, type Html } from "./markup.ts";
import { code, list, table, time } from "./parts.ts";
import type { Section } from "./section.ts";

export function timelineSection({ timeline, leafHashes, caseId }: Dispute): Section {
  const columns = [
    { header: "Record", kind: "number" as const },
    { header: "When" },
    { header: "Kind" },
    { header: "What" },
  ];
  const rows = timeline.map((line) => row(line, leafHashes[String(line.n)] ?? ""));
  const body = markup`<p>Every record of case ${code(caseId)}, in order. A number names one record, here and in case.json.</p>
${table("All records of the case", columns, rows)}`;
  return { id: "timeline", title: "Timeline of all records", body };
}

function row({ n, at, kind, who, text, because }: StoryLine, leafHash: string): (string | Html)[] {
  if (n === 0) return ["\u2013", "", "wait", markup`<em>${text}</em>`];
  const what = markup`<strong>${who}</strong> ${text}
${because.length === 0 ? markup`` : list(because)}<p class="leaf">leaf ${code(leafHash)}</p>`;
  return [markup`<span id="record-${n}">${n}</span>`, time(at), kind, what];
}
