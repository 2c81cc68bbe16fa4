import { daysInWords } from "../domain/day.ts";
import type { Mode } from "../domain/decision-details.ts";
import { typeNamed } from "./derived.ts";
import { showValue } from "./fact-types.ts";
import type { CalendarWindow, Invariant, Limit, Override, Policy, Window } from "./policy.ts";
import { daysOf, isRolling } from "./rolling-window.ts";
import type { RollingWindow } from "./rolling-window.ts";
import { conditionText, valueText, words } from "./sentences.ts";

function setText(policy: Policy, [name, value]: readonly [string, number]): string {
  const param = policy.params.find((candidate) => candidate.name === name);
  const base = param === undefined ? "" : ` in place of ${showValue(param, param.value)}`;
  return `${name} is ${param === undefined ? value : showValue(param, value)}${base}`;
}

/** An override as one sentence: for whom, between which days, what it sets and why. */
export function overrideText(policy: Policy, override: Override): string {
  const scope = Object.entries(override.for).map(([fact, values]) => {
    const operator = values.length === 1 ? "equal" : "in";
    return `${fact} ${words[operator]} ${valueText(policy, { fact, operator, value: values })}`;
  });
  const set = Object.entries(override.set).map((entry) => setText(policy, entry));
  const days = `from ${override.from} until ${override.until}`;
  return `${set.join(" and ")} when ${scope.join(" and ")}, ${days}: ${override.reason}`;
}

const calendarWords: { readonly [window in CalendarWindow]: string } = {
  "calendar-day": "a day",
  "calendar-week": "a week",
  "calendar-month": "a month",
  "calendar-quarter": "a quarter",
  "calendar-year": "a year",
  ever: "altogether",
};

const daysWords = (window: RollingWindow): string => (daysOf(window) === 1 ? "1 day" : `${daysOf(window)} days`);

function windowWords(window: Window): string {
  return isRolling(window) ? `in any ${daysOf(window)} days` : calendarWords[window];
}

function capText(policy: Policy, { sum, cap }: Limit): string {
  const type = typeNamed(policy, sum);
  if (typeof cap === "number") return type === undefined ? String(cap) : showValue(type, cap);
  if ("deposited" in cap) return `what was deposited, in ${cap.deposited}`;
  const param = policy.params.find(({ name }) => name === cap.param);
  return param === undefined ? cap.param : `${showValue(param, param.value)} (${param.name})`;
}

/** What a fact of the policy is called where the limit is declared: nothing where it has the same name. */
function calledText(name: string, there: string | null | undefined): string {
  return there === null || there === undefined || there === name ? name : `${name} (as ${there})`;
}

/** A limit as one sentence: what may come together to how much, for whom, over which time, and what happens beyond. */
export function limitText(policy: Policy, limit: Limit): string {
  const { sum, per, window, warnAtPpm, over, route, shared, unknown, cooldown } = limit;
  const whose = per.map((name, at) => calledText(name, shared?.per[at])).join(" and ");
  const account = per.length === 0 ? "for all together" : `per ${whose}`;
  const answer = over === "block" ? "block" : `escalate to ${route}`;
  const warned = warnAtPpm === null ? "" : `, warned from ${showValue({ kind: "ppm" }, warnAtPpm)} of it`;
  const what = sum === null ? "requests" : calledText(sum, shared?.sum);
  const most = `${what} up to ${capText(policy, limit)} ${account}, ${windowWords(window)}`;
  const others = shared === undefined ? "" : `; shared by every policy that names it, counted in ${shared.timezone}`;
  const uncounted = unknown === undefined ? "" : "; what leaves out whom it counts for is not counted and asks nobody";
  if (cooldown === true && isRolling(window)) {
    const all = shared === undefined ? "" : "; one for every policy that names it";
    return `once ${account}, and not again within ${daysWords(window)} of the last; sooner ${answer}${all}${uncounted}`;
  }
  return `${most}; over it ${answer}${warned}${others}${uncounted}`;
}

/** What must hold, as one sentence: `never execute when listPrice is over 500,000.00 USD (tier)`. */
export function invariantText(policy: Policy, invariant: Invariant): string {
  const claim = "never" in invariant ? `never ${invariant.never}` : `always ${invariant.always}`;
  return `${claim} when ${conditionText(policy, invariant.when)}`;
}

/** How far agents go in each mode. */
export const modeWords: { readonly [mode in Mode]: string } = {
  off: "off: nothing is decided by it",
  shadow: "shadow: decided and recorded, without effect",
  assisted: "assisted: people decide all that would execute",
  led: "led: agents act inside it",
};

/** How far agents may go under the policy, and when that is taken back: one line each. */
export function modeTexts({ mode, demotion, subject, timezone, rates }: Policy): readonly string[] {
  const share = (ppm: number) => showValue({ kind: "ppm" }, ppm);
  const lowered =
    demotion === null
      ? []
      : [
          `lowered by one when, of the last ${demotion.minimum} decisions, over ${share(demotion.blockedPpm)} are blocked or people reject over ${share(demotion.rejectedPpm)} of their escalations`,
        ];
  const sides = subject === null ? [] : [`a canary keeps each ${subject} to one side`];
  const foreign =
    rates === undefined
      ? []
      : [
          `amounts in other currencies are read in ${rates.currency}, by the newest rate of the list ${rates.list} that is at most ${daysInWords(rates.withinDays)} old, rounded up`,
        ];
  return [modeWords[mode], ...lowered, ...sides, ...foreign, `days and windows are counted in ${timezone}`];
}
