import { describe } from "vitest";
import { refuses, whole } from "./traps.ts";

const words = "use one of `protectedTerms`, `partnerStanding`, `partner`, `partnerTier`, `region`";
const sums = "use one of `listPrice`, `seats`, `openDeals`, `discountAmount`";
const overs = "write `escalate` or `block`: what is over a cap is never executed";
const windows =
  "write one of `calendar-day`, `calendar-week`, `calendar-month`, `calendar-quarter`, `calendar-year`, `ever`, or 1 to 400 days such as `90d`";
const warnFix = "write a share of the cap over 0% and up to 100%, such as `80%`";
const moneyFix = "write an amount with its currency and the decimals of that, such as `500000.00 USD`";

describe("a limit is refused when", () => {
  refuses(
    [
      {
        name: "a key is misspelt",
        change: "warnAt: 80%",
        to: "▸warnat: 80%",
        says: ["unknown key `warnat`; did you mean `warnAt`?"],
      },
      {
        name: "it counts nothing",
        change: "id: daily\n    count: true",
        to: "▸id: daily",
        says: ["a limit needs one of `sum` and `count`; write `sum: fact`, or `count: true`"],
      },
      {
        name: "it adds up and counts",
        change: "id: daily\n    count: true",
        to: "▸id: daily\n    count: true\n    sum: openDeals",
        says: ["a limit needs one of `sum` and `count`; write `sum: fact`, or `count: true`"],
      },
      {
        name: "its count is switched off",
        change: "count: true",
        to: "count: ▸false",
        says: ["`count` does not take `false`; write `count: true`, or leave it out"],
      },
      {
        name: "it adds up a fact that is not there",
        change: "sum: discountAmount",
        to: "sum: ▸discountAmout",
        says: ["unknown fact `discountAmout`; did you mean `discountAmount`?"],
      },
      {
        name: "it adds up percentages",
        change: "sum: discountAmount",
        to: "sum: ▸effectiveDiscount",
        says: [`\`effectiveDiscount\` is not money or a number that is never negative; ${sums}`],
      },
      {
        name: "it adds up what can be negative, and would give room back",
        change: "sum: discountAmount",
        to: "sum: ▸drift",
        says: [`\`drift\` is not money or a number that is never negative; ${sums}`],
      },
      {
        name: "it adds up words",
        change: "sum: discountAmount",
        to: "sum: ▸partner",
        says: [`\`partner\` is not money or a number that is never negative; ${sums}`],
      },
      {
        name: "it says no account, which would be one for all",
        change: "id: daily\n    count: true\n    per: []",
        to: "▸id: daily\n    count: true",
        says: [
          "`per` is missing; write the facts that make one account, such as `per: [partner]`; `[]` is one for all",
        ],
      },
      {
        name: "its account is one name instead of a list",
        change: "per: [partner, region]",
        to: "per: ▸partner",
        says: [
          "`per` does not take `partner`; write the facts that make one account, such as `per: [partner]`; `[]` is one for all",
        ],
      },
      {
        name: "its account goes by a fact that is not there",
        change: "[partner, region]",
        to: "[▸partnr, region]",
        says: ["unknown fact `partnr`; did you mean `partner`?"],
      },
      {
        name: "its account goes by a number",
        change: "[partner, region]",
        to: "[▸openDeals, region]",
        says: [`\`openDeals\` is not a text or a choice; ${words}`],
      },
      {
        name: "its account goes by a fact that a request may leave out",
        change: "[partner, region]",
        to: "[▸note, region]",
        says: [`\`note\` may be left out of a request, which would then be decided past this; ${words}`],
      },
      {
        name: "its account names a fact twice",
        change: "[partner, region]",
        to: "[partner, ▸partner]",
        says: ["`partner` is listed twice; keep one"],
      },
      {
        name: "its window is none",
        change: "window: calendar-quarter",
        to: "window: ▸quarter",
        says: [`\`window\` does not take \`quarter\`; ${windows}`],
      },
      ...["0d", "401d", "090d", "90", "12w", "1.5d", "-1d", "90D"].map((window) => ({
        name: `its window is \`${window}\``,
        change: "window: calendar-quarter",
        to: `window: ▸"${window}"`,
        says: [`\`window\` does not take \`${window}\`; ${windows}`],
      })),
      {
        name: "it lets pass what no request may leave out",
        change: "window: calendar-quarter",
        to: "▸unknown: passes\n    window: calendar-quarter",
        says: ["no request may leave out a fact of `per`; remove `unknown`"],
      },
      {
        name: "it has no cap",
        change: "id: daily\n    count: true\n    per: []\n    window: calendar-day\n    cap: 40",
        to: "▸id: daily\n    count: true\n    per: []\n    window: calendar-day",
        says: ["`cap` is missing; write an amount, or `cap: { param: name }`"],
      },
      {
        name: "its cap is a parameter that is not there",
        change: "{ param: quarter_cap }",
        to: "{ param: ▸quarter_cup }",
        also: ["quarter_cap: { money: 600000.00 USD }\n", "quarter_cap: { money: 600000.00 USD }\n"],
        says: ["unknown parameter `quarter_cup`; did you mean `quarter_cap`?"],
      },
      {
        name: "its cap is read from the request",
        change: "cap: { param: quarter_cap }",
        to: "cap: ▸{ fact: listPrice }",
        says: ["`param` is missing; write a parameter's name", "unknown key `fact`; remove it (known: `param`)"],
      },
      {
        name: "its cap is a parameter of another unit",
        change: "cap: 40",
        to: "cap: { param: ▸quarter_cap }",
        says: ["`quarter_cap` is in another unit than the limit; use a whole number without a unit"],
      },
      {
        name: "its cap is a percentage of nothing",
        change: "cap: { param: quarter_cap }",
        to: "cap: { param: ▸ceiling }",
        also: ["quarter_cap: { money: 600000.00 USD }\n", "quarter_cap: { money: 600000.00 USD }\n"],
        says: ["`ceiling` is in another unit than the limit; use an amount in USD"],
      },
      ...["40.0", "4e1", '"40"', "1,000", "40%"].map((cap) => ({
        name: `its count is capped at ${cap}`,
        change: "cap: 40",
        to: `cap: ▸${cap}`,
        says: [
          `\`${JSON.parse(cap.startsWith('"') ? cap : cap === "40.0" || cap === "4e1" ? "40" : `"${cap}"`)}\` is not a whole number; write a whole number, such as \`9\``,
        ],
      })),
      {
        name: "its cap is negative",
        change: "cap: 40",
        to: "cap: ▸-1",
        says: ["a cap may not be negative; write zero or more"],
      },
      {
        name: "its cap is a parameter that an override may make negative",
        also: ["{ number: 9, allowed: 5..20 }", "{ number: 9, allowed: -5..20 }"],
        change: "cap: 40",
        to: "cap: ▸{ param: max_open }",
        says: ["a cap may not be negative; write zero or more"],
      },
      {
        name: "its cap is a bare number",
        change: "cap: { param: quarter_cap }",
        also: ["  quarter_cap: { money: 600000.00 USD }\n", ""],
        to: "cap: ▸600000",
        says: [`\`600000\` is not money; ${moneyFix}`],
      },
      {
        name: "its cap is in another currency",
        change: "cap: { param: quarter_cap }",
        also: ["  quarter_cap: { money: 600000.00 USD }\n", ""],
        to: "cap: ▸600000.00 EUR",
        says: ["the cap is in another currency than the limit; use an amount in USD"],
      },
      ...["80", "0.8", "0%", "100.0001%", "-5%", "80 %"].map((share) => ({
        name: `it warns at ${share}`,
        change: "warnAt: 80%",
        to: `warnAt: ▸${share}`,
        says: [`\`warnAt\` does not take \`${share}\`; ${warnFix}`],
      })),
      {
        name: "what is over it would execute",
        change: "over: block",
        to: "over: ▸execute",
        says: [`\`over\` does not take \`execute\`; ${overs}`],
      },
      {
        name: "it has a route and asks nobody",
        change: "over: block",
        to: "over: block\n    ▸route: desk",
        says: ["a limit that says `block` asks nobody; remove the route"],
      },
      {
        name: "its route is misspelt",
        change: "over: escalate\n    route: desk",
        to: "over: escalate\n    route: ▸desc",
        says: ["unknown route `desc`; did you mean `desk`?"],
      },
      {
        name: "its id is a rule's, so that a decision could not tell them apart",
        change: "id: daily",
        to: "id: ▸late",
        says: ["limit `late` has the id of a rule; give each rule and each limit its own name"],
      },
      {
        name: "its id is an override's",
        also: ["id: acme-late", "id: ▸daily"],
        change: "reason: Signed in writing, PO-9",
        to: "reason: Signed in writing, PO-9",
        says: ["override `daily` has the id of a limit; give each limit and each override its own name"],
      },
      {
        name: "its id is kept for the guardrail",
        change: "id: daily",
        to: "id: ▸mode-daily",
        says: ["`mode-daily` is a name the guardrail gives itself; choose another name"],
      },
      {
        name: "the section is no list",
        change: "limits:\n  - id: quarter-discount\n    sum: discountAmount",
        to: "limits: ▸{ daily: 40 }\n  #",
        also: [whole.slice(whole.indexOf("    per: [partner, region]"), whole.indexOf("routes:")), ""],
        says: [
          "`limits` must be a list with at least one entry; write limits with `id`, `sum` or `count`, `per`, `window`, `cap` and `over`, with `cooldown`, or with `shared`",
        ],
      },
    ],
    whole,
  );
});
