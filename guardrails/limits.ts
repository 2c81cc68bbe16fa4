import { stricter } from "../domain/decision.ts";
import type { Decision, MatchedRule } from "../domain/decision.ts";
import type { LimitReading, LimitWindow } from "../domain/decision-details.ts";
import type { AccountUnit } from "../domain/account.ts";
import type { JsonObject } from "../domain/json.ts";
import { accountText } from "../domain/normal-text.ts";
import { LIMIT_UNREAD } from "../domain/outage.ts";
import { WHOLE_PPM } from "../domain/ppm.ts";
import { strictestFirst } from "./combine.ts";
import { typeNamed } from "./derived.ts";
import { listed } from "./did-you-mean.ts";
import { jsonValue, showValue, type Value } from "./fact-types.ts";
import { capParam, routeOf } from "./policy.ts";
import type { CalendarWindow, Limit, Policy, Window } from "./policy.ts";
import { daysOf, isRolling } from "./rolling-window.ts";
import { valueIn } from "./ternary.ts";
import type { Known } from "./ternary.ts";
import { windowAt } from "./window.ts";

/** What a request asks of one limit. `asked` and `cap` are in the unit of the summed fact; a count asks 1. */
export type Ask = {
  readonly limit: Limit;
  /** The values of the `per` facts by name: together they name the account. They may name people. */
  readonly account: JsonObject;
  readonly unit: AccountUnit;
  readonly window: LimitWindow | null;
  readonly asked: number;
  /** Null: what was deposited into the account, which nobody knows before it is read. */
  readonly cap: number | null;
};

/** A limit that cannot be counted for a request, and the names that are not known. It lets nothing execute. */
export type Uncounted = { readonly limit: Limit; readonly missing: readonly string[] };

export type Asked = { readonly asks: readonly Ask[]; readonly uncounted: readonly Uncounted[] };

/** What an account holds without the request. `window` is the one it was counted in. */
export type AccountState = {
  readonly window: LimitWindow | null;
  readonly deposited: number;
  readonly used: number;
  readonly reserved: number;
};

/** Undefined while nobody can say what it is. */
function capIn({ cap }: Limit, { params }: Policy): number | null | undefined {
  if (typeof cap === "number") return cap;
  if ("deposited" in cap) return null;
  const param = params.find(({ name }) => name === cap.param);
  return param === undefined || param.unsettled === true ? undefined : param.value;
}

/** What a limit adds up. */
export function unitOf({ sum }: Pick<Limit, "sum">, policy: Pick<Policy, "facts" | "derived">): AccountUnit {
  if (sum === null) return { unit: "count", currency: null };
  const type = typeNamed(policy, sum);
  return type?.kind === "minor" ? { unit: "minor", currency: type.currency } : { unit: "number", currency: null };
}

/**
 * A fact as a part of an account's name: spaces around it and letters that cannot be seen make no other account, and a
 * text of nothing else makes none.
 */
function accountPart(known: Known, name: string): Value | undefined {
  const value = valueIn(known, name);
  return typeof value === "string" ? accountText(value) : value;
}

/** A shared limit's account is made of the names that the limit is shared by. */
function accountIn({ per, shared }: Limit, cell: Policy, known: Known): JsonObject {
  return Object.fromEntries(
    per.flatMap((name, at) => {
      const type = typeNamed(cell, name);
      const value = accountPart(known, name);
      return type === undefined || value === undefined
        ? []
        : [[shared?.per[at] ?? name, jsonValue(type, value)] as const];
    }),
  );
}

/** The account cannot be told, for want of facts that may be left out, and the limit lets that pass. */
function passesUncounted({ per, unknown }: Limit, policy: Policy, known: Known): boolean {
  const left = per.filter((name) => accountPart(known, name) === undefined);
  const isOptional = (name: string) => typeNamed(policy, name)?.optional === true;
  return unknown === "passes" && left.length > 0 && left.every(isOptional);
}

function askOf(limit: Limit, cell: Policy, known: Known, at: string): Ask | Uncounted | undefined {
  if (passesUncounted(limit, cell, known)) return undefined;
  const cap = capIn(limit, cell);
  const asked = limit.sum === null ? 1 : valueIn(known, limit.sum);
  const isAmount = typeof asked === "number" && Number.isSafeInteger(asked) && asked >= 0;
  const missing = [
    ...limit.per.filter((name) => accountPart(known, name) === undefined),
    ...(isAmount || limit.sum === null ? [] : [limit.sum]),
    ...(cap === undefined ? [capParam(limit.cap) ?? "cap"] : []),
  ];
  if (missing.length > 0 || !isAmount || cap === undefined) return { limit, missing };
  const account = accountIn(limit, cell, known);
  const window = windowAt(limit.window, at, limit.shared?.timezone ?? cell.timezone);
  return { limit, account, unit: unitOf(limit, cell), window, asked, cap };
}

/**
 * What a request asks of every limit of the policy as it stands for it. A limit whose facts or cap are not known asks
 * nothing and is `uncounted`, but for one that lets a request without an account pass. `at` is ISO 8601; throws for a bad one.
 */
export function asksOf(cell: Policy, known: Known, at: string): Asked {
  const all = cell.limits.flatMap((limit) => askOf(limit, cell, known, at) ?? []);
  return {
    asks: all.flatMap((ask) => ("account" in ask ? [ask] : [])),
    uncounted: all.flatMap((ask) => ("account" in ask ? [] : [ask])),
  };
}

/** `total` is at least this share of the cap, compared without a quotient. */
function reaches(total: number, sharePpm: number, cap: number): boolean {
  return BigInt(total) * BigInt(WHOLE_PPM) >= BigInt(sharePpm) * BigInt(cap);
}

/** An ask against what its account holds. `account` is the digest that stands for the account's values. */
export function readingOf({ limit, asked, cap: given }: Ask, account: string, state: AccountState): LimitReading {
  const { window, deposited, used, reserved } = state;
  const cap = given ?? deposited;
  const total = used + reserved + asked;
  const admitted = Number.isSafeInteger(total) && total <= cap;
  const warned = admitted && limit.warnAtPpm !== null && reaches(total, limit.warnAtPpm, cap);
  return { id: limit.id, account, window, used, reserved, asked, cap, admitted, warned };
}

const calendarWords: { readonly [window in CalendarWindow]: string } = {
  "calendar-day": "in the day",
  "calendar-week": "in the week",
  "calendar-month": "in the month",
  "calendar-quarter": "in the quarter",
  "calendar-year": "in the year",
  ever: "altogether",
};

function windowWords(window: Window): string {
  return isRolling(window) ? `in ${daysOf(window)} days` : calendarWords[window];
}

/**
 * `discountAmount of this partner in the quarter comes to 612,000.00 USD with this one, over the cap of 600,000.00 USD`.
 * What other policies took of a shared account is in the total, and said to be.
 */
function overReason(cell: Policy, limit: Limit, { used, reserved, asked, cap }: LimitReading): string {
  const { sum, per, window, shared, cooldown } = limit;
  const type = typeNamed(cell, sum);
  const show = (amount: number) => (type === undefined ? String(amount) : showValue(type, amount));
  const whose = per.length === 0 ? "of all together" : `of this ${per.join(" and ")}`;
  if (cooldown === true && isRolling(window)) {
    const days = daysOf(window) === 1 ? "1 day" : `${daysOf(window)} days`;
    const among = shared === undefined ? "" : ` of all that share \`${limit.id}\``;
    return `another request ${whose} within ${days} of the last, where only one${among} is let through`;
  }
  const verb = sum === null ? "requests" : sum;
  const total = show(used + reserved + asked);
  const comes = sum === null ? "come" : "comes";
  const beside = shared === undefined ? "" : `, with all that shares \`${limit.id}\`,`;
  const bound = typeof limit.cap === "object" && "deposited" in limit.cap ? "the deposits of" : "the cap of";
  return `${verb} ${whose} ${windowWords(window)}${beside} ${comes} to ${total} with this one, over ${bound} ${show(cap)}`;
}

type Found = { readonly rule: MatchedRule; readonly route: string };

/** Puts more rules beside those that matched, where they can only tighten the decision. */
function withRules(decision: Decision, found: readonly Found[], cell: Policy): Decision {
  if (found.length === 0) return decision;
  const added = found.map(({ rule }) => rule);
  const rules = strictestFirst([...decision.rules, ...added]);
  const kind = added.map(({ effect }) => effect).reduce(stricter, decision.kind);
  const said = added.filter(({ effect }) => effect === kind).map(({ reason }) => reason);
  const before = decision.kind === kind && decision.kind !== "execute" ? [decision.reason] : [];
  const reason = [...before, ...said].join("; ");
  if (kind !== "escalate") return { kind: "block", rules, reason };
  const routes = found.filter(({ rule }) => rule.effect === "escalate").map(({ route }) => route);
  if (decision.kind !== "escalate") return { kind, rules, missing: [], route: routeOf(cell, routes), reason };
  const { route, missing } = decision;
  const merged = routeOf(cell, [route.id, ...routes]);
  return { kind, rules, missing, route: { ...merged, quorum: Math.max(merged.quorum, route.quorum) }, reason };
}

/**
 * Puts each limit that does not admit the request beside the matched rules, as one more rule of the limit's `over`.
 * Block over escalate over execute by rank; the limit's route is merged with the decision's. Readings within their cap
 * change nothing, warned or not. Throws for a reading of a limit that the policy does not hold.
 */
export function applyLimits(decision: Decision, readings: readonly LimitReading[], cell: Policy): Decision {
  const found = readings
    .filter(({ admitted }) => !admitted)
    .map((reading): Found => {
      const limit = cell.limits.find(({ id }) => id === reading.id);
      if (limit === undefined) throw new Error(`limit \`${reading.id}\` is not in policy \`${cell.id}\``);
      const { used, reserved, asked, cap } = reading;
      const values = { used, reserved, asked, cap };
      const rule = { id: limit.id, effect: limit.over, reason: overReason(cell, limit, reading), values };
      return { rule, route: limit.route };
    });
  return withRules(decision, found, cell);
}

/** A request whose limits cannot all be counted never executes: each such limit asks its route's people. */
export function applyUncounted(decision: Decision, uncounted: readonly Uncounted[], cell: Policy): Decision {
  if (decision.kind !== "execute") return decision;
  const found = uncounted.map(({ limit, missing }): Found => {
    const reason = `not known: ${listed(missing)}, which limit \`${limit.id}\` counts by`;
    return { rule: { id: limit.id, effect: "escalate", reason, values: {} }, route: limit.route };
  });
  return withRules(decision, found, cell);
}

/** What earlier requests came to could not be read: nothing executes. */
export function applyUnread(decision: Decision, { asks }: Asked, cell: Policy): Decision {
  const found = asks.map(({ limit }): Found => {
    const reason = `${LIMIT_UNREAD}: what \`${limit.id}\` has counted could not be read`;
    return { rule: { id: limit.id, effect: "escalate", reason, values: {} }, route: limit.route };
  });
  return withRules(decision, found, cell);
}
