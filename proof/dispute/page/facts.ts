import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, code, goneNote, table, time } from "./parts.ts";
import type { Section } from "./section.ts";

export function factsSection({ facts }: Dispute): Section {
  const { n, rows, readings, gone } = facts;
  const title = "The facts, as they were read";
  if (gone !== "") return { id: "facts", title, body: goneNote(`The facts are ${gone}.`, n) };
  const from = readings.map((_, at) => `S${at + 1}`).join(", ");
  const body = markup`<p>The decision rests on these values and on nothing else.${cite(n)} ${fromText(readings.length, from)}</p>
${table(
  "Facts with their values",
  [{ header: "Fact" }, { header: "Meaning" }, { header: "Value", kind: "number" }, { header: "From" }],
  rows.map(({ name, title: meaning, text, note: remark }) => [
    code(name),
    meaning,
    remark === "" ? text : markup`${text}<br><em>${remark}</em>`,
    from,
  ]),
)}
${readings.length === 0 ? markup`` : sources(readings)}`;
  return { id: "facts", title, body };
}

function fromText(count: number, from: string): string {
  if (count === 0) return "No source is recorded for them.";
  return count === 1 ? `They come from the source ${from}.` : `They were computed together from the sources ${from}.`;
}

function sources(readings: Dispute["facts"]["readings"]) {
  return table(
    "Sources, and when they were read",
    [{ header: "Source" }, { header: "Read by" }, { header: "What" }, { header: "Version" }, { header: "Read at" }],
    readings.map(({ source, ref, version, observedAt }, at) => [
      `S${at + 1}`,
      code(source),
      ref,
      code(version),
      time(observedAt),
    ]),
  );
}
