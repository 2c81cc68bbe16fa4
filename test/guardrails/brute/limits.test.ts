import fc from "fast-check";
import { expect, test } from "vitest";
import { stricter, type Verdict } from "../../../domain/decision.ts";
import { applyLimits, asksOf, readingOf, type AccountState, type Ask } from "../../../guardrails/limits.ts";
import { limitText } from "../../../guardrails/section-sentences.ts";
import { policyFromDocument } from "../../../guardrails/policy-document.ts";
import { policyDocument, type Limit, type Policy } from "../../../guardrails/policy.ts";
import { policyOf } from "../../fixtures/policy.ts";
import { limitsOver } from "./limited-world.ts";

const COUNT = 400;
/** Another one each run; the name of the test tells it. */
const seed = Date.now() % 1_000_000_000;

const facts: Policy["facts"] = [
  { name: "partner", title: "partner", adjustable: false, kind: "choice", values: ["a", "b"] },
  { name: "region", title: "region", adjustable: false, kind: "choice", values: ["e", "w"] },
  { name: "seats", title: "seats", adjustable: true, kind: "number", min: 0, max: 5 },
];
const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

/** Instants at, and one millisecond beside, the turn of a day somewhere: there windows of all kinds begin and end. */
const instant = fc
  .record({
    day: fc.nat({ max: 40 }),
    hour: fc.constantFrom(0, 4, 5, 10, 12),
    beside: fc.constantFrom(-1, 0, 1),
  })
  .map(({ day, hour, beside }) => Date.UTC(2026, 1, 20) + day * DAY_MS + hour * HOUR_MS + beside);

type Step = {
  readonly atMs: number;
  readonly known: { readonly partner: string; readonly region: string; readonly seats: number };
  /** Whether it was done by the time of the next request; else it is on its way for good. */
  readonly done: boolean;
};

const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.record({
      atMs: instant,
      known: fc.record({
        partner: fc.constantFrom("a", "b"),
        region: fc.constantFrom("e", "w"),
        seats: fc.nat({ max: 5 }),
      }),
      done: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.toSorted((a, b) => a.atMs - b.atMs));

const policies: fc.Arbitrary<Policy> = fc
  .tuple(limitsOver(facts), fc.constantFrom("UTC", "America/New_York", "Pacific/Kiritimati"))
  .map(([limits, timezone]) => ({ ...policyOf("quoting"), facts, subject: null, overrides: [], limits, timezone }));

/** The day it is somewhere, by the platform's calendar: year, month from 0, day, and the weekday from Monday. */
function dayIn(timezone: string, atMs: number) {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const [year = 0, month = 0, day = 0] = format.format(atMs).split("-").map(Number);
  return { year, month: month - 1, number: Math.floor(Date.UTC(year, month - 1, day) / DAY_MS) };
}

/** Whether what was let through at `then` still counts at `now`, from the language's description. */
function isCounted(limit: Limit, zone: string, then: Step, nowMs: number): boolean {
  const { window } = limit;
  if (window === "ever") return true;
  const days = /^(\d+)d$/.exec(window)?.[1];
  if (days !== undefined) return !then.done || nowMs - then.atMs < Number(days) * DAY_MS;
  const [a, b] = [dayIn(zone, then.atMs), dayIn(zone, nowMs)];
  // 1970-01-05 was a Monday.
  const week = ({ number }: { readonly number: number }) => Math.floor((number - 4) / 7);
  const quarter = ({ month }: { readonly month: number }) => Math.floor(month / 3);
  switch (window) {
    case "calendar-day":
      return a.number === b.number;
    case "calendar-week":
      return week(a) === week(b);
    case "calendar-month":
      return a.year === b.year && a.month === b.month;
    case "calendar-quarter":
      return a.year === b.year && quarter(a) === quarter(b);
    default:
      return a.year === b.year;
  }
}

const amountOf = ({ sum }: Limit, { known }: Step) => (sum === null ? 1 : known.seats);

/** What each request comes to, by going over those before it one by one. */
function expectedOf({ limits, timezone }: Policy, history: readonly Step[]): readonly Verdict[] {
  const through: Step[] = [];
  return history.map((step) => {
    const verdicts = limits.map((limit): Verdict => {
      const mine = through.filter(
        (then) =>
          limit.per.every((name) => Reflect.get(then.known, name) === Reflect.get(step.known, name)) &&
          isCounted(limit, limit.shared?.timezone ?? timezone, then, step.atMs),
      );
      const total = [...mine, step].reduce((sum, one) => sum + amountOf(limit, one), 0);
      return total > Number(limit.cap) ? limit.over : "execute";
    });
    const verdict = verdicts.reduce(stricter, "execute");
    if (verdict === "execute") through.push(step);
    return verdict;
  });
}

type Entry = { readonly account: string; readonly window: Ask["window"]; readonly amount: number; readonly step: Step };

/** What an account holds, as the ledger has it: of a calendar window what was asked in it, of a rolling one what it spans. */
function stateOf(entries: readonly Entry[], ask: Ask): AccountState {
  const { window } = ask;
  const account = JSON.stringify([ask.limit.id, ask.account]);
  const own = entries.filter((entry) => entry.account === account);
  const sum = (list: readonly Entry[]) => list.reduce((total, { amount }) => total + amount, 0);
  if (window?.days === undefined) {
    const here = own.filter((entry) => entry.window?.from === window?.from);
    return {
      window,
      deposited: 0,
      used: sum(here.filter(({ step }) => step.done)),
      reserved: sum(here.filter(({ step }) => !step.done)),
    };
  }
  const posted = own.filter(({ step }) => step.done && step.atMs > Date.parse(window.from));
  return { window, deposited: 0, used: sum(posted), reserved: sum(own.filter(({ step }) => !step.done)) };
}

function foundOf(policy: Policy, history: readonly Step[]): readonly Verdict[] {
  const entries: Entry[] = [];
  return history.map((step) => {
    const { asks, uncounted } = asksOf(policy, step.known, new Date(step.atMs).toISOString());
    if (uncounted.length > 0) throw new Error("a request could not be counted");
    const readings = asks.map((ask) => readingOf(ask, "account", stateOf(entries, ask)));
    const { kind } = applyLimits({ kind: "execute", rules: [] }, readings, policy);
    if (kind !== "execute") return kind;
    for (const { limit, account, window, asked } of asks) {
      entries.push({ account: JSON.stringify([limit.id, account]), window, amount: asked, step });
    }
    return kind;
  });
}

test(`limits, shared ones and cool-downs let through what counting by hand does (seed ${seed})`, () => {
  let [stopped, resting, sharing] = [0, 0, 0];
  fc.assert(
    fc.property(policies, steps, (policy, history) => {
      const [expected, found] = [expectedOf(policy, history), foundOf(policy, history)];
      stopped += expected.filter((verdict) => verdict !== "execute").length;
      resting += policy.limits.filter(({ cooldown }) => cooldown === true).length;
      sharing += policy.limits.filter(({ cooldown, shared }) => cooldown === true && shared !== undefined).length;
      expect(found).toEqual(expected);
    }),
    { numRuns: COUNT, seed },
  );
  expect([stopped > COUNT / 10, resting > COUNT / 10, sharing > COUNT / 40]).toEqual([true, true, true]);
});

test(`a policy with any limits comes back from its document, and says each (seed ${seed})`, () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const whole = { ...policy, rules: policyOf("quoting").rules.slice(0, 0), invariants: [] };
      const kept = {
        ...whole,
        params: [],
        rules: [{ id: "r", effect: "block", when: { fact: "seats", operator: "equal", value: 1 }, reason: "" }],
      } as const;
      expect(policyFromDocument(JSON.stringify(policyDocument(kept as Policy)))).toEqual(kept);
      for (const limit of policy.limits) {
        expect(limitText(policy, limit)).toMatch(limit.cooldown === true ? /^once .* not again within/ : /up to/);
        expect(limitText(policy, limit).includes("every policy that names it")).toBe(limit.shared !== undefined);
      }
    }),
    { numRuns: COUNT, seed },
  );
});
