import { z } from "zod";
import type { OutcomeKind } from "./outcome.ts";

/** A verified, deduplicated message from a CRM, reduced to what a case needs: it points, it does not carry the record. */
export const EventRef = z.strictObject({
  eventId: z.string().min(1),
  company: z.string().min(1),
  functionId: z.string().min(1),
  /** Who told it, such as `hubspot`. */
  source: z.string().min(1),
  /** The system of record that keeps the object, such as `crm`. */
  system: z.string().min(1),
  objectType: z.string().min(1),
  objectId: z.string().min(1),
  /** When the source says it happened, ISO 8601. */
  occurredAt: z.iso.datetime(),
  /** When it became durable here, ISO 8601. */
  receivedAt: z.iso.datetime(),
  /** Its source says that the object is gone: so it is, whatever a reading that lags behind still shows. */
  gone: z.literal(true).optional(),
  /** A text of the function's that the case is to send, before it looks at its record: found by us, and told by nobody else. */
  tells: z.strictObject({ template: z.string().min(1), occasion: z.string() }).optional(),
});
export type EventRef = z.infer<typeof EventRef>;

/** What happened to an object of a system of record. `changed`: this property took this value. */
export type Change =
  | { readonly kind: "created" | "deleted" | "merged" | "restored" }
  | { readonly kind: "changed"; readonly property: string; readonly value: string };

/**
 * What opens a function's case, or tells one that runs. `record`: an object of the system of record changed; without a
 * property any change of one, without a value any value. `asked`: a person or a system asks by name. `follows`: a case of
 * another function ended an event of the same object in one of these ways. `batch`: data of a source came in bulk, and the
 * function's aggregate has a reading of the object. `date`: the daily sweep found an object of which the first date is near.
 */
export type Trigger =
  | {
      readonly kind: "record";
      readonly system: string;
      readonly type: string;
      readonly on:
        | { readonly kind: "created" | "deleted" | "merged" | "restored" }
        | { readonly kind: "changed"; readonly property?: string; readonly value?: string };
    }
  | { readonly kind: "asked" }
  | { readonly kind: "follows"; readonly function: string; readonly outcomes: readonly [OutcomeKind, ...OutcomeKind[]] }
  | { readonly kind: "batch"; readonly source: string }
  | { readonly kind: "date" };

/** One change in the gateway's terms, before it is matched with triggers. */
export type Notification = {
  readonly system: string;
  readonly objectType: string;
  readonly objectId: string;
  readonly change: Change;
};

export function triggerMatches(trigger: Trigger, { system, objectType, change }: Notification): boolean {
  if (trigger.kind !== "record" || trigger.system !== system || trigger.type !== objectType) return false;
  const { on } = trigger;
  if (on.kind !== "changed" || change.kind !== "changed") return on.kind === change.kind;
  const isProperty = on.property === undefined || on.property === change.property;
  return isProperty && (on.value === undefined || on.value === change.value);
}

/** How a case ended one of its events. */
export type CaseEnd = { readonly functionId: string; readonly outcome: OutcomeKind };

export function follows(trigger: Trigger, { functionId, outcome }: CaseEnd): boolean {
  return trigger.kind === "follows" && trigger.function === functionId && trigger.outcomes.includes(outcome);
}
