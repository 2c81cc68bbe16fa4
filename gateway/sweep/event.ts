import type { JsonObject } from "../../domain/json.ts";
import type { FunctionDefinition } from "../../functions/definition.ts";
import { inboxEventFor, type InboxEvent, type ToldItem } from "../inbox/accept.ts";
import { madeHere } from "../inbox/origin.ts";

/** What a sweep has to say of an object. `sourceKey` names it: the same is told once for ever. */
type Said = Pick<ToldItem, "ofKnown" | "gone"> & {
  readonly objectId: string;
  readonly sourceKey: string;
  readonly body: JsonObject;
};

/** The event by which a sweep tells a function's case, in order as it comes. `at`: ISO 8601. */
export function sweepEvent(
  company: string,
  { id, subject: { system, type: objectType } }: FunctionDefinition,
  said: Said,
  at: string,
): InboxEvent {
  const from = { company, source: madeHere.schedule, bodyDigestInput: said.sourceKey, system, objectType };
  return inboxEventFor({ ...said, ...from, occurredAt: at, stamp: "arrival" }, id);
}
