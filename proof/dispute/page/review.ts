import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, list } from "./parts.ts";
import { speakerText } from "./reasoning.ts";
import type { Section } from "./section.ts";

export function reviewSection({ review }: Dispute): Section {
  const { n, text, reasons, speaker } = review;
  const who = speaker === null ? markup`` : markup`<p>${speakerText(speaker)}</p>`;
  const body = markup`<p>${text}${cite(n)}${n === 0 ? "" : " Its word can only make a verdict stricter."}</p>
${reasons.length === 0 ? markup`` : list(reasons)}
${who}`;
  return { id: "review", title: "The review by Compliance", body };
}
