import { describe } from "vitest";
import { refuses, whole } from "./traps.ts";

const forFix = "write facts with lists of values, such as `for: { partnerTier: [platinum] }`";
const setFix = "write parameters with other values, such as `set: { auto_max: 18% }`";
const words = "use one of `protectedTerms`, `partnerStanding`, `partner`, `partnerTier`, `region`";
const tiers = "one of `silver`, `gold`, `platinum`";
const percentFix = "write a percentage with at most four decimals, such as `15%`";

describe("an override is refused when", () => {
  const scope = "{ partnerTier: [platinum], region: [EMEA] }";
  const set = "{ auto_max: 18%, max_open: 12 }";
  const dates = "{ from: 2026-01-01, until: 2026-07-01 }";
  refuses(
    [
      {
        name: "the section is empty",
        change: "invariants:",
        also: [whole.slice(whole.indexOf("overrides:"), whole.indexOf("rules:")), "overrides: ▸[]\n"],
        to: "invariants:",
        says: [
          "`overrides` must be a list with at least one entry; write overrides with `id`, `for`, `effective`, `set` and `reason`",
        ],
      },
      {
        name: "a key is misspelt",
        change: "reason: H1 programme, PO-412",
        also: ["- id: emea-platinum", "- ▸id: emea-platinum"],
        to: "reasons: H1 programme, PO-412",
        says: [
          "`reason` is missing; write why, and who asked for it, such as `H1 programme, PO-412`",
          "unknown key `reasons`; did you mean `reason`?",
        ],
      },
      {
        name: "it says for nobody in particular",
        change: `for: ${scope}`,
        to: "for: ▸{}",
        says: [`\`for\` is empty; ${forFix}`],
      },
      {
        name: "it does not say for whom",
        change: `id: emea-platinum\n    for: ${scope}`,
        to: "▸id: emea-platinum",
        says: [`\`for\` must hold named entries; ${forFix}`],
      },
      {
        name: "it goes by a fact that is not there",
        change: "partnerTier: [platinum]",
        to: "▸partnerTeir: [platinum]",
        says: ["unknown fact `partnerTeir`; did you mean `partnerTier`?"],
      },
      {
        name: "it goes by a number",
        change: "partnerTier: [platinum]",
        to: "▸openDeals: [9]",
        says: [`\`openDeals\` is not a text or a choice; ${words}`],
      },
      {
        name: "it goes by a fact that a request may leave out",
        change: "partnerTier: [platinum]",
        to: "▸note: [platinum]",
        says: [`\`note\` may be left out of a request, which would then be decided past this; ${words}`],
      },
      {
        name: "a fact has no value",
        change: "[platinum]",
        to: "▸[]",
        says: [`\`partnerTier\` needs a list with at least one value; write a list of: ${tiers}`],
      },
      {
        name: "a fact has a value instead of a list",
        change: "[platinum]",
        to: "▸platinum",
        says: [`\`partnerTier\` needs a list with at least one value; write a list of: ${tiers}`],
      },
      {
        name: "a value is none of the fact's",
        change: "[platinum]",
        to: "[▸platinium]",
        says: [`\`platinium\` is not ${tiers}, which \`partnerTier\` takes; did you mean \`platinum\`?`],
      },
      {
        name: "a value is listed twice",
        change: "[platinum]",
        to: "[platinum, ▸platinum]",
        says: ["`platinum` is listed twice; keep one"],
      },
      {
        name: "a name is a bare number",
        change: '[acme, "9"]',
        to: "[acme, ▸9]",
        says: [
          "`9` is not a value of `partner`; write a text of at most 40 characters, in quotes where it could be read as something else",
        ],
      },
      {
        name: "a name is empty",
        change: '[acme, "9"]',
        to: '[acme, ▸""]',
        says: ["the value is empty; name whom the override is for"],
      },
      {
        name: "it never ends",
        change: dates,
        to: "▸{ from: 2026-01-01 }",
        says: ["`until` is missing; write the day it ends, such as `until: 2026-07-01`; every override ends"],
      },
      {
        name: "it does not say when it starts",
        change: dates,
        to: "▸{ until: 2026-07-01 }",
        says: ["`from` is missing; write the first day it applies, such as `from: 2026-01-01`"],
      },
      ...["2026-02-30", "2026-1-1", "01/02/2026", "2026", "2026-01-01T00:00:00Z", "tomorrow"].map((day) => ({
        name: `a day is written ${day}`,
        change: "from: 2026-01-01",
        to: `from: ▸${day}`,
        says: [`\`from\` does not take \`${day}\`; write the first day it applies, such as \`from: 2026-01-01\``],
      })),
      {
        name: "it ends before it starts",
        change: "until: 2026-07-01",
        to: "until: ▸2025-07-01",
        says: [
          "the override ends on `2025-07-01`, before it applies; `until` is the first day after it, in the policy's time zone",
        ],
      },
      {
        name: "it ends on the day it starts, and so lasts no day",
        change: "until: 2026-07-01",
        to: "until: ▸2026-01-01",
        says: [
          "the override ends on `2026-01-01`, before it applies; `until` is the first day after it, in the policy's time zone",
        ],
      },
      { name: "it sets nothing", change: set, to: "▸{}", says: [`\`set\` is empty; ${setFix}`] },
      {
        name: "it sets a parameter that is not there",
        change: set,
        to: "{ ▸auto_mx: 18% }",
        says: ["unknown parameter `auto_mx`; did you mean `auto_max`?"],
      },
      {
        name: "it sets what is protected",
        change: set,
        to: "{ ceiling: ▸30% }",
        says: ["`ceiling` is protected; remove it: no override may touch it"],
      },
      {
        name: "it sets what says nothing of overrides",
        change: set,
        to: "{ quarter_cap: ▸700000.00 USD }",
        says: ["`quarter_cap` says no `allowed`; remove it, or let the parameter say what may replace it"],
      },
      ...["20.0001%", "4.9999%"].map((value) => ({
        name: `it sets ${value}, just outside what is allowed`,
        change: set,
        to: `{ auto_max: ▸${value} }`,
        says: ["the value is outside what `auto_max` allows; an override may set 5 % to 20 %"],
      })),
      {
        name: "it sets a number outside what is allowed",
        change: set,
        to: "{ max_open: ▸21 }",
        says: ["the value is outside what `max_open` allows; an override may set 5 to 20"],
      },
      {
        name: "it sets a day outside what is allowed",
        change: "cutoff: 2027-01-31, auto_max: 20%",
        to: "cutoff: ▸2027-02-01",
        says: ["the value is outside what `cutoff` allows; an override may set 2026-12-01 to 2027-01-31"],
      },
      ...["18", "0.18", "18 %", "18.00 USD"].map((value) => ({
        name: `it sets a percentage as ${value}`,
        change: set,
        to: `{ auto_max: ▸${value} }`,
        says: [`\`${value}\` is not a percentage; ${percentFix}`],
      })),
      {
        name: "it sets money in another currency",
        also: ["{ money: 600000.00 USD }", "{ money: 600000.00 USD, allowed: 1.00 USD..900000.00 USD }"],
        change: set,
        to: "{ quarter_cap: ▸700000.00 EUR }",
        says: ["`quarter_cap` is in another currency; an override may set 1.00 USD to 900,000.00 USD"],
      },
      {
        name: "it sets a rule",
        change: set,
        to: "{ ▸late: execute }",
        says: ["unknown parameter `late`; use one of `auto_max`, `ceiling`, `quarter_cap`, `max_open`, `cutoff`"],
      },
      {
        name: "its id is a rule's, so that a decision could not tell them apart",
        change: "id: acme-late",
        to: "id: ▸late",
        says: ["override `late` has the id of a rule; give each rule and each override its own name"],
      },
      {
        name: "its id is another override's",
        change: "id: acme-late",
        to: "id: ▸emea-platinum",
        says: ["override `emea-platinum` is declared twice; give each override its own name"],
      },
      {
        name: "its id stands for the parameter as the policy wrote it",
        change: "id: acme-late",
        to: "id: ▸base",
        says: ["`base` is a name the guardrail gives itself; choose another name"],
      },
      {
        name: "it gives no reason",
        change: "reason: H1 programme, PO-412",
        to: 'reason: ▸""',
        says: ["`reason` does not take ``; write why, and who asked for it, such as `H1 programme, PO-412`"],
      },
    ],
    whole,
  );
});

const conflict = (params: string) =>
  `\`emea-platinum\` and \`acme-late\` can both set ${params} for one request, and neither is more specific; keep their days or their values apart, or let one name more facts`;

describe("two overrides are refused when both could set a parameter and neither is more specific:", () => {
  const scope = 'for: { partner: [acme, "9"] }';
  const second = "id: acme-late";
  refuses(
    [
      {
        name: "they name the same facts, and share a value of each",
        also: [scope, "for: { region: [AMER, EMEA], partnerTier: [gold, platinum] }"],
        change: second,
        to: "id: ▸acme-late",
        says: [conflict("`auto_max`")],
      },
      {
        name: "they share a value of the one fact that both name",
        also: [scope, 'for: { region: [EMEA], partner: ["9"] }'],
        change: second,
        to: "id: ▸acme-late",
        says: [conflict("`auto_max`")],
      },
      {
        name: "they name different facts",
        also: [scope, 'for: { partner: ["9"], partnerStanding: [active] }'],
        change: second,
        to: "id: ▸acme-late",
        says: [conflict("`auto_max`")],
      },
      {
        name: "they have one day in common",
        also: [
          `${scope}\n    effective: { from: 2026-06-01`,
          "for: { region: [EMEA], partnerTier: [platinum] }\n    effective: { from: 2026-06-30",
        ],
        change: second,
        to: "id: ▸acme-late",
        says: [conflict("`auto_max`")],
      },
      {
        name: "they set two parameters alike",
        also: [
          `${scope}\n    effective: { from: 2026-06-01, until: 2027-01-01 }\n    set: { cutoff: 2027-01-31, auto_max: 20% }`,
          "for: { region: [EMEA], partnerTier: [platinum] }\n    effective: { from: 2026-06-01, until: 2027-01-01 }\n    set: { max_open: 12, auto_max: 18% }",
        ],
        change: second,
        to: "id: ▸acme-late",
        says: [conflict("`max_open`, `auto_max`")],
      },
    ],
    whole,
  );
});
