import { describe, expect } from "vitest";
import { refuses, whole } from "./traps.ts";

const zoneFix = "write the IANA name of a time zone, such as `Europe/Paris`, or leave it out for UTC";
const verdicts = "`execute`, `escalate` or `block`";

describe("a policy is refused when", () => {
  refuses(
    [
      ...["Paris", "europe/paris", "Europe/paris", "+01:00", "CEST", "utc", "Mars/Phobos", "9"].map((zone) => ({
        name: `its time zone is ${zone}`,
        change: "timezone: Europe/Paris",
        to: `timezone: ▸${zone}`,
        says: [`\`timezone\` does not take \`${zone}\`; ${zoneFix}`],
      })),
      ...["on", "Led", "auto"].map((mode) => ({
        name: `its mode is ${mode}`,
        change: "mode: assisted",
        to: `mode: ▸${mode}`,
        says: [
          `\`mode\` does not take \`${mode}\`; write one of \`off\`, \`shadow\`, \`assisted\`, \`led\`, or leave it out for \`led\``,
        ],
      })),
      {
        name: "its subject is a fact that is not there",
        change: "subject: partner",
        to: "subject: ▸partnr",
        says: ["unknown fact `partnr`; did you mean `partner`?"],
      },
      {
        name: "its subject is a number",
        change: "subject: partner",
        to: "subject: ▸openDeals",
        says: [
          "`openDeals` is not a text or a choice; use one of `protectedTerms`, `partnerStanding`, `partner`, `partnerTier`, `region`, `note`",
        ],
      },
      {
        name: "a section is misspelt",
        change: "demote:",
        to: "▸demot:",
        says: [expect.stringMatching(/^unknown key `demot`; did you mean `demote`\?$/)],
      },
      ...["20", "0.2", "100.0001%", "-1%"].map((share) => ({
        name: `it is demoted at ${share}`,
        change: "blocked: 20%",
        to: `blocked: ▸${share}`,
        says: [`\`blocked\` does not take \`${share}\`; write a share from 0% to 100%, such as \`20%\``],
      })),
      ...["0", "1.5", "many", '"50"'].map((count) => ({
        name: `it is demoted after ${count} decisions`,
        change: "minimum: 50",
        to: `minimum: ▸${count}`,
        says: [
          `\`minimum\` does not take \`${count.replaceAll('"', "")}\`; write how many decisions are looked at, such as \`50\``,
        ],
      })),
      {
        name: "it is demoted by one share alone",
        change: "{ blocked: 20%, rejected: 10%, minimum: 50 }",
        to: "▸{ blocked: 20%, minimum: 50 }",
        says: ["`rejected` is missing; write a share from 0% to 100%, such as `20%`"],
      },
    ],
    whole,
  );
});

describe("a parameter is refused when", () => {
  refuses(
    [
      ...["9.0", "9.5", "9e0", '"9"', "0x9", "09", "9%", "9007199254740993"].map((text) => ({
        name: `its number is written ${text}`,
        change: "number: 9",
        to: `number: ▸${text}`,
        says: [expect.stringMatching(/ is not a whole number; write a whole number, such as `9`$/)],
      })),
      ...["2026-02-29", "2026-12-31T00:00:00Z", "31.12.2026", "20261231"].map((text) => ({
        name: `its day is written ${text}`,
        change: "date: 2026-12-31",
        to: `date: ▸${text}`,
        says: [`\`${text}\` is not a day; write a day, such as \`2026-12-31\``],
      })),
      {
        name: "a number's bounds are percentages",
        change: "allowed: 5..20",
        to: "allowed: ▸5%..20%",
        says: ["`5%..20%` is not a range in the parameter's unit; write both ends, such as `5..20`"],
      },
      {
        name: "a day's bounds are one day",
        change: "allowed: 2026-12-01..2027-01-31",
        to: "allowed: ▸2026-12-01",
        says: [
          "`2026-12-01` is not a range in the parameter's unit; write both ends, such as `2026-07-01..2026-12-31`",
        ],
      },
      {
        name: "its bounds stand the wrong way round",
        change: "allowed: 5..20",
        to: "allowed: ▸20..5",
        says: ["the parameter's own value is outside `20..5`; widen `allowed` or change the value"],
      },
      {
        name: "only a limit used it, which is gone",
        change: "  quarter_cap:",
        also: ["cap: { param: quarter_cap }", "cap: 600000.00 USD"],
        to: "  ▸quarter_cap:",
        says: ["nothing uses `quarter_cap`; use it in a rule, a limit or an invariant, or remove it"],
      },
      {
        name: "only an invariant used it, which is gone",
        change: "  ceiling:",
        also: ["value: { param: ceiling }", "value: 25%"],
        to: "  ▸ceiling:",
        says: ["nothing uses `ceiling`; use it in a rule, a limit or an invariant, or remove it"],
      },
    ],
    whole,
  );
});

describe("a rule is refused when", () => {
  refuses(
    [
      ...["shadow", "Candidate", "off"].map((state) => ({
        name: `its state is ${state}`,
        change: "state: candidate",
        to: `state: ▸${state}`,
        says: [`\`state\` does not take \`${state}\`; write \`candidate\` to watch it without effect, or leave it out`],
      })),
      {
        name: "it owes what nobody knows how to do",
        change: "[crm-note]",
        to: "[▸crm-notes]",
        says: ["unknown obligation `crm-notes`; did you mean `crm-note`?"],
      },
      {
        name: "it owes the name that every object has",
        change: "[crm-note]",
        to: "[▸constructor]",
        says: ["unknown obligation `constructor`; use one of `crm-note`, `deal-team.tell`"],
      },
      {
        name: "it owes a thing twice",
        change: "[crm-note]",
        to: "[crm-note, ▸crm-note]",
        says: ["`crm-note` is listed twice; keep one"],
      },
      ...["[]", "crm-note"].map((owed) => ({
        name: `it owes ${owed}`,
        change: "obligations: [crm-note]",
        to: `obligations: ▸${owed}`,
        says: [expect.stringMatching(/^`obligations` does not take .+; write what is owed afterwards, such as /)],
      })),
      ...["runtime-error-late", "mode-led", "default-late", "base"].map((id) => ({
        name: `its id is ${id}, which the guardrail gives itself`,
        change: "id: late",
        to: `id: ▸${id}`,
        says: [`\`${id}\` is a name the guardrail gives itself; choose another name`],
      })),
    ],
    whole.replace("id: acme-late", "id: acme"),
  );
});

describe("a route is refused when", () => {
  refuses(
    ["0", "6", "1.5", "two", '"2"'].map((quorum) => ({
      name: `its quorum is ${quorum}`,
      change: "quorum: 2",
      to: `quorum: ▸${quorum}`,
      says: [
        `\`quorum\` does not take \`${quorum.replaceAll('"', "")}\`; write how many different people must approve, from 1 to 5, or leave it out for 1`,
      ],
    })),
    whole,
  );
});

describe("an invariant is refused when", () => {
  refuses(
    [
      {
        name: "it claims nothing",
        change: "id: crowds-out\n    always: block",
        to: "▸id: crowds-out",
        says: ["an invariant needs one of `never` and `always`; write `never: execute`, or `always: block`"],
      },
      {
        name: "it claims two things",
        change: "id: crowds-out\n    always: block",
        to: "▸id: crowds-out\n    always: block\n    never: execute",
        says: ["an invariant needs one of `never` and `always`; write `never: execute`, or `always: block`"],
      },
      {
        name: "its verdict is another product's word",
        change: "never: execute",
        to: "never: ▸allow",
        says: [`\`never\` does not take \`allow\`; write ${verdicts}`],
      },
      {
        name: "its condition names a fact that is not there",
        change: "operator: equal, value: 100",
        also: ["{ fact: openDeals, operator: equal, value", "{ fact: ▸openDeal, operator: equal, value"],
        to: "operator: equal, value: 100",
        says: ["unknown fact `openDeal`; did you mean `openDeals`?"],
      },
      {
        name: "it has no condition",
        change: "always: block\n    when: { fact: openDeals, operator: equal, value: 100 }",
        also: ["- id: crowds-out", "- ▸id: crowds-out"],
        to: "always: block",
        says: ["a condition is missing here; write `{ fact, operator, value }`, `all`, `any` or `not`"],
      },
      {
        name: "its id is another invariant's",
        change: "id: crowds-out",
        to: "id: ▸ceiling-holds",
        says: ["invariant `ceiling-holds` is declared twice; give each invariant its own name"],
      },
      {
        name: "it has a reason, which nothing would show",
        change: "always: block",
        to: "always: block\n    ▸reason: too many",
        says: ["unknown key `reason`; remove it (known: `id`, `never`, `always`, `when`)"],
      },
    ],
    whole,
  );
});
