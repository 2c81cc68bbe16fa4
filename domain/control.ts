import { modes, type Mode } from "./decision-details.ts";

/**
 * What people bound agents by, beside the policies: switches, the autonomy of agents, budgets. Each is a cap under a name: smaller is
 * narrower, `null` bounds nothing. Whoever may restrain narrows at once; to widen takes a second person who asks for the same.
 */

/** The three agents, as turns name them. */
export const agentRoles = ["intelligence", "orchestration", "compliance"] as const;
export type AgentRole = (typeof agentRoles)[number];

/** What a model's calls are counted in. Money in millionths of a US dollar, wall time in milliseconds. */
export const budgetMeasures = ["tokens", "microUsd", "calls", "ms"] as const;
export type BudgetMeasure = (typeof budgetMeasures)[number];

/** `case`: each case in its whole life. `company` and `function/<id>`: all calls of one day (UTC), by the company's clock. */
export type BudgetScope = "case" | "company" | `function/${string}`;

/** A switch that is on stops; the cap of one is 0, or null where nothing is stopped. */
export type SwitchTarget = "company" | `function/${string}` | `agent/${AgentRole}` | `tool/${string}`;

export type ControlName =
  | `switch/${SwitchTarget}`
  | `autonomy/agent/${AgentRole}`
  | `budget/${BudgetScope}/${BudgetMeasure}`;

/** The cap of a switch that stops. */
export const STOPPED = 0;

const switchName = /^switch\/(?:company|function\/[a-z][a-z0-9-]{0,62}|agent\/([a-z]+)|tool\/[a-z][a-z0-9.-]{0,62})$/;
const autonomyName = /^autonomy\/agent\/([a-z]+)$/;
const budgetName = /^budget\/(?:case|company|function\/[a-z][a-z0-9-]{0,62})\/([A-Za-z]+)$/;

/** Whether a text is a control's name. Functions and tools are known by their shape alone: the door knows which there are. */
export function isControlName(text: string): text is ControlName {
  const [, measure] = budgetName.exec(text) ?? [];
  if (measure !== undefined) return budgetMeasures.some((known) => known === measure);
  const [named, agent] = autonomyName.exec(text) ?? switchName.exec(text) ?? [];
  return named !== undefined && (agent === undefined || agentRoles.some((known) => known === agent));
}

/** The highest cap that a control may have; a cap above it says what `null` says. */
export function mostCapOf(name: ControlName): number {
  if (name.startsWith("switch/")) return STOPPED;
  return name.startsWith("autonomy/") ? modes.length - 2 : Number.MAX_SAFE_INTEGER;
}

/** The mode that an agent's cap leaves it. */
export function modeOfCap(cap: number | null): Mode {
  return (cap === null ? undefined : modes[cap]) ?? "led";
}

/** The cap that leaves an agent a mode: `led` is no bound. */
export function capOfMode(mode: Mode): number | null {
  return mode === "led" ? null : modes.indexOf(mode);
}

/** What a control is about, in words: `the agent compliance` of `switch/agent/compliance`, `the company` of `switch/company`. */
export function subjectText(name: string): string {
  const [, ...parts] = name.split("/");
  return `the ${parts.join(" ")}`;
}

/** Why nothing is done while a switch is on or a mode is low, by the name that the database gives. */
export function stoppedText(by: string): string {
  if (by.startsWith("switch/")) return `${subjectText(by)} is stopped by a switch`;
  const subject = by.startsWith("autonomy/") ? subjectText(by) : "the function";
  return `${subject} does nothing by its mode`;
}

/** An amount as people read it: `40000 tokens`, `0.500000 USD`, `12 calls`, `90 s`. */
export function amountText(measure: BudgetMeasure, amount: number): string {
  switch (measure) {
    case "tokens":
    case "calls":
      return `${amount} ${measure}`;
    case "microUsd":
      return `${usdText(amount)} USD`;
    case "ms":
      return `${Math.floor(amount / 1000)}${amount % 1000 === 0 ? "" : `.${String(amount % 1000).padStart(3, "0")}`} s`;
  }
}

/** Millionths of a dollar as dollars, to the last of them. */
export function usdText(microUsd: number): string {
  return `${Math.floor(microUsd / 1_000_000)}.${String(microUsd % 1_000_000).padStart(6, "0")}`;
}

/** A control and a cap of it, in words: `the agent compliance is stopped`, `budget of company: at most 12 calls`. */
export function controlText(name: string, cap: number | null): string {
  const [kind, ...rest] = name.split("/");
  if (kind === "switch") return `${subjectText(name)} ${cap === STOPPED ? "is stopped" : "runs"}`;
  if (kind === "autonomy") return `${subjectText(name)} is ${modeOfCap(cap)}`;
  const measure = budgetMeasures.find((known) => known === rest.at(-1));
  const most = cap === null || measure === undefined ? "no bound" : `at most ${amountText(measure, cap)}`;
  return `budget of ${rest.slice(0, -1).join(" ")}: ${most}${cap === null ? ` of ${rest.at(-1)}` : ""}`;
}
