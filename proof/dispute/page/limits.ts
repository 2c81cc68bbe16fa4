import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, code, note, table } from "./parts.ts";
import type { Section } from "./section.ts";

export function limitsSection({ limits, verdict, unread }: Dispute): Section {
  const title = "The limits, as they stood";
  if (limits.length === 0) {
    const none = "No limit over several requests was read.";
    return { id: "limits", title, body: note("plain", unread === "" ? none : `None can be told: ${unread}.`) };
  }
  const numbers = ["Used", "Reserved", "Asked now", "Cap"].map((header) => ({ header, kind: "number" as const }));
  const body = markup`<p>What requests come to together, read in the transaction that recorded the decision.${cite(verdict.n)}</p>
${table(
  "Limits when it was decided",
  [{ header: "Limit" }, { header: "Counts" }, { header: "Window" }, ...numbers, { header: "Result" }],
  limits.map(({ id, counts, window, used, reserved, asked, cap, result }) => [
    code(id),
    counts,
    window,
    used,
    reserved,
    asked,
    cap,
    result,
  ]),
)}`;
  return { id: "limits", title, body };
}
