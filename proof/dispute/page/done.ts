import type { Dispute } from "../dispute.ts";
import { markup, type Html } from "./markup.ts";
import { cite, code, note, saidText, table, time } from "./parts.ts";
import type { Section } from "./section.ts";

export function doneSection({ done, others, verdict }: Dispute): Section {
  const columns = ["When", "What", "Detail"].map((header) => ({ header }));
  const rows = done.map(({ n, at, text, detail }) => [markup`${time(at)}${cite(n)}`, text, detail]);
  const none = note("plain", markup`Nothing was called for this action. ${verdict.end.map(saidText)}`);
  const body = markup`${rows.length === 0 ? none : table("Calls and answers, in order", columns, rows)}
${others.length === 0 ? markup`` : othersTable(others)}`;
  return { id: "done", title: "What was done", body };
}

function othersTable(others: Dispute["others"]): Html {
  const rows = others.map(({ n, decisionId, policyId, verdict }) => [
    markup`${code(decisionId)}${cite(n)}`,
    policyId,
    verdict,
  ]);
  return markup`<h3>Other decisions of the same case</h3>
<p>Telling the outcome to another system is a decision of its own.</p>
${table("Other decisions", [{ header: "Decision" }, { header: "Policy" }, { header: "Verdict" }], rows)}`;
}
