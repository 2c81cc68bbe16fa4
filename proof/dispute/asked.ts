import { formatMinute } from "../../audit/story/duration.ts";
import { objectAt, textAt } from "../../audit/story/loose.ts";
import { nameInWords } from "../../domain/name-in-words.ts";
import type { AuditRecord } from "../../domain/audit-record.ts";
import { EXTERNAL_TOOL } from "../../domain/decide-case.ts";
import { describeAction } from "../../functions/governed-actions.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { formatMinor } from "../../domain/money.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { goneWord, isGone } from "./gone.ts";
import type { DisputedStep } from "./step.ts";

/** What was asked for, in words and with every argument. `n` is the record that says so; 0 when none does. */
export type Asked = {
  readonly n: number;
  /** One sentence without a full stop. */
  readonly sentence: string;
  readonly tool: string;
  readonly args: readonly { readonly name: string; readonly text: string }[];
  /** Who asked, by the id that the system of record has for them. */
  readonly by: string;
  readonly trigger: { readonly n: number; readonly text: string } | null;
  /** SHA-256 of exactly this action, hex; empty when it cannot be read. */
  readonly actionDigest: string;
};

export function askedOf(step: DisputedStep): Asked {
  const { proposal, decision } = step;
  const action = objectAt(proposal?.body ?? {}, "action");
  const partner = textAt(objectAt(decision.body, "facts"), "partner");
  return {
    n: proposal?.n ?? 0,
    sentence: sentenceOf(proposal, action, partner),
    tool: textAt(action, "tool"),
    args: argRows(textAt(action, "tool"), objectAt(action, "args")),
    by: isGone(decision, "requestedBy")
      ? `somebody whose name is ${goneWord(decision)}`
      : textAt(decision.body, "requestedBy") || "nobody by name",
    trigger: triggerOf(step),
    actionDigest: textAt(decision.body, "actionDigest"),
  };
}

function sentenceOf(proposal: AuditRecord | undefined, action: JsonObject, partner: string): string {
  if (proposal === undefined) return "The proposal is not among the records of this case";
  const actionId = textAt(proposal.body, "actionId");
  if (isGone(proposal, "action")) return `What was asked under ${actionId} is ${goneWord(proposal)}`;
  return describeAction(textAt(action, "tool"), objectAt(action, "args"), partner === "" ? undefined : partner);
}

/** Of what another system asked, its own arguments one by one. */
export function argRows(tool: string, args: JsonObject): Asked["args"] {
  const { args: _own, ...caller } = args;
  const rows = tool === EXTERNAL_TOOL ? { ...objectAt(args, "args"), ...caller } : args;
  const currency = textAt(rows, "currency");
  return Object.entries(rows).map(([name, value]) => ({
    name: nameInWords(name),
    text: argText(name, value, currency),
  }));
}

function argText(name: string, value: Json, currency: string): string {
  if (typeof value === "number" && name.endsWith("Minor")) return formatMinor(value, currency).trim();
  if (typeof value === "number" && name.endsWith("Ppm")) return formatPpm(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
}

function triggerOf({ event }: DisputedStep): Asked["trigger"] {
  if (event === undefined) return null;
  const { body, n } = event;
  const source = textAt(body, "source");
  const object = textAt(body, "object") || `${textAt(body, "objectType")} ${textAt(body, "objectId")}`.trim();
  return { n, text: `${source} reported ${object}, as of ${formatMinute(textAt(body, "occurredAt"))}` };
}
