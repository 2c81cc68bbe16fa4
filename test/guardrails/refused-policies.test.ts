import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { formatProblem } from "../../guardrails/problem.ts";
import { catalogue, refuses, sound, whole } from "./traps.ts";

const load = (text: string) => loadPolicy("quoting.yaml", text, catalogue);

const moneyFix = "write an amount with its currency and the decimals of that, such as `500000.00 USD`";
const units = "`percent`, `money`, `number`, `date`, `date-time`, `duration`";
const shapeFix =
  "write `{ percent: 15% }`, `{ money: 500000.00 USD }`, `{ number: 9 }`, `{ date: 2026-12-31 }` or `{ duration: 24h }`, with `allowed` and `protected` where they apply";
const sectionsFix =
  "write `policy`, `default`, `timezone`, `mode`, `subject`, `demote`, `rates`, `params`, `derive`, `tables`, `conditions`, `overrides`, `rules`, `limits`, `routes`, `defaultRoute`, `invariants`, `brand`";

test("the policy that the cases break is itself sound", () => {
  expect(load(sound)).toMatchObject({ kind: "loaded" });
});

describe("a file is refused when", () => {
  refuses([
    {
      name: "a section is misspelt",
      change: "params:",
      to: "▸parms:",
      says: [
        "unknown key `parms`; did you mean `params`?",
        "unknown parameter `auto_max`; none is declared",
        "unknown parameter `tier_up`; none is declared",
      ],
    },
    {
      name: "nothing is decided by a policy of that id",
      change: "policy: quoting",
      to: "policy: ▸qouting",
      says: ["nothing is decided by a policy `qouting`; did you mean `quoting`?"],
    },
    {
      name: "it holds another file's policy",
      change: "policy: quoting",
      to: "policy: ▸write-back",
      says: expect.arrayContaining(["policy `write-back` is kept in another file; name the file `write-back.yaml`"]),
    },
    {
      name: "the default would execute",
      change: "default: escalate",
      to: "default: ▸execute",
      says: ["`default` does not take `execute`; write `escalate` or `block`: what no rule covers is never executed"],
    },
    {
      name: "a key stands twice",
      change: "default: escalate\n",
      to: "default: escalate\n▸default: block\n",
      says: ["not readable as YAML: map keys must be unique; keep one of the two"],
    },
    {
      name: "an alias hides what a line says",
      change: "who: role:manager, sla: 4h, then: { who: role:director, sla: 1d }",
      to: "who: role:manager, sla: &long ▸4h, then: { who: role:director, sla: *long }",
      says: [
        "anchor `&long` is not part of the language; remove it",
        "alias `*long` is not part of the language; write the value out",
      ],
    },
    {
      name: "a tag changes what a line says",
      change: "value: 3",
      to: "value: !!int ▸3",
      says: ["tag `tag:yaml.org,2002:int` is not part of the language; remove it"],
    },
    {
      name: "a key is no word",
      change: "defaultRoute: manager",
      to: "▸[defaultRoute]: manager",
      says: ["a key must be a word; write a name that starts with a letter"],
    },
    {
      name: "a bracket is left open",
      change: "value: 3 }",
      to: "value: 3\n    ▸r: 1",
      says: expect.arrayContaining([expect.stringContaining("not readable as YAML: ")]),
    },
  ]);

  test.for([
    ["empty", "", `quoting.yaml:1:1: expected named entries; ${sectionsFix}`],
    ["a list", "- 1", `quoting.yaml:1:1: expected named entries; ${sectionsFix}`],
    ["two documents", `${sound}---\n${sound}`, expect.stringContaining("keep one document per file")],
    [
      "nested without end",
      `policy: ${"[".repeat(5000)}`,
      "quoting.yaml:1:41: brackets are nested deeper than 32; split the file or the line",
    ],
    [
      "nested without end in blocks",
      `rules:\n  ${"- ".repeat(5000)}`,
      "quoting.yaml:2:401: the line is over 400 characters; split the file or the line",
    ],
    [
      "endless",
      "# \n".repeat(1_500_000),
      "quoting.yaml:1:1: the file is over 4194304 characters; split the file or the line",
    ],
  ] as const)("it is %s", ([, text, first]) => {
    const loaded = load(text);
    expect(loaded.kind === "refused" ? formatProblem(loaded.problems[0]!) : loaded).toEqual(first);
  });
});

describe("a parameter is refused when", () => {
  refuses([
    {
      name: "it says no unit",
      change: "auto_max: { percent: 15%, allowed: 5%..20% }",
      to: "auto_max: ▸15%",
      says: [`\`auto_max\` must say its unit; ${shapeFix}`],
    },
    ...["15", "0.15", '"0.15"', "15.00001%", "15 %", "25.0 USD"].map((text) => ({
      name: `its percentage is written ${text}`,
      change: "percent: 15%",
      to: `percent: ▸${text}`,
      says: [
        expect.stringMatching(/ is not a percentage; write a percentage with at most four decimals, such as `15%`$/),
      ],
    })),
    ...["500000", "500000.00", "-1.00 USD", "1e5 USD"].map((text) => ({
      name: `its money is written ${text}`,
      change: "money: 500000.00 USD",
      to: `money: ▸"${text}"`,
      says: [`\`${text}\` is not money; ${moneyFix}`],
    })),
    ...(
      [
        ["500,000.00 USD", "`500000.00 USD`"],
        ["500 000.00 USD", "`500000.00 USD`"],
        ["1'500,000.50 EUR", "`1500000.50 EUR`"],
        ["500,000 USD", "`500000.00 USD`"],
      ] as const
    ).map(([text, plain]) => ({
      name: `its money is written ${text}`,
      change: "money: 500000.00 USD",
      to: `money: ▸"${text}"`,
      says: [`\`${text}\` has thousands separators, which are not taken; write ${plain}`],
    })),
    ...(
      [
        ["usd", "is no currency of ISO 4217; did you mean `USD`?"],
        ["ERU", "is no currency of ISO 4217; write the code of a currency, such as `USD`"],
        ["XAU", "has no minor unit in ISO 4217: no amount of it is exact; write the code of a currency, such as `USD`"],
      ] as const
    ).map(([code, says]) => ({
      name: `its money is in ${code}`,
      change: "money: 500000.00 USD",
      to: `money: ▸500000.00 ${code}`,
      says: [`\`${code}\` ${says}`],
    })),
    {
      name: "it has two units",
      change: "{ percent: 15%, allowed: 5%..20% }",
      to: "▸{ percent: 15%, money: 5.00 USD }",
      says: [`\`auto_max\` needs one of ${units}; ${shapeFix}`],
    },
    {
      name: "it is outside the bounds it allows",
      change: "allowed: 5%..20%",
      to: "allowed: ▸16%..20%",
      says: ["the parameter's own value is outside `16%..20%`; widen `allowed` or change the value"],
    },
    {
      name: "its bounds are in another unit",
      change: "allowed: 5%..20%",
      to: "allowed: ▸5..20",
      says: ["`5..20` is not a range in the parameter's unit; write both ends, such as `5%..20%`"],
    },
    {
      name: "it takes a key the language does not have",
      change: "protected: true",
      to: "▸protect: true",
      says: ["unknown key `protect`; did you mean `protected`?"],
    },
    {
      name: "a text stands for a switch",
      change: "protected: true",
      to: "protected: ▸yes",
      says: ["`protected` does not take `yes`; write `protected: true`, or leave it out"],
    },
    {
      name: "nothing uses it",
      change: "  tier_up:",
      to: "  ▸spare: { percent: 1% }\n  tier_up:",
      says: ["nothing uses `spare`; use it in a rule, a limit or an invariant, or remove it"],
    },
    {
      name: "it has a fact's name",
      also: ["{ param: tier_up }", "{ param: seats }"],
      change: "  tier_up:",
      to: "  ▸seats:",
      says: ["`seats` is also a fact; choose another name"],
    },
    {
      name: "its name has a dot",
      also: ["{ param: tier_up }", "{ param: tier.up }"],
      change: "  tier_up:",
      to: "  ▸tier.up:",
      says: ["`tier.up` is not a parameter name; use lower case letters, digits and `_`"],
    },
  ]);
});

describe("a rule is refused when", () => {
  refuses([
    {
      name: "its effect is another product's word",
      change: "effect: execute",
      to: "effect: ▸allow",
      says: ["`effect` does not take `allow`; write `execute`, `escalate` or `block`"],
    },
    {
      name: "a key is misspelt",
      change: "route: manager",
      to: "▸rout: manager",
      says: ["unknown key `rout`; did you mean `route`?"],
    },
    {
      name: "its id is another rule's",
      change: "id: touchy",
      to: "id: ▸small",
      says: ["rule `small` is declared twice; give each rule its own name"],
    },
    {
      name: "its id is kept for the guardrail",
      change: "id: touchy",
      to: "id: ▸compliance-review",
      says: ["`compliance-review` is a name the guardrail gives itself; choose another name"],
    },
    {
      name: "it gives no reason",
      change:
        'id: touchy\n    effect: escalate\n    when: { fact: protectedTerms, operator: in, value: [liability, data] }\n    reason: "Touches {protectedTerms}"',
      to: "▸id: touchy\n    effect: escalate\n    when: { fact: protectedTerms, operator: in, value: [liability, data] }",
      says: ['`reason` is missing; write a sentence such as "Discount {effectiveDiscount} is over {auto_max}"'],
    },
    {
      name: "its reason is empty",
      change: '"Touches {protectedTerms}"',
      to: '▸""',
      says: ['`reason` does not take ``; write a sentence such as "Discount {effectiveDiscount} is over {auto_max}"'],
    },
    {
      name: "its reason cites what the rule does not read",
      change: '"Touches {protectedTerms}"',
      to: '▸"Touches {protectedTerm} at {listPrice}"',
      says: [
        "the reason cites `protectedTerm`, which the rule does not read; did you mean `protectedTerms`?",
        "the reason cites `listPrice`, which the rule does not read; use one of `protectedTerms`",
      ],
    },
    {
      name: "a brace in its reason stands alone",
      change: '"Touches {protectedTerms}"',
      to: '▸"Touches {protectedTerms"',
      says: ["a brace stands alone; write `{name}` with a fact or a parameter, or leave braces out"],
    },
    {
      name: "its reason poses as a fault",
      change: '"Touches {protectedTerms}"',
      to: '▸"runtime_error: none"',
      says: ["`runtime_error` is kept for faults; say what the rule found"],
    },
    {
      name: "its route is misspelt",
      change: "route: manager",
      to: "route: ▸manger",
      says: ["unknown route `manger`; did you mean `manager`?"],
    },
    {
      name: "it has a route and asks nobody",
      also: ["effect: escalate\n    when", "effect: block\n    when"],
      change: "route: manager",
      to: "▸route: manager",
      says: ["a rule that says `block` asks nobody; remove the route"],
    },
  ]);
});

describe("a route is refused when", () => {
  refuses([
    ...["4", "4 h", "0h", "1.5h", "4H", "366d", "1w"].map((text) => ({
      name: `its wait is written ${text}`,
      change: "sla: 4h",
      to: `sla: ▸${text}`,
      says: [expect.stringMatching(/^`sla` does not take .+; write how long silence is waited for, as `30s`, `15m`/)],
    })),
    {
      name: "silence would approve",
      change: "onExpiry: deny",
      to: "onExpiry: ▸allow",
      says: ["`onExpiry` does not take `allow`; write `onExpiry: deny`; silence never approves"],
    },
    {
      name: "the requester could answer",
      change: "notRequester: true",
      to: "notRequester: ▸false",
      says: ["`notRequester` does not take `false`; write `notRequester: true`; nobody approves their own request"],
    },
    {
      name: "its clock is neither the calendar's nor one that always runs",
      change: "notRequester: true }",
      to: "notRequester: true, clock: ▸never }",
      says: [
        "`clock` does not take `never`; write `clock: always` for deadlines that run day and night, or leave it out for the company's calendar",
      ],
    },
    {
      name: "its clock always runs, and in a region",
      change: "notRequester: true }",
      to: "notRequester: true, clock: always, ▸region: dach }",
      says: ["a clock that always runs asks for no region; remove one of the two"],
    },
    {
      name: "it does not say what silence does",
      change:
        "{ who: role:manager, sla: 4h, then: { who: role:director, sla: 1d }, onExpiry: deny, notRequester: true }",
      to: "▸{ who: role:manager, sla: 4h }",
      says: [
        "`onExpiry` is missing; write `onExpiry: deny`; silence never approves",
        "`notRequester` is missing; write `notRequester: true`; nobody approves their own request",
      ],
    },
    {
      name: "nobody in particular answers",
      change: "who: role:director",
      to: "who: ▸somebody",
      says: ["`who` does not take `somebody`; write who answers, such as `who: role:partner-manager`"],
    },
    {
      name: "there is none by the default's name",
      change: "defaultRoute: manager",
      to: "defaultRoute: ▸desk",
      says: ["unknown route `desk`; use one of `manager`"],
    },
    {
      name: "the default has no name",
      change: "defaultRoute: manager",
      to: 'defaultRoute: ▸""',
      says: ["`defaultRoute` does not take ``; write the route of every escalation that names none"],
    },
  ]);
});

test("all problems of a file are reported, in the order of the file", () => {
  const broken = sound
    .replace("percent: 15%", "percent: 15")
    .replace("fact: listPrice", "fact: listPrize")
    .replace("effect: escalate", "effect: ask")
    .replace("sla: 4h", "sla: soon");
  const loaded = load(broken);
  expect(loaded.kind === "refused" ? loaded.problems.map(({ line, column }) => `${line}:${column}`) : []).toEqual([
    "4:24",
    "12:19",
    "17:13",
    "22:38",
  ]);
});

test.for([sound, whole])(
  "a damaged file is loaded or refused with a place for each problem, and nothing is thrown",
  (text) => {
    const slice = fc.tuple(fc.nat({ max: text.length - 1 }), fc.nat({ max: 40 }));
    const patch = fc.oneof(
      fc.constantFrom("", "{", "]", ": ", "- ", "'", "null", "~", "15", "[]", "\n", "all", "&a ", "? ", "2026-01-01"),
      fc.string(),
    );
    fc.assert(
      fc.property(slice, patch, ([start, length], put) => {
        const loaded = load(text.slice(0, start) + put + text.slice(start + length));
        const problems = loaded.kind === "refused" ? loaded.problems : [];
        expect(problems.length > 0).toBe(loaded.kind === "refused");
        expect(problems.every(({ line, column }) => line >= 1 && column >= 1)).toBe(true);
      }),
      { numRuns: 500 },
    );
  },
);

test("a line that is left out of a policy makes it another policy or a refused one, and nothing is thrown", () => {
  const lines = whole.split("\n");
  const said = lines.map((_, at) => load(lines.toSpliced(at, 1).join("\n")));
  expect(said.slice(0, -1).filter((loaded) => loaded.kind === "loaded").length).toBeGreaterThan(5);
  // Two lines say nothing: the empty last one, and `state: active`, which a rule is without saying so.
  const policies = said.flatMap((loaded) => (loaded.kind === "loaded" ? [JSON.stringify(loaded.policy)] : []));
  expect(
    policies.filter((policy) => policy === JSON.stringify((load(whole) as { policy: unknown }).policy)),
  ).toHaveLength(2);
});

test("line ends make no difference", () => {
  expect(load(sound.replaceAll("\n", "\r\n"))).toEqual(load(sound));
});
