import { describe, expect, test } from "vitest";
import type { Next, Standing } from "../../workflows/agenda.ts";
import { renewalAgenda } from "../../workflows/renewal-case.ts";

type Where = {
  readonly state?: string;
  readonly due?: readonly string[];
  readonly asks?: readonly string[];
  readonly told?: readonly string[];
  readonly dates?: { readonly [anchor: string]: string };
  readonly deadline?: string;
  /** What was priced last. */
  readonly priced?: string;
  readonly reply?: ReturnType<Standing["reply"]>;
};

/** A contract of which nothing is due, asked or told. */
function standing({ state = "proposed", due = [], asks = [], told = [], dates = {}, ...rest }: Where): Standing {
  const { deadline, priced, reply } = rest;
  return {
    state,
    dateOf: (anchor) => dates[anchor],
    isDue: (anchor) => due.includes(anchor),
    deadlineOf: (name) => (name === "offer" ? deadline : undefined),
    asksFor: (action) => asks.includes(action),
    done: (action) => (action === "renewals.price" ? priced : undefined),
    hasTold: (template, occasion) => told.includes(`${template}/${occasion}`),
    reply: (name, about) => (name === "offer" && about === priced ? reply : undefined),
  };
}

const step = (action: string) => ({ kind: "step", action });
const tell = (template: string, occasion: string) => ({ kind: "tell", template, occasion });
const wait = { kind: "wait" };
const end = { kind: "end" };

const all = ["renewals.record", "renewals.assign-partner", "renewals.propose", "renewals.price"];
const decideBy = "2026-10-02T00:00:00.000Z";
const offered = { priced: "first", told: ["offer/first"] } as const;

describe("a renewal", () => {
  test.for<readonly [string, Where, unknown]>([
    ["waits while nothing is due", {}, wait],
    ["is given to a partner before anything is due", { asks: all }, step("renewals.assign-partner")],
    ["is not proposed before its day", { asks: ["renewals.propose"] }, wait],
    ["is proposed from its day on", { due: ["step120"], asks: ["renewals.propose"] }, step("renewals.propose")],
    ["is proposed once", { due: ["step120"] }, wait],
    ["is not priced before its day", { due: ["step120"], asks: ["renewals.price"] }, wait],
    ["is priced from its day on", { due: ["step120", "step90"], asks: ["renewals.price"] }, step("renewals.price")],
    [
      "is proposed before it is priced",
      { due: ["step120", "step90"], asks: ["renewals.price", "renewals.propose"] },
      step("renewals.propose"),
    ],
    [
      "is recorded before all else when it has come to something",
      { due: ["outcome"], asks: all },
      step("renewals.record"),
    ],
    ["is not recorded before", { asks: ["renewals.record"] }, wait],
    ["is recorded once", { due: ["outcome"] }, wait],
    [
      "is recorded at once when its offer is answered",
      { ...offered, reply: "answered", asks: ["renewals.record"] },
      step("renewals.record"),
    ],
    ["is not recorded for an offer that lapsed", { ...offered, reply: "lapsed", asks: ["renewals.record"] }, wait],
  ])("%s", ([, where, next]) => expect(renewalAgenda(standing(where))).toEqual(next));
});

describe("a contract that goes on is told of, once, and is over", () => {
  test.for(["accepted", "auto-renewed", "recovered"])("%s", (state) => {
    const asks = ["renewals.assign-partner"];
    expect(renewalAgenda(standing({ state, asks }))).toEqual(tell("renewed", ""));
    expect(renewalAgenda(standing({ state, asks, told: ["renewed/"] }))).toEqual(end);
  });

  test("a lapsed one waits to be won back until its recovery ends", () => {
    const asks = ["renewals.assign-partner"];
    expect(renewalAgenda(standing({ state: "lapsed", asks }))).toEqual(wait);
    expect(renewalAgenda(standing({ state: "lapsed", asks, due: ["recoveryEnds"] }))).toEqual(end);
  });
});

describe("an offer", () => {
  const deadline = "2026-09-01T00:00:00.000Z";
  const awaited = { kind: "await", reply: "offer", deadline, about: "first" };

  test.for<readonly [string, Where, unknown]>([
    ["goes out for each price", { priced: "second", told: ["offer/first"], deadline }, tell("offer", "second")],
    ["is awaited once it went out", { ...offered, deadline }, awaited],
    ["is not awaited where nothing says until when", offered, wait],
    ["is awaited once", { ...offered, deadline, reply: "waiting" }, wait],
    [
      "stops nobody from being reminded while it is awaited",
      { ...offered, deadline, reply: "waiting", due: ["step60"] },
      tell("reminder", "step60"),
    ],
    ["is reminded of no more when it is answered", { ...offered, reply: "answered", due: ["step60", "step30"] }, wait],
  ])("%s", ([, where, next]) => expect(renewalAgenda(standing(where))).toEqual(next));
});

describe("a reminder", () => {
  test.for<readonly [string, Where, unknown]>([
    ["is of the latest day that is due", { due: ["step60", "step30"] }, tell("reminder", "step30")],
    ["is not made up for", { due: ["step60", "step30"], told: ["reminder/step30"] }, wait],
    ["comes no more from the day to decide on", { due: ["step30", "decideBy"] }, wait],
  ])("%s", ([, where, next]) => expect(renewalAgenda(standing(where))).toEqual(next));
});

describe("notice that a contract renews itself", () => {
  const dates = { decideBy };
  const due = ["noticeAhead"];

  test.for<readonly [string, Where, unknown]>([
    ["is given in its last days, for that day", { dates, due }, tell("notice-ahead", "2026-10-02")],
    ["is given once", { dates, due, told: ["notice-ahead/2026-10-02"] }, wait],
    ["is not given before", { dates }, wait],
    ["is given on the day to decide still", { dates, due: [...due, "decideBy"] }, tell("notice-ahead", "2026-10-02")],
    ["is not given once it has renewed", { dates, due: [...due, "renews"] }, wait],
    ["is not given where no day is set", { due }, wait],
  ])("%s", ([, where, next]) => {
    const answer: Next = renewalAgenda(standing(where));
    expect(answer).toEqual(next);
  });
});
