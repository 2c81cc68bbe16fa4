import { assertNever } from "../../domain/assert-never.ts";
import type { MatchedRule, Verdict } from "../../domain/decision.ts";
import type { Scene } from "../scene.ts";
import { faultsOf } from "../check-facts.ts";
import { clausesText } from "./clauses.ts";
import type { Reading } from "./clauses.ts";
import type { TakenDecision } from "./taken-decision.ts";
import { noChange } from "./ways.ts";
import type { Way } from "./ways.ts";

/** What decided: the policy's rules in their own clauses, what else was recorded in its reason. */
function causesOf({ cell, checked }: Scene, taken: TakenDecision, reading: Reading): readonly string[] {
  const deciding = taken.rules.filter(({ effect }) => effect === taken.verdict);
  const faults = taken.verdict === "escalate" ? faultsOf(checked) : [];
  const told = deciding.map(({ id, reason }: MatchedRule) => {
    const rule = cell.rules.find((one) => one.id === id);
    if (rule !== undefined) return `rule ${id}: ${clausesText(rule.when, reading)}`;
    return cell.limits.some((limit) => limit.id === id) ? `limit ${id}: ${reason}` : `${id}: ${reason}`;
  });
  return [...faults, ...told];
}

const looser: { readonly [verdict in Verdict]: string } = {
  execute: "To execute",
  escalate: "To ask people instead",
  block: "To block",
};

function changesText({ changes }: Way): string {
  return (changes ?? []).map(({ text }) => text).join(" and ");
}

function wayText(way: Way, taken: Verdict): string {
  const { verdict, changes, obstacles } = way;
  switch (verdict) {
    case "block":
      return `Would be blocked: ${changesText(way)}`;
    case "escalate":
      if (taken === "execute") return `People would be asked: ${changesText(way)}`;
      break;
    case "execute":
      break;
    default:
      return assertNever(verdict);
  }
  const standing = obstacles.join(", ");
  if (changes === null) return `${looser[verdict]}: ${noChange}; in the way: ${standing}`;
  const changed = changesText(way);
  if (standing === "") return `${looser[verdict]}: ${changed}`;
  return `${looser[verdict]}: ${changed === "" ? "" : `${changed}; still `}in the way: ${standing}`;
}

/**
 * A decision in one paragraph: `escalate, rule manager-band: discount 17.2 % is over auto_max 15 % (base). To execute:
 * discount ≤ 15 %. Would be blocked: discount > 25 %.`
 */
export function sentenceOf(scene: Scene, taken: TakenDecision, reading: Reading, ways: readonly Way[]): string {
  const causes = taken.reason.startsWith("runtime_error:") ? [] : causesOf(scene, taken, reading);
  const open = causes.length === 0 && taken.verdict !== "execute" ? taken.reason : causes.join("; ");
  const first = open === "" ? taken.verdict : `${taken.verdict}, ${open}`;
  return [first, ...ways.map((way) => wayText(way, taken.verdict))].map((text) => `${text}.`).join(" ");
}
