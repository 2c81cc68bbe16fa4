import type { EventView } from "../gateway/http/events.ts";
import { allEvents } from "./all-events.ts";
import { bodyOf } from "./api-body.ts";
import type { Client } from "./client.ts";
import { failure } from "./failure.ts";

/** The case that a case id, an event id (or its beginning), a decision's or a business object's id names. Throws `CliFailure`. */
export async function findCase(client: Client, given: string): Promise<string> {
  if (given.includes(":")) return given;
  if (isDecisionId(given)) {
    return (await bodyOf(client.v1.cases[":caseId"].records.$get({ param: { caseId: given }, query: { limit: "1" } })))
      .caseId;
  }
  const cases = casesOf(await allEvents(client), given);
  const [found, ...others] = cases;
  if (found === undefined) {
    throw failure("notFound", "not-found", `no case, event or object \`${given}\``, "see `mandate events list`");
  }
  if (others.length > 0) {
    throw failure("usage", "ambiguous", `\`${given}\` names several cases: ${cases.join(", ")}`, "give the case id");
  }
  return found;
}

export function isDecisionId(given: string): boolean {
  return given.startsWith("dec_");
}

function casesOf(events: readonly EventView[], given: string): string[] {
  const named = events.filter(
    ({ eventId, objectId }) => objectId === given || (given.startsWith("evt_") && eventId.startsWith(given)),
  );
  return [...new Set(named.flatMap(({ caseId }) => (caseId === null ? [] : [caseId])))];
}
