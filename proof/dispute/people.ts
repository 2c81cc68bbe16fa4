import { formatMinute } from "../../audit/story/duration.ts";
import { textAt, withText } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { goneWord, isGone } from "./gone.ts";
import type { DisputedStep } from "./step.ts";
import { wordsFor } from "./words.ts";

/** One thing that was asked of people, or that they or their silence answered. */
export type PersonRow = {
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  /** A person with the role they answered in, or the role that was asked. */
  readonly who: string;
  readonly what: string;
  readonly reason: string;
};

/** Questions, answers and silences of a step, in order. Empty when nobody was asked. */
export function peopleOf({ escalations, approvals }: DisputedStep): readonly PersonRow[] {
  return [...escalations, ...approvals]
    .toSorted((a, b) => a.n - b.n)
    .map((record) => (record.kind === "approval" ? answerRow(record) : questionRow(record)));
}

const answers: { readonly [verdict: string]: string } = { approve: "approved", reject: "rejected" };

function answerRow(record: AuditRecord): PersonRow {
  const { n, at, body } = record;
  const verdict = textAt(body, "verdict");
  const digest = textAt(body, "actionDigest").slice(0, 12);
  const bound = digest === "" ? "one exact action" : `exactly the action with digest ${digest}…`;
  const missing = textAt(body, "missing");
  const more = missing === "" || missing === "0" ? "" : `; ${missing} more had to approve`;
  return {
    n,
    at,
    who: `${personOf(record)}, as ${textAt(body, "role")}`,
    what: `${wordsFor(answers, verdict) ?? verdict} ${bound}${more}`,
    reason: isGone(record, "reason") ? goneWord(record) : textAt(body, "reason"),
  };
}

/** The name of who answered, or why it cannot be said. */
export function personOf(record: AuditRecord): string {
  return isGone(record, "personId") ? `somebody whose name is ${goneWord(record)}` : textAt(record.body, "personId");
}

const changes: { readonly [change: string]: string } = {
  "asked-back": "asked something back",
  "answered-back": "said what was asked back",
  taken: "took the question",
  delegated: "left the question to somebody else who may answer it",
  held: "put the question off",
  undone: "took the approval back before it counted",
  committed: "had approved it, and nobody undid that in time",
  reopened: "went on being asked: what was asked back was not answered",
  opened: "was asked",
  raised: "was asked after nobody else answered",
  expired: "did not answer in time: silence denied it",
  superseded: "no longer had to answer: the question was moot",
  withdrawn: "no longer had to answer: who asked withdrew the question",
};

/** Changes that somebody made, and no passing time. */
const byPerson: ReadonlySet<string> = new Set(["asked-back", "answered-back", "taken", "delegated", "held", "undone"]);

function questionRow(record: AuditRecord): PersonRow {
  const { n, at, body } = record;
  const change = textAt(body, "change");
  const due = textAt(body, "dueAt");
  return {
    n,
    at,
    who: byPerson.has(change) ? personOf(record) : `whoever is ${textAt(body, "role")}`,
    what: `${wordsFor(changes, change) ?? change} ${due === "" ? "" : withText("to answer by", formatMinute(due))}`.trim(),
    reason: isGone(record, "reason") ? goneWord(record) : textAt(body, "reason"),
  };
}
