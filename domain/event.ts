import { z } from "zod";

/** A verified, deduplicated message from a CRM, reduced to what a case needs: it points, it does not carry the record. */
export const EventRef = z.strictObject({
  eventId: z.string().min(1),
  company: z.string().min(1),
  functionId: z.string().min(1),
  source: z.string().min(1),
  objectType: z.string().min(1),
  objectId: z.string().min(1),
  /** When the source says it happened, ISO 8601. */
  occurredAt: z.iso.datetime(),
  /** When it became durable here, ISO 8601. */
  receivedAt: z.iso.datetime(),
});
export type EventRef = z.infer<typeof EventRef>;

/** What a function listens to, as the gateway's router sees it. */
export type Trigger = {
  /** Our name for the CRM's object type. */
  readonly objectType: string;
  /** `created`: the object appeared. `changed`: this property took this value. */
  readonly on:
    | { readonly kind: "created" }
    | { readonly kind: "changed"; readonly property: string; readonly value: string };
};

/** One CRM notification in the gateway's terms, before it is matched with a trigger. */
export type Notification = {
  readonly objectType: string;
  readonly objectId: string;
  readonly change:
    | { readonly kind: "created" }
    | { readonly kind: "changed"; readonly property: string; readonly value: string };
};

export function triggerMatches(trigger: Trigger, notification: Notification): boolean {
  if (trigger.objectType !== notification.objectType) return false;
  if (trigger.on.kind === "created" || notification.change.kind === "created") {
    return trigger.on.kind === notification.change.kind;
  }
  return trigger.on.property === notification.change.property && trigger.on.value === notification.change.value;
}
