import { digestOf } from "../audit/digest.ts";
import { readDoneActions, recordPlan } from "../audit/ledgers/plans.ts";
import type { LedgerPool } from "../audit/records.ts";
import type { JsonObject } from "../domain/json.ts";
import type { FunctionDefinition } from "../functions/definition.ts";
import { functionOf, type ActionId } from "../functions/index.ts";
import { message, MessageArgs } from "../functions/shared/message.ts";
import type { CasePlan, WorkRef } from "../workflows/activities.ts";
import { readEvidence, readOnce, readRecord, recordIn, type ReadTools } from "./evidence.ts";

type Deps = { readonly pool: LedgerPool; readonly readTools: ReadTools };

/**
 * What a case goes by: its record read afresh, the dates that follow from it, and what the record asks for that is not done
 * yet, all by the same readings. Recorded once for each event, and whenever it becomes another.
 */
export async function planCase({ pool, readTools }: Deps, ref: WorkRef, at: string): Promise<CasePlan> {
  const { company, caseId, functionId, eventId } = ref;
  const definition = functionOf(functionId);
  const tools = readOnce(readTools);
  const record = await readRecord(tools, ref);
  if (record === undefined) return { kind: "unreadable", code: "no-record", gone: true };
  const dated = definition.plan?.(record.value, at);
  if (dated === undefined) {
    const first = definition.actions[0];
    const isAsked = first.requested(record.value) !== undefined;
    return { kind: "unreadable", code: "no-dates", ...(isAsked && { ask: first.id as ActionId }) };
  }
  const [asked, acted] = await Promise.all([
    requestsOf(definition, tools, ref),
    readDoneActions(pool, company, caseId),
  ]);
  const done = Object.fromEntries(
    acted.map(({ actionId, action, on }) => [actionId, { digest: digestOf(action), on }] as const),
  );
  // What people put other values in place of was asked by the record, and is done.
  const met = Object.fromEntries(acted.map(({ actionId, asked: first }) => [actionId, digestOf(first)] as const));
  const asks = Object.fromEntries(Object.entries(asked).filter(([actionId, digest]) => met[actionId] !== digest));
  const told = acted.flatMap(({ actionId, action }) => (actionId === message.id ? textOf(action.args) : []));
  const plan = { ...dated, asks, done, told };
  const body = { state: dated.state, anchors: dated.anchors, endsBy: dated.endsBy, asks: Object.keys(asks) };
  await recordPlan(pool, { company, caseId, eventId, digest: digestOf(body), body, at });
  return { kind: "plan", ...plan };
}

/** What the record asks for, by action: the digest of tool and arguments. An action that it does not ask for is left out. */
async function requestsOf(
  { actions }: FunctionDefinition,
  readTools: ReadTools,
  ref: WorkRef,
): Promise<{ readonly [action: string]: string }> {
  const asked = await Promise.all(
    actions.map(async (action) => {
      const evidence = await readEvidence(readTools, action, { ...ref, reportsStep: "" });
      const request = action.requested(recordIn(evidence, ref.functionId), evidence);
      return request === undefined ? [] : [[action.id, digestOf({ tool: request.tool, args: request.args })] as const];
    }),
  );
  return Object.fromEntries(asked.flat());
}

/** A text that was sent, as `offer/2026-07-04`: by its function's name for it, and its occasion. */
function textOf(args: JsonObject): readonly string[] {
  const sent = MessageArgs.safeParse(args);
  if (!sent.success) return [];
  const { template, occasion } = sent.data;
  return [`${template.slice(template.indexOf(".") + 1)}/${occasion}`];
}
