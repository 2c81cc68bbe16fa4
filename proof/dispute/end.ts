import { formatMinute } from "../../audit/story/duration.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { personOf } from "./people.ts";
import type { DisputedStep } from "./step.ts";

/** One sentence and the record that it rests on. */
export type Said = { readonly text: string; readonly n: number };

/** How a step ended as its records tell it: people's part, then what was done, or why nothing was. */
export function endOf(step: DisputedStep): readonly Said[] {
  const { receipts, intent, gates } = step;
  const approved = approvedBy(step);
  const receipt = receipts.at(-1);
  if (receipt !== undefined) return [...approved, receiptEnd(receipt)];
  if (intent !== undefined)
    return [...approved, { text: "The target was called; no answer is recorded.", n: intent.n }];
  const last = gates.at(-1) ?? step.decision;
  const { body, n } = last;
  const mode = textAt(objectAt(body, "details"), "mode");
  if (mode === "off" || mode === "shadow") {
    return [{ text: `It was decided for the record only, in mode ${mode}: nothing was done.`, n }];
  }
  if (textAt(body, "permitId") !== "") {
    return [...approved, { text: "It was permitted; nothing done under the permit is recorded.", n }];
  }
  if (textAt(body, "verdict") === "block") return [{ text: "It was blocked: nothing was done.", n }];
  return [...approved, peopleEnd(step)];
}

function receiptEnd({ body, n }: AuditRecord): Said {
  const ref = textAt(body, "externalRef");
  switch (textAt(body, "state")) {
    case "done":
      return { text: `It was done${ref === "" ? "" : `: ${ref}`}.`, n };
    case "failed":
      return { text: "The target refused it: nothing was done.", n };
    default:
      return { text: "The target did not answer: whether it was done is not known.", n };
  }
}

function approvedBy({ approvals }: DisputedStep): readonly Said[] {
  return approvals
    .filter(({ body }) => textAt(body, "verdict") === "approve")
    .map((record) => ({ text: `Approved by ${nameOf(record)}.`, n: record.n }));
}

function nameOf(record: AuditRecord): string {
  return `${personOf(record)}, as ${textAt(record.body, "role")}`;
}

/** Where people's part stopped it, or has not come to an end. */
function peopleEnd({ escalations, approvals, decision }: DisputedStep): Said {
  const rejected = approvals.find(({ body }) => textAt(body, "verdict") === "reject");
  if (rejected !== undefined) {
    return { text: `Rejected by ${nameOf(rejected)}: nothing was done.`, n: rejected.n };
  }
  const last = escalations.at(-1);
  if (last === undefined) return { text: "Nobody was asked, and nothing was done.", n: decision.n };
  const { body, n } = last;
  const role = textAt(body, "role");
  switch (textAt(body, "change")) {
    case "expired":
      return { text: `Whoever is ${role} did not answer in time, which denied it: nothing was done.`, n };
    case "superseded":
      return { text: "The question became moot before it was answered: nothing was done.", n };
    case "withdrawn":
      return { text: "Who asked withdrew the question before it was answered: nothing was done.", n };
    default:
      return { text: standing(role, textAt(body, "dueAt"), approvals), n };
  }
}

function standing(role: string, dueAt: string, approvals: readonly AuditRecord[]): string {
  const last = approvals.at(-1);
  if (last !== undefined && textAt(last.body, "missing") === "0") return "Nothing done on that approval is recorded.";
  return `It waits for whoever is ${role}, until ${formatMinute(dueAt)}: nothing has been done.`;
}
