import { describeExternal, EXTERNAL_TOOL } from "../domain/decide-case.ts";
import { adjustFund } from "./shared/adjust-fund.ts";
import { crmNote } from "./shared/crm-note.ts";
import { message } from "./shared/message.ts";
import { changeDealTeam } from "./shared/deal-team-change.ts";
import { tellSeller } from "./shared/deal-team-tell.ts";
import { depositFund } from "./shared/deposit-fund.ts";
import { functions, ownActionOf } from "./index.ts";
import type { FunctionAction, GovernedAction } from "./definition.ts";
import type { JsonObject } from "../domain/json.ts";
import { formatMinor } from "../domain/money.ts";
import { assertKnown } from "../domain/registry.ts";
import { reversePosting } from "./shared/reverse-posting.ts";
import { writeBack } from "./shared/write-back.ts";

/** What follows from a step of any function, and what anybody may ask of our own records, by policy id. */
const followUps: { readonly [id: string]: GovernedAction } = Object.fromEntries(
  [writeBack, crmNote, message, changeDealTeam, tellSeller, depositFund, adjustFund, reversePosting].map((action) => [
    action.id,
    action,
  ]),
);

/** Every action that can be decided, by policy id: those of the functions, and the follow-ups that they share. */
export const governedActions: { readonly [id: string]: GovernedAction } = {
  ...Object.fromEntries(
    Object.values(functions).flatMap(({ actions }) => actions.map((action) => [action.id, action])),
  ),
  ...followUps,
};

/** An action that a step of this function may name: one of its own, or a follow-up. Throws `UnknownName`. */
export function actionOf(functionId: string, actionId: string): GovernedAction {
  return Object.hasOwn(followUps, actionId)
    ? assertKnown(followUps, actionId, "follow-up")
    : ownActionOf(functionId, actionId);
}

/** Whom and what an action is about, with its amount in words; what nobody names is null. */
export function headlineOf(tool: string, args: JsonObject, facts: JsonObject) {
  const actions = Object.values(governedActions).filter((known) => known.tool === tool);
  const [said] = actions.flatMap((action) => action.headline?.(args, facts) ?? []);
  const { customer = null, product = null, money = null } = said ?? {};
  return { customer, product, money: money && { ...money, text: formatMinor(money.minor, money.currency) } };
}

/** The action that takes back what a tool did, by its id; null where none does. */
export function takenBackBy(tool: string): string | null {
  const own = Object.values(functions).flatMap(({ actions }): readonly FunctionAction[] => actions);
  return own.find((action) => action.tool === tool)?.takenBackBy ?? null;
}

/** The arguments of a tool's action that the partner may be told, whose request it is. */
export function partnerArgs(tool: string, args: JsonObject): JsonObject {
  const seen = Object.values(governedActions).find((known) => known.tool === tool)?.partnerSees ?? [];
  return Object.fromEntries(Object.entries(args).filter(([name]) => seen.includes(name)));
}

/**
 * What an action asks, in one sentence without a full stop. `partnerName` is the asking partner's, when known. Arguments
 * that are not the action's own are named by their tool.
 */
export function describeAction(tool: string, args: JsonObject, partnerName: string | undefined): string {
  const who = partnerName ?? "A partner";
  if (tool === EXTERNAL_TOOL) return describeExternal(args);
  const actions = Object.values(governedActions).filter((known) => known.tool === tool);
  const said = actions.flatMap((action) => action.describe(args, who) ?? []);
  return said[0] ?? `${who} asks to run ${tool}`;
}
