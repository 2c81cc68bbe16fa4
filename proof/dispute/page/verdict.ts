import type { Dispute } from "../dispute.ts";
import type { GateRow } from "../verdict.ts";
import { markup, type Html } from "./markup.ts";
import { cite, code, note, pairs, saidText, stopped, table, time } from "./parts.ts";
import { wordsFor } from "../words.ts";
import type { Section } from "./section.ts";

const meanings: { readonly [verdict: string]: string } = {
  execute: "The action may pass without asking anyone",
  escalate: "People have to decide",
  block: "The action must not happen, whoever asks",
};

export function verdictSection({ verdict, decidedAt }: Dispute): Section {
  const { n, reason, inTerms, end, policy, mode, release, gates, check } = verdict;
  const terms = inTerms === "" ? markup`` : markup`<p>In the policy's own terms: ${inTerms}${cite(n)}</p>`;
  const checked = markup`${check.text}${cite(n)}`;
  const warned = check.isAlarm ? note("warning", checked) : markup`<p>${checked}</p>`;
  const body = markup`<p class="lead"><strong class="verdict ${verdict.verdict}">${verdict.verdict}</strong>
${wordsFor(meanings, verdict.verdict) ?? ""}. ${stopped(reason)}${cite(n)}</p>
<p>${end.map(saidText)}</p>
${terms}
${pairs([
  ["Decided at", time(decidedAt)],
  ["Policy", policy.id],
  ["Policy version", code(policy.version)],
  ["Release", /^[0-9a-f]{64}$/.test(release) ? code(release) : release],
  ["Mode", mode],
])}
${warned}
${gates.length < 2 ? markup`` : gatesTable(gates)}`;
  return { id: "verdict", title: "The verdict and its reason", body };
}

/** An approved action is decided again before it is done. */
function gatesTable(gates: readonly GateRow[]): Html {
  const rows = gates.map(({ n, at, decisionId, gate, verdict, rests, disputed }) => [
    gate,
    markup`${code(decisionId)}${disputed ? " (this one)" : ""}${cite(n)}`,
    time(at),
    verdict,
    rests,
  ]);
  const columns = ["Gate", "Decision", "Decided at", "Verdict of the rules", "What came of it"];
  return markup`<p>An action that people approved is decided again before it is done, so that nothing passes on stale facts.</p>
${table(
  "Every decision on this action",
  columns.map((header) => ({ header })),
  rows,
)}`;
}
