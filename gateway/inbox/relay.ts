import type { Logger } from "pino";
import { recordKeys } from "../../audit/record-keys.ts";
import type { LedgerPool } from "../../audit/records.ts";
import type { RecordDraft } from "../../domain/audit-record.ts";
import type { FunctionTable } from "../../functions/definition.ts";
import { functions as shipped } from "../../functions/index.ts";
import { caseIdOf, objectRefOf } from "../../domain/ids.ts";
import { backoffMs, LOUD_AFTER } from "./backoff.ts";
import { caseStartOf } from "./case-start.ts";
import { createGroupCommit } from "./group-commit.ts";
import { groupedAppend } from "./grouped-append.ts";
import { startLanes } from "./lanes.ts";
import { originOf } from "./origin.ts";
import type { Pump } from "../../db/pump.ts";
import { inSpan, inTrace } from "../../engines/span.ts";
import { claimEvents, markTold, postponeEvent, type UntoldEvent } from "./untold-events.ts";
import type { WorkflowStarter } from "./workflow-starter.ts";

export type RelayDeps = {
  readonly pool: LedgerPool;
  readonly starter: WorkflowStarter;
  readonly log: Logger;
  /** The functions that run; the shipped ones when absent. */
  readonly functions?: FunctionTable;
  readonly pollMs?: number;
};

/**
 * Brings accepted events to their cases, at least once: the event's record is appended, the case is started or
 * signalled, then the row is marked. A row that fails waits alone; events of one object go in the order they came.
 * Rows that move at the same time share their commits.
 */
export function startRelay({ pool, starter, log, functions = shipped, pollMs }: RelayDeps): Pump {
  const child = log.child({ component: "relay" });
  const append = groupedAppend(pool);
  const marks = createGroupCommit((events: readonly UntoldEvent[]) => markTold(pool, events));

  /** The event's own audit record, then its case. A late event is recorded and changes nothing. Safe to repeat. */
  async function tell(event: UntoldEvent): Promise<void> {
    await append(recordOf(event));
    if (event.state === "pending") await inTrace(event.traceparent, () => deliver(starter, functions, event));
    await marks.submit([event]);
  }

  return startLanes<UntoldEvent>({
    claim: (limit) => claimEvents(pool, limit),
    deliver: (event) => tell(event).catch((error: unknown) => postpone(pool, child, event, error)),
    keyOf: ({ company, event_id: eventId }) => `${company}/${eventId}`,
    laneOf: caseOf,
    log: child,
    ...(pollMs === undefined ? {} : { pollMs }),
  });
}

function objectOf({ system, object_type: type, object_id: id }: UntoldEvent): string {
  return objectRefOf(system, type, id);
}

function caseOf(event: UntoldEvent): string {
  return caseIdOf(event.company, event.function_id, objectOf(event));
}

function recordOf(event: UntoldEvent): RecordDraft {
  const { company, event_id: eventId, source, function_id: functionId } = event;
  const { occurred_at: occurredAt, said_at: saidAt, received_at: receivedAt } = event;
  const state = event.state === "late" ? "late" : "accepted";
  const { why, ...origin } = originOf(event);
  const said = saidAt === null ? {} : { saidAt };
  const body = { eventId, functionId, source, object: objectOf(event), occurredAt, ...said, receivedAt, state, ...why };
  const key = recordKeys.event(eventId);
  return { company, caseId: caseOf(event), kind: "event", key, at: receivedAt, body, ...origin };
}

async function deliver(starter: WorkflowStarter, functions: FunctionTable, event: UntoldEvent): Promise<void> {
  const { company, event_id: eventId, source, system, function_id: functionId, object_type: objectType } = event;
  const { object_id: objectId, occurred_at: occurredAt, received_at: receivedAt } = event;
  const start = caseStartOf({ company, functionId, objectType, objectId }, functions);
  const told = { eventId, company, functionId, source, system, objectType, objectId, occurredAt, receivedAt };
  const { gone, tells } = event;
  const attributes = {
    "temporal.workflow.type": start.workflow,
    "temporal.workflow.id": caseOf(event),
    "mandate.event.id": eventId,
  };
  await inSpan("start case", { kind: "producer", attributes }, () =>
    starter.deliverEvent(caseOf(event), start, {
      ...told,
      ...(gone && { gone }),
      ...(tells !== null && { tells }),
    }),
  );
}

/** A failed row waits alone. When even that cannot be written, its lease runs out and it comes back by itself. */
async function postpone(pool: LedgerPool, log: Logger, event: UntoldEvent, error: unknown): Promise<void> {
  const { event_id: eventId, attempts } = event;
  const waitMs = backoffMs(attempts);
  const detail = { err: error, eventId, attempts, waitMs };
  if (attempts < LOUD_AFTER) log.warn(detail, "event not delivered");
  else log.error(detail, "event still not delivered");
  await postponeEvent(pool, event, waitMs).catch((failure: unknown) => {
    log.warn({ err: failure, eventId }, "event left to its lease");
  });
}
