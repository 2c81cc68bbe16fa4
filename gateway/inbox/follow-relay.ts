import type { Pool } from "pg";
import type { Logger } from "pino";
import { canonicalJson } from "../../audit/canonical-json.ts";
import type { Sql } from "../../audit/records.ts";
import { follows, type CaseEnd } from "../../domain/event.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import type { OutcomeKind } from "../../domain/outcome.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { functions as shipped } from "../../functions/index.ts";
import type { Pump } from "../../db/pump.ts";
import { hearing, inboxEventFor, type EventDoor, type InboxEvent } from "./accept.ts";
import { endKeyOf, madeHere } from "./origin.ts";
import { startOutbox, type Outgoing } from "./outbox.ts";

export type FollowRelayDeps = EventDoor & {
  readonly pool: Pool;
  readonly company: string;
  readonly log: Logger;
  /** The functions that run; the shipped ones when absent. */
  readonly functions?: FunctionTable;
  readonly pollMs?: number;
};

/**
 * Tells the cases of functions that follow others how those ended, each end once. What ends is written to the outbox in the
 * transaction of its record; the inbox takes one row for case, event and follower, however often that is told here.
 */
export function startFollowRelay(deps: FollowRelayDeps): Pump {
  const { pool, company, accept, onAccepted, functions = shipped, pollMs } = deps;
  const log = deps.log.child({ component: "follow-relay" });
  return startOutbox<{ readonly recordKey: string }>({
    pool,
    topic: "case-end",
    first: () => followFrom(pool, company, functions),
    async tell(row) {
      const events = await followersOf(pool, functions, row, log);
      if (events.length === 0) return;
      await accept(events);
      onAccepted();
    },
    log,
    pollMs,
  });
}

/** From now on, ends of the functions that somebody follows are written to the outbox. */
async function followFrom(sql: Sql, company: string, functions: FunctionTable): Promise<void> {
  const triggers = Object.values(functions).flatMap((definition) => definition.triggers);
  const followed = new Set(triggers.flatMap((trigger) => (trigger.kind === "follows" ? [trigger.function] : [])));
  if (followed.size === 0) return;
  await sql.query({
    name: "follow-functions",
    text: "insert into followed_function (company, function_id) select $1, unnest($2::text[]) on conflict do nothing",
    values: [company, [...followed]],
  });
}

type EndRow = {
  case_id: string;
  at: string;
  event_id: string;
  outcomes: readonly { readonly step: string; readonly kind: OutcomeKind }[];
  function_id: string;
  system: string;
  object_type: string;
  object_id: string;
};

/** The rows for those who follow what ended, read from its record and from the event that the record names. */
async function followersOf(
  sql: Sql,
  functions: FunctionTable,
  { company, payload }: Outgoing<{ readonly recordKey: string }>,
  log: Logger,
): Promise<readonly InboxEvent[]> {
  const { rows } = await sql.query<EndRow>({
    name: "read-case-end",
    text: `select r.case_id, e.said->>'at' as at, i.event_id, e.said #> '{fields,outcomes}' as outcomes,
             i.function_id, i.system, i.object_type, i.object_id
           from audit_record r, lateral (select r.envelope::jsonb as said) e
           cross join lateral (
             select * from inbox x where x.company = $1 and x.event_id = e.said #>> '{fields,eventId}' limit 1) i
           where r.company = $1 and r.key = $2 and i.function_id is not null`,
    values: [company, payload.recordKey],
  });
  const [row] = rows;
  if (row === undefined || !isOf(company, row)) {
    log.error({ recordKey: payload.recordKey }, "a case ended an event that did not come through the inbox");
    return [];
  }
  const end = endOf(row, functions);
  if (end === undefined) return [];
  const { case_id: caseId, event_id: eventId, system, object_type: objectType, object_id: objectId } = row;
  const body = { after: caseId, afterEvent: eventId, outcome: end.outcome };
  const told = {
    company,
    source: madeHere.caseEnd,
    sourceKey: endKeyOf(caseId, eventId),
    bodyDigestInput: canonicalJson(body),
    occurredAt: row.at,
    stamp: "arrival" as const,
    system,
    objectType,
    objectId,
    body,
  };
  return hearing(functions, (trigger) => follows(trigger, end)).map((functionId) => inboxEventFor(told, functionId));
}

function isOf(company: string, row: EndRow): boolean {
  const { case_id: caseId, function_id: functionId, system, object_type: type, object_id: id } = row;
  return caseIdOf(company, functionId, objectRefOf(system, type, id)) === caseId;
}

/** How the last of the function's own steps ended: what it reports or owes besides says nothing of that. */
function endOf({ function_id: functionId, outcomes }: EndRow, functions: FunctionTable): CaseEnd | undefined {
  const definition = Object.hasOwn(functions, functionId) ? functions[functionId] : undefined;
  const own = new Set(definition?.actions.map(({ step }) => step));
  const outcome = outcomes.findLast(({ step }) => own.has(step))?.kind;
  return outcome === undefined ? undefined : { functionId, outcome };
}
