import { nameInWords } from "../../../domain/name-in-words.ts";
import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, note, table } from "./parts.ts";
import type { Section } from "./section.ts";

export function goneSection({ gone }: Dispute): Section {
  const title = "What was erased or withheld";
  if (gone.length === 0)
    return { id: "gone", title, body: note("plain", "Nothing: every record of the case is here whole.") };
  const rows = gone.map(({ n, kind, fields, why }) => [
    markup`${kind}${cite(n)}`,
    fields.map((name) => nameInWords(name)).join(", "),
    why,
  ]);
  const body = markup`<p>Each record still stands in the log with its hash. What is missing from it was committed to by that hash; it cannot have been replaced by something else.</p>
${table("What cannot be read", [{ header: "Record" }, { header: "What" }, { header: "Why" }], rows)}`;
  return { id: "gone", title, body };
}
