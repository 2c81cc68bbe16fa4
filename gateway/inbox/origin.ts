import type { RecordDraft } from "../../domain/audit-record.ts";
import { recordKeys } from "../../audit/record-keys.ts";
import type { UntoldEvent } from "./untold-events.ts";

/** The sources of what is made here, beside the names of those that tell. */
export const madeHere = {
  asked: "asked",
  caseEnd: "case",
  opened: "opened-by",
  batch: "batch",
  schedule: "schedule",
} as const;

/** What an event's record says of where it came from, and rests on. */
type Origin = Pick<RecordDraft, "person" | "parents"> & { readonly why: RecordDraft["body"] };

/**
 * Why an event came. Of what was asked: who asked and why, sealed as that person's. Of another case's end: which case and
 * how, resting on the record of that end. Of a case that opened this one: which, resting on the event that it worked on. Of a batch: resting on the batch's record. Nothing of it reaches a workflow.
 */
export function originOf({ source, source_key: sourceKey, made_here: told }: UntoldEvent): Origin {
  switch (source) {
    case madeHere.asked: {
      const askedBy = told?.["askedBy"];
      return typeof askedBy === "string" ? { why: { ...told }, person: askedBy } : { why: {} };
    }
    case madeHere.caseEnd:
      return { why: { ...told }, parents: [recordKeys.end(...namesOfEnd(sourceKey))] };
    case madeHere.opened: {
      const by = told?.["byEvent"];
      return { why: { ...told }, parents: typeof by === "string" ? [recordKeys.event(by)] : [] };
    }
    case madeHere.batch:
      return { why: {}, parents: [recordKeys.batch(sourceKey.split("/")[0] ?? "")] };
    default:
      return { why: {} };
  }
}

/** The source key of what a batch says of an object. */
export function batchKeyOf(batchId: string, objectRef: string): string {
  return `${batchId}/${objectRef}`;
}

/** The source key of a case's end. */
export function endKeyOf(caseId: string, eventId: string): string {
  return `${caseId}/${eventId}`;
}

/** The case and the event of such a key: an event's id has no slash. */
function namesOfEnd(sourceKey: string): [caseId: string, eventId: string] {
  const at = sourceKey.lastIndexOf("/");
  return [sourceKey.slice(0, at), sourceKey.slice(at + 1)];
}
