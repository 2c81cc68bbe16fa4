import { versionOf, type Evidence, type SourceRef } from "../domain/evidence.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/proposal.ts";
import { assertKnown } from "../domain/registry.ts";
import { coSelling } from "./co-selling/function.ts";
import { dealRegistration } from "./deal-registration/function.ts";
import type { FunctionAction, FunctionDefinition, FunctionTable, GovernedAction } from "./definition.ts";
import { priceBook } from "./price-book/function.ts";
import { quoting } from "./quoting/function.ts";
import { renewals } from "./renewals/function.ts";

/** The functions that run. One line each; everything else is driven by this table. */
const registered = [
  quoting,
  dealRegistration,
  renewals,
  priceBook,
  coSelling, //
] as const satisfies readonly FunctionDefinition[];

/** The actions of all functions, by which choreographies name them. */
export type ActionId = (typeof registered)[number]["actions"][number]["id"];

/** Functions, by which choreographies name them. */
export type FunctionId = (typeof registered)[number]["id"];

/** The choreographies that functions name: each is exported by `workflows/index.ts`. */
export type Choreography = Extract<(typeof registered)[number], { choreography: string }>["choreography"];

export const functions: FunctionTable = Object.fromEntries(
  registered.map((definition: FunctionDefinition) => [definition.id, definition]),
);

export function functionOf(id: string, table = functions): FunctionDefinition {
  return assertKnown(table, id, "function");
}

/** The action of the standard choreography. */
export function firstActionOf(functionId: string, table = functions): FunctionAction {
  return functionOf(functionId, table).actions[0];
}

/** An action that a function's agents propose. Throws `UnknownName`. */
export function ownActionOf(functionId: string, actionId: string, table = functions): FunctionAction {
  const { actions } = functionOf(functionId, table);
  const byId = Object.fromEntries(actions.map((action) => [action.id, action]));
  return assertKnown(byId, actionId, `action of ${functionId}`);
}

/** The reading of a function's subject, in its system of record. */
export function recordToolOf(functionId: string, table = functions): string {
  return `${functionOf(functionId, table).subject.system}.record`;
}

/**
 * What a subject's record by itself asks for: further readings follow from it, and no model's arguments choose them. Undefined
 * where it asks for nothing, and for an action that no record asks for.
 */
export function requestIn(
  functionId: string,
  action: GovernedAction | FunctionAction,
  record: Evidence,
): Action | undefined {
  return "requested" in action ? action.requested(record.value, { [recordToolOf(functionId)]: record }) : undefined;
}

/** Whether it hangs on a record's state that an action is done: by the property that asks for it, or by what must hold of it. */
export function hangsOnState(functionId: string, action: GovernedAction | FunctionAction): boolean {
  const { holds } = functionOf(functionId).subject;
  return action.readsRecord && (holds !== undefined || ("askedBy" in action && action.askedBy !== undefined));
}

/**
 * Whether a record as it is now no longer lets an action be done: it is gone, what asks for it is another, or what must hold of it does
 * not. Never so where no record's state says it, nor of a record that does not keep the state. `args`: of what was proposed.
 */
export function isMoot(
  functionId: string,
  action: GovernedAction | FunctionAction,
  record: JsonObject | undefined,
  args: JsonObject = {},
): boolean {
  if (!hangsOnState(functionId, action)) return false;
  if (record === undefined) return true;
  if (functionOf(functionId).subject.holds?.(record, { action: action.id, args }) === false) return true;
  const asked = "askedBy" in action ? action.askedBy : undefined;
  if (asked === undefined) return false;
  const state = record[asked.property];
  return state !== undefined && (typeof state !== "string" || state.trim().toLowerCase() !== asked.value);
}

/** Whether arguments are all that the action's tool needs. Nobody is asked to approve what is not. */
export function isWhole({ args: schema }: GovernedAction, args: JsonObject): boolean {
  return schema.safeParse(args).success;
}

/** The readings that a proposal of an action rests on: when one of them has another version, it is proposed afresh. */
function restsOn(functionId: string, action: GovernedAction): readonly string[] {
  return [recordToolOf(functionId), ...(action.restsOn ?? [])];
}

/** The version of all that a proposal of an action rests on, as it was read. */
export function versionRestedOn(functionId: string, action: GovernedAction, sources: readonly SourceRef[]): string {
  return versionOf(sources, restsOn(functionId, action));
}

/** The systems that keep subjects of our functions. */
export function subjectSystems(): readonly string[] {
  return [...new Set(Object.values(functions).map(({ subject }) => subject.system))];
}

/** The function whose action a policy decides; undefined for the actions that all share, and for foreign policies. */
export function functionOfAction(actionId: string): FunctionDefinition | undefined {
  return Object.values(functions).find(({ actions }) => actions.some(({ id }) => id === actionId));
}

/** Actions that take back what others of their function did. */
export const takingBackActions: readonly string[] = Object.values(functions).flatMap(({ actions }) =>
  actions.flatMap(({ takenBackBy }) => (takenBackBy === undefined ? [] : [takenBackBy])),
);

/** The properties that our functions read of an object of this type. What none of them reads never comes in. */
export function propertiesRead(system: string, objectType: string): ReadonlySet<string> {
  const subjects = Object.values(functions).map(({ subject }) => subject);
  const readers = subjects.filter(({ system: of, type }) => of === system && type === objectType);
  return new Set(readers.flatMap(({ fields }) => Object.keys(fields)));
}
