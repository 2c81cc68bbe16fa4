import { provenanceInWords } from "../../domain/provenance.ts";
import { describeKind } from "../fact-types.ts";
import type { FactType } from "../fact-types.ts";

/** What a fact is, a line each: its title, what it can hold, where it comes from, and what else is declared of it. */
export function factLines(type: FactType): readonly string[] {
  const { title, from, adjustable, optional } = type;
  return [
    title,
    describeKind(type),
    ...(from === undefined ? [] : [provenanceInWords[from]]),
    ...(adjustable ? ["who asks could ask for another value"] : []),
    ...(optional === true ? ["a request may leave it out"] : []),
  ];
}

/** The same as Markdown, for editors. */
export function factNote(type: FactType): string {
  const [title = "", ...lines] = factLines(type);
  return [`**${title}**`, ...lines.map((line) => `- ${line}`)].join("\n");
}
