import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { loadShared } from "../../guardrails/load/shared-file.ts";
import { asksOf, readingOf, applyLimits } from "../../guardrails/limits.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { policyDocument } from "../../guardrails/policy.ts";
import { limitText } from "../../guardrails/section-sentences.ts";
import { sharedIn } from "../../guardrails/shared.ts";
import { versioned } from "../../deciding/policies.ts";
import {
  fundText,
  quarterText,
  renewalFacts,
  renewals,
  renewalsText,
  sharedWith,
  spend,
} from "../fixtures/shared-limits.ts";
import { refuses } from "./traps.ts";

const known = { incumbent: "p-juniper", renewalDiscount: 1_200_000, seats: 9 };
const [limit] = renewals().limits;
if (limit === undefined) throw new Error("no limit");

describe("a policy that names a shared limit", () => {
  test("has it as a limit of its own names, with the parameter that its cap is", () => {
    const { limit: shared, version } = sharedWith()["discount-quarter"] ?? {};
    expect(limit).toEqual({
      id: "discount-quarter",
      sum: "renewalDiscount",
      per: ["incumbent"],
      window: "calendar-quarter",
      cap: { param: "quarter_cap" },
      warnAtPpm: 800_000,
      over: "escalate",
      route: "regional-director",
      shared: { version, timezone: "America/New_York", sum: "discountAmount", per: ["partner"] },
    });
    expect(renewals().params).toEqual(shared?.params);
    expect(sharedIn(renewals(), limit)).toEqual(shared);
  });

  test("says so in words", () => {
    expect([
      ...renewals().limits.map((one) => limitText(renewals(), one)),
      ...spend().limits.map((one) => limitText(spend(), one)),
    ]).toEqual([
      "renewalDiscount (as discountAmount) up to 36,000.00 USD (quarter_cap) per incumbent (as partner), a quarter; over it escalate to regional-director, warned from 80 % of it; shared by every policy that names it, counted in America/New_York",
      "requested up to what was deposited, in USD per partner, a year; over it block; shared by every policy that names it, counted in UTC",
    ]);
  });

  test("asks it under the shared names, in the shared limit's zone", () => {
    expect(asksOf(renewals(), known, "2026-04-01T03:59:59Z").asks).toEqual([
      {
        limit,
        account: { partner: "p-juniper" },
        unit: { unit: "minor", currency: "USD" },
        window: { from: "2026-01-01T05:00:00.000Z", until: "2026-04-01T04:00:00.000Z" },
        asked: 1_200_000,
        cap: 3_600_000,
      },
    ]);
  });

  test("may set the cap for its own requests, within what the shared limit allows", () => {
    const override = `overrides:
  - id: juniper-h1
    for: { incumbent: [p-juniper] }
    effective: { from: 2026-01-01, until: 2026-07-01 }
    set: { quarter_cap: 90000.00 USD }
    reason: PO-7
rules:`;
    expect(renewals(sharedWith(), renewalsText.replace("rules:", override)).overrides[0]?.set).toEqual({
      quarter_cap: 9_000_000,
    });
    const beyond = renewalsText.replace("rules:", override.replace("90000.00", "90000.01"));
    expect(() => renewals(sharedWith(), beyond)).toThrow("quarter_cap");
  });

  test("tells of the others when the cap is passed", () => {
    const [ask] = asksOf(renewals(), known, "2026-05-01T00:00:00Z").asks;
    if (ask === undefined) throw new Error("nothing is asked");
    const reading = readingOf(ask, "a", { window: null, deposited: 0, used: 3_000_000, reserved: 0 });
    expect(applyLimits({ kind: "execute", rules: [] }, [reading], renewals())).toMatchObject({
      kind: "escalate",
      reason:
        "renewalDiscount of this incumbent in the quarter, with all that shares `discount-quarter`, comes to 42,000.00 USD with this one, over the cap of 36,000.00 USD",
    });
  });

  test("has another version when the shared limit changes, and only then", () => {
    const raised = sharedWith([["36000.00 USD,", "36000.01 USD,"]]);
    expect(versioned(renewals(raised)).version).not.toBe(versioned(renewals()).version);
    expect(versioned(renewals(sharedWith([["shared: mdf", "# other\nshared: mdf"]]))).version).toBe(
      versioned(renewals()).version,
    );
  });

  test("comes back from its document", () => {
    for (const policy of [renewals(), spend()]) {
      expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
    }
  });
});

test("a fund admits what was deposited and no more", () => {
  const [ask] = asksOf(spend(), { partner: "p", requested: 400 }, "2026-05-01T00:00:00Z").asks;
  if (ask === undefined) throw new Error("nothing is asked");
  const state = { window: null, deposited: 1_000, used: 500, reserved: 100 };
  expect(readingOf(ask, "a", state)).toMatchObject({ cap: 1_000, asked: 400, admitted: true });
  const over = readingOf(ask, "a", { ...state, deposited: 999 });
  expect(applyLimits({ kind: "execute", rules: [] }, [over], spend())).toMatchObject({
    kind: "block",
    reason:
      "requested of this partner in the year, with all that shares `mdf`, comes to 10.00 USD with this one, over the deposits of 9.99 USD",
  });
});

const shared = { file: "policies/shared/discount-quarter.yaml", load: loadShared };

describe("the file of a shared limit is refused when", () => {
  refuses(
    [
      {
        name: "a key is misspelt",
        change: "warnAt: 80%",
        to: "▸warnat: 80%",
        says: ["unknown key `warnat`; did you mean `warnAt`?"],
      },
      {
        name: "it is kept under another name",
        change: "discount-quarter",
        to: "▸discount-year",
        says: ["shared limit `discount-year` is kept in another file; name the file `discount-year.yaml`"],
      },
      {
        name: "it has a name of the guardrail's own",
        change: "discount-quarter",
        to: "▸mode-quarter",
        says: [
          "`mode-quarter` is a name the guardrail gives itself; choose another name",
          "shared limit `mode-quarter` is kept in another file; name the file `mode-quarter.yaml`",
        ],
      },
      {
        name: "its zone is none",
        change: "America/New_York",
        to: "▸New York",
        says: [
          "`timezone` does not take `New York`; write the IANA name of a time zone, such as `Europe/Paris`, or leave it out for UTC",
        ],
      },
      {
        name: "it counts nothing",
        change: "shared: discount-quarter",
        also: ["sum: discountAmount\n", ""],
        to: "▸shared: discount-quarter",
        says: ["a limit needs one of `sum` and `count`; write `sum: fact`, or `count: true`"],
      },
      {
        name: "what it adds up can be no fact",
        change: "sum: discountAmount",
        to: "sum: ▸discount-amount",
        says: ["`discount-amount` is no fact's name; write a name such as `partner`"],
      },
      {
        name: "an account is made of one name twice",
        change: "[partner]",
        to: "[partner, ▸partner]",
        says: ["`partner` is listed twice; keep one"],
      },
      {
        name: "it has no cap",
        change: "shared: discount-quarter",
        also: ["cap: { param: quarter_cap }\n", ""],
        to: "▸shared: discount-quarter",
        says: ["`cap` is missing; write an amount, `cap: { param: name }` or `cap: { deposited: USD }`"],
      },
      {
        name: "its cap is in no unit of a sum",
        change: "cap: { param: quarter_cap }",
        also: ["money: 36000.00 USD, allowed: 0.00 USD..90000.00 USD", "percent: 15%"],
        to: "cap: { param: ▸quarter_cap }",
        says: ["`quarter_cap` is no cap; use an amount of money or a whole number"],
      },
      {
        name: "its cap is nothing that can be read",
        change: "cap: { param: quarter_cap }",
        also: [
          "  quarter_cap: { money: 36000.00 USD, allowed: 0.00 USD..90000.00 USD }\n",
          "  quarter_cap: { money: 36000.00 USD }\n",
        ],
        to: "cap: ▸36000 USD",
        says: ["`36000 USD` has no decimals, and USD is written with 2 decimals; write `36000.00 USD`"],
      },
      {
        name: "nobody is asked beyond it",
        change: "shared: discount-quarter",
        also: ["route: regional-director\n", ""],
        to: "▸shared: discount-quarter",
        says: ["`route` is missing; write the name of a route that each policy which names this limit has"],
      },
      {
        name: "it asks somebody and blocks",
        change: "route: regional-director",
        also: ["over: escalate", "over: block"],
        to: "▸route: regional-director",
        says: ["a limit that says `block` asks nobody; remove the route"],
      },
      {
        name: "it executes beyond the cap",
        change: "over: escalate",
        to: "over: ▸execute",
        says: ["`over` does not take `execute`; write `escalate` or `block`: what is over a cap is never executed"],
      },
    ],
    quarterText,
    shared,
  );
});

describe("a fund is refused when", () => {
  refuses(
    [
      {
        name: "its deposits have no currency",
        change: "deposited: USD",
        to: "deposited: ▸dollars",
        says: [
          "`deposited` does not take `dollars`; write a currency of ISO 4217 that has a minor unit, such as `USD`",
        ],
      },
      {
        name: "people may approve more than there is",
        change: "over: block",
        to: "over: ▸escalate\nroute: desk",
        says: ["a fund has no more than was deposited; write `over: block`"],
      },
      {
        name: "it is not a partner's",
        change: "[partner]",
        to: "▸[region]",
        says: ["a fund is a partner's; write `per: [partner]`"],
      },
      {
        name: "it counts requests",
        change: "shared: mdf",
        also: ["sum: requested", "count: true"],
        to: "▸shared: mdf",
        says: ["a fund adds up money; write `sum: fact` in place of `count`"],
      },
      {
        name: "it is given for a day",
        change: "calendar-year",
        to: "▸calendar-day",
        says: ["a fund is given for a month or longer; write `calendar-month`, or a longer one"],
      },
      {
        name: "its periods are counted elsewhere",
        change: "shared: mdf\n",
        to: "shared: mdf\ntimezone: ▸Europe/Paris\n",
        says: ["the periods of a fund are counted in UTC; remove it"],
      },
    ],
    fundText,
    { file: "policies/shared/mdf.yaml", load: loadShared },
  );
});

describe("naming a shared limit is refused when", () => {
  const catalogue = { "renewals.price": renewalFacts };
  const load = (file: string, text: string) => loadPolicy(file, text, catalogue, { shared: sharedWith() });
  const words = "use one of `incumbent`";
  refuses(
    [
      {
        name: "there is none of that name",
        change: "shared: discount-quarter",
        to: "shared: ▸discount-quarters",
        says: ["there is no sound shared limit `discount-quarters`; did you mean `discount-quarter`?"],
      },
      {
        name: "there is none like it",
        change: "shared: discount-quarter",
        to: "shared: ▸seats",
        says: ["there is no sound shared limit `seats`; write or mend `shared/seats.yaml`"],
      },
      {
        name: "it is changed on the way",
        change: "sum: renewalDiscount",
        to: "sum: renewalDiscount\n    ▸cap: 9",
        says: ["unknown key `cap`; remove it (known: `shared`, `sum`, `per`)"],
      },
      {
        name: "what it adds up is not called so here",
        change: "shared: discount-quarter",
        also: ["    sum: renewalDiscount\n", ""],
        to: "shared: ▸discount-quarter",
        says: ["unknown fact `discountAmount`; say what it is here: `sum: fact`"],
      },
      {
        name: "what it adds up is in another unit",
        change: "sum: renewalDiscount",
        to: "sum: ▸seats",
        says: ["`seats` is in another unit than `discount-quarter`; name a fact in USD"],
      },
      {
        name: "what makes its accounts is not called so here",
        change: "shared: discount-quarter",
        also: ["    per: { partner: incumbent }\n", ""],
        to: "shared: ▸discount-quarter",
        says: ["unknown fact `partner`; say what it is here: `per: { partner: fact }`"],
      },
      {
        name: "its accounts are made of nothing such",
        change: "{ partner: incumbent }",
        to: "{ partner: incumbent, ▸region: incumbent }",
        says: ["`discount-quarter` has no `region`; use one of `partner`"],
      },
      {
        name: "an account is made of a number",
        change: "{ partner: incumbent }",
        to: "{ partner: ▸seats }",
        says: [`\`seats\` is not a text or a choice; ${words}`],
      },
      {
        name: "the route that it asks is not there",
        change: "shared: discount-quarter",
        also: [
          "  regional-director: { who: role:regional-director, sla: 8h, onExpiry: deny, notRequester: true }\n",
          "",
        ],
        to: "shared: ▸discount-quarter",
        says: [
          "`discount-quarter` asks the route `regional-director`, which this policy does not have; declare `regional-director` under `routes`",
        ],
      },
      {
        name: "its parameter's name is taken",
        change: "shared: discount-quarter",
        also: ["rules:", "params:\n  quarter_cap: { number: 100 }\nrules:"],
        to: "shared: ▸discount-quarter",
        says: [
          "`discount-quarter` brings a parameter `quarter_cap`, and that name is taken here; rename this policy's own",
        ],
      },
      {
        name: "it is named twice",
        change: "    per: { partner: incumbent }\n",
        to: "    per: { partner: incumbent }\n  - shared: ▸discount-quarter\n    sum: renewalDiscount\n    per: { partner: incumbent }\n",
        says: ["limit `discount-quarter` is declared twice; give each limit its own name"],
      },
      {
        name: "the policy's own limit would draw on deposits",
        change: "  - shared: discount-quarter\n    sum: renewalDiscount\n    per: { partner: incumbent }\n",
        to: "  - { id: own, sum: renewalDiscount, per: [incumbent], window: ever, cap: ▸{ deposited: USD }, over: block }\n",
        says: ["only a shared limit draws on deposits; declare it in `shared/` and name it here"],
      },
    ],
    renewalsText,
    { file: "policies/renewals.price.yaml", load },
  );
});
