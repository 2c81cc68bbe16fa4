import { textAt } from "../../audit/story/loose.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { EXTERNAL_TOOL } from "../../domain/decide-case.ts";
import { goneWord, isGone } from "./gone.ts";
import type { DisputedStep } from "./step.ts";
import { wordsFor } from "./words.ts";

/** One thing that was done, or that the target answered. */
export type DoneRow = { readonly n: number; readonly at: string; readonly text: string; readonly detail: string };

/** Intent and receipts of the step. Empty when nothing was called. */
export function doneOf({ intent, receipts, gates }: DisputedStep): readonly DoneRow[] {
  const rows = receipts.map((receipt) => receiptRow(receipt));
  return intent === undefined ? rows : [intentRow(intent, gates), ...rows];
}

function intentRow({ n, at, body }: AuditRecord, gates: readonly AuditRecord[]): DoneRow {
  const tool = textAt(body, "tool");
  const permit = textAt(body, "permitId");
  const gate = gates.find((decision) => textAt(decision.body, "permitId") === permit);
  const text =
    tool === EXTERNAL_TOOL
      ? "The caller took up its permit and acted itself; Mandate keeps what it reported."
      : `Mandate was about to call ${tool}, at most once.`;
  const given = gate === undefined ? "" : `, given with the decision of record ${gate.n}`;
  return { n, at, text, detail: `permit ${permit}${given}; idempotency key ${textAt(body, "effectKey")}` };
}

const states: { readonly [state: string]: string } = {
  done: "It is done.",
  failed: "The target refused it: nothing was done.",
  unknown: "The target did not answer: it may have happened, and a person settles it.",
};

function receiptRow(record: AuditRecord): DoneRow {
  const { n, at, body } = record;
  const state = textAt(body, "state");
  const text = wordsFor(states, state) ?? `The target answered: ${state}.`;
  if (isGone(record, "externalRef")) return { n, at, text, detail: `what it answered is ${goneWord(record)}` };
  const ref = textAt(body, "externalRef");
  return { n, at, text, detail: ref === "" ? textAt(body, "detail") : `the target's own reference: ${ref}` };
}
