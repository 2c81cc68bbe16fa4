import type { AuditRecord } from "../domain/audit-record.ts";
import { assertNever } from "../domain/assert-never.ts";
import { tellAgreement } from "./story/agreement.ts";
import { tellBatch } from "./story/batch.ts";
import { tellPlan } from "./story/plan.ts";
import { tellDecision } from "./story/decision.ts";
import { elapsedMs, formatDuration, formatMinute } from "./story/duration.ts";
import { tellEnd, tellIntent, tellReceipt, tellRefusal, tellRepeat } from "./story/effect.ts";
import { tellEvent } from "./story/event.ts";
import { lineOf, type StoryLine, type Told } from "./story/line.ts";
import { sentence, textAt, withText } from "./story/loose.ts";
import { tellPeopleChange } from "./story/people-change.ts";
import { tellApproval, tellEscalation } from "./story/people.ts";
import { tellPolicy } from "./story/policy.ts";
import { tellProposal, tellReview } from "./story/proposal.ts";
import { tellQuarantine } from "./story/quarantine.ts";
import { tellReply } from "./story/reply.ts";
import { tellCommitment, tellPrompt, tellTurn, tellUpkeep } from "./story/upkeep.ts";

export type { StoryLine } from "./story/line.ts";

/** A question that people have been asked and have not answered yet. */
type Question = { readonly role: string; readonly askedAt: string; readonly dueAt: string };

/**
 * A case's records as sentences a partner manager reads: who did what when, and why. Waits for people become one line
 * each, a question still open at the end one too. A field that a record lacks is left out; nothing throws.
 */
export function tellStory(records: readonly AuditRecord[]): StoryLine[] {
  const open = new Map<string, Question>();
  const tools = new Map<string, string>();
  const lines: StoryLine[] = [];
  for (const record of records) {
    const { body, kind } = record;
    if (kind === "intent") tools.set(textAt(body, "effectKey"), textAt(body, "tool"));
    if (kind === "escalation" || kind === "approval") {
      const escalationId = textAt(body, "escalationId");
      const question = open.get(escalationId);
      if (question !== undefined) lines.push(waitLine(question, record.at));
      open.delete(escalationId);
      const asked = askedBy(record);
      if (asked !== undefined) open.set(escalationId, asked);
    }
    lines.push(lineOf(record, tell(record, tools.get(textAt(body, "effectKey")) ?? "")));
  }
  return [...lines, ...[...open.values()].map((question) => stillOpen(question, records.at(-1)?.at ?? ""))];
}

function tell({ kind, body }: AuditRecord, tool: string): Told {
  switch (kind) {
    case "event":
      return tellEvent(body);
    case "proposal":
      return tellProposal(body);
    case "review":
      return tellReview(body);
    case "decision":
      return tellDecision(body);
    case "escalation":
      return tellEscalation(body);
    case "approval":
      return tellApproval(body);
    case "intent":
      return tellIntent(body);
    case "receipt":
      return tellReceipt(body, tool);
    case "repeat":
      return tellRepeat(body);
    case "refusal":
      return tellRefusal(body);
    case "policy":
      return tellPolicy(body);
    case "case_end":
      return tellEnd(body);
    case "turn":
      return tellTurn(body);
    case "prompt":
      return tellPrompt(body);
    case "commitment":
      return tellCommitment(body);
    case "erasure":
    case "hold":
    case "key":
      return tellUpkeep(kind, body);
    case "batch":
      return tellBatch(body);
    case "plan":
      return tellPlan(body);
    case "reply":
      return tellReply(body);
    case "agreement":
      return tellAgreement(body);
    case "quarantine":
      return tellQuarantine(body);
    case "people":
      return tellPeopleChange(body);
    default:
      return assertNever(kind);
  }
}

function askedBy({ at, body }: AuditRecord): Question | undefined {
  const change = textAt(body, "change");
  if (change !== "opened" && change !== "raised") return undefined;
  return { role: textAt(body, "role"), askedAt: at, dueAt: textAt(body, "dueAt") };
}

function waitLine({ role, askedAt }: Question, at: string): StoryLine {
  const waited = elapsedMs(askedAt, at);
  const text = sentence("waited", waited === undefined ? "" : formatDuration(waited), withText("for", role));
  return { n: 0, at, kind: "wait", who: "", text, because: [] };
}

function stillOpen({ role, dueAt }: Question, at: string): StoryLine {
  const text = sentence("still waits", withText("for", role), withText("until", formatMinute(dueAt)));
  return { n: 0, at, kind: "wait", who: "", text, because: [] };
}
