import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, note, table, time } from "./parts.ts";
import type { Section } from "./section.ts";

export function peopleSection({ people }: Dispute): Section {
  const title = "Who was asked, and what they answered";
  if (people.length === 0) return { id: "people", title, body: note("plain", "Nobody was asked.") };
  const columns = ["When", "Who", "What", "Reason given"].map((header) => ({ header }));
  const rows = people.map(({ n, at, who, what, reason }) => [markup`${time(at)}${cite(n)}`, who, what, reason]);
  return { id: "people", title, body: table("Questions and answers, in order", columns, rows) };
}
