import { describe, expect, test } from "vitest";
import { placeFor } from "../../domain/zone.ts";
import { roles } from "../../domain/roles.ts";
import { lint } from "../../guardrails/analyse/lint.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import { loadFacts } from "../../guardrails/load/facts.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { loadRoles } from "../../guardrails/load/roles-file.ts";
import { loadShared } from "../../guardrails/load/shared-file.ts";
import { isAnchored, isWhole } from "../../domain/pattern.ts";
import { formatProblem } from "../../guardrails/problem.ts";

const about = (name: string) => ({ name, title: name, adjustable: false });
const facts: readonly FactType[] = [
  { ...about("days"), kind: "number", min: 0, max: 60 },
  { ...about("who"), kind: "text", maxLength: 40 },
  { ...about("state"), kind: "choice", values: ["good", "worn"] },
];

const policyText = (rule: string, { zone = "", route = "ops-engineer", more = "" } = {}) => `policy: loans
default: escalate
${zone}params:
  most: { number: 14, allowed: 0..60 }
${more}rules:
  - { id: lends, effect: execute, when: { fact: days, operator: lessThanInclusive, value: { param: most } }, reason: "{days} days" }
  - ${rule}
routes:
  desk: { who: role:${route}, sla: 4h, onExpiry: deny, notRequester: true }
defaultRoute: desk
`;
const worn = `{ id: worn, effect: block, when: { fact: state, operator: equal, value: worn }, reason: "It is {state}" }`;

const load = (text: string | Uint8Array, known?: readonly string[]) =>
  loadPolicy("loans.yaml", text, { loans: facts }, { roles: known });
const problemsOf = (text: string | Uint8Array, known?: readonly string[]) => {
  const read = load(text, known);
  return read.kind === "refused" ? read.problems.map(formatProblem) : [];
};
const warningsOf = (text: string) => {
  const read = load(text);
  if (read.kind === "refused") throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.warnings.map(formatProblem);
};
const matching = (pattern: string) =>
  `{ id: named, effect: block, when: { fact: who, operator: matches, value: "${pattern}" }, reason: "{who}" }`;

describe("a policy is taken with a warning", () => {
  test("of nothing, where nothing is suspicious", () => expect(warningsOf(policyText(worn))).toEqual([]));

  test.for(["EST", "MST", "HST", "Etc/GMT+5"])("of a zone without a place: %s", (zone) => {
    expect(warningsOf(policyText(worn, { zone: `timezone: ${zone}\n` }))).toEqual([
      `loans.yaml:3:11: \`${zone}\` is the same offset all year round, without daylight saving; name the place whose days count, such as \`${placeFor(zone)}\``,
    ]);
  });

  test.for(["UTC", "Etc/UTC", "Asia/Tokyo", "Europe/Paris"])("but not of %s", (zone) => {
    expect(warningsOf(policyText(worn, { zone: `timezone: ${zone}\n` }))).toEqual([]);
  });

  test("of a shared limit's zone too", () => {
    const read = loadShared(
      "cap.yaml",
      "shared: cap\ntimezone: EST\ncount: true\nper: []\nwindow: ever\ncap: 3\nover: block\n",
    );
    expect(read.kind === "loaded" && read.warnings.map(formatProblem)).toEqual([
      expect.stringMatching(/^cap\.yaml:2:11/),
    ]);
  });

  test.for(["ACME", "(?i)acme", "^a|b", "(^a)", "a.*b"])("of a pattern that stands at no end: %s", (pattern) => {
    expect(warningsOf(policyText(matching(pattern)))).toEqual([
      expect.stringContaining(`\`${pattern}\` is found anywhere in a text; begin it with \`^\` or end it with \`$\``),
    ]);
  });

  test.for(["^ACME", "ACME$", "(?i)^a|b$", ".*acme", "acme.*", "^(a|b)"])("but not of %s", (pattern) => {
    expect(warningsOf(policyText(matching(pattern)))).toEqual([]);
  });

  test("of letters of two scripts in one word of a value or a reason", () => {
    const barred = `{ id: barred, effect: block, when: { fact: who, operator: equal, value: аcme }, reason: "{who} is Βarred" }`;
    expect(warningsOf(policyText(barred))).toEqual([
      expect.stringContaining(
        "`аcme` mixes Latin and Cyrillic letters in a word, which look alike; write it in one alphabet",
      ),
      expect.stringContaining("mixes Latin and Greek letters in a word"),
    ]);
  });
});

test.for<readonly [string, boolean, boolean]>([
  ["^a$", true, true],
  ["^a|b$", false, true],
  ["^(a|b)$", true, true],
  ["^[|]$", true, true],
  ["^a\\$", false, true],
  ["a\\\\$", false, true],
  ["\\Aa\\z", true, true],
  ["^a$|b", false, false],
  ["\\^a", false, false],
  ["a\\.*", false, false],
])("%s is whole: %s, anchored: %s", ([pattern, whole, anchored]) => {
  expect([isWhole(pattern), isAnchored(pattern)]).toEqual([whole, anchored]);
});

test("choices that look alike are warned of where they are declared", () => {
  const read = loadFacts(
    "loans.facts.yaml",
    "facts:\n  state: { title: State, choice: [acme, Acme, сосо, coco, gооd] }\n  days: { title: Days, number: 0..9 }\n",
  );
  expect(read.kind === "loaded" && read.warnings.map(({ line, message }) => `${line}: ${message}`)).toEqual([
    "2: `Acme` looks like `acme`",
    "2: `coco` looks like `сосо`",
    "2: `gооd` mixes Latin and Cyrillic letters in a word, which look alike",
  ]);
});

describe("a file is refused where it is not what it seems", () => {
  test.for<readonly [string, readonly number[], string]>([
    ["Latin-1", [0x23, 0x20, 0xfc, 0x0a], "byte 3 of it is 0xFC"],
    ["cut off", [0x23, 0xe2, 0x82], "byte 2 of it is 0xE2"],
    ["overlong", [0x23, 0xc0, 0xaf], "byte 2 of it is 0xC0"],
    ["a surrogate", [0x23, 0xed, 0xa0, 0x80], "byte 2 of it is 0xED"],
    ["UTF-16", [0xff, 0xfe, 0x70, 0x00], "byte 1 of it is 0xFF"],
  ])("a byte is not UTF-8: %s", ([, bytes, says]) => {
    expect(problemsOf(Uint8Array.from(bytes))).toEqual([
      expect.stringMatching(new RegExp(`^loans\\.yaml:1:\\d: the file is not UTF-8: ${says}; save it as UTF-8$`)),
    ]);
  });

  test("the place is that of the byte", () => {
    const bytes = Buffer.from(policyText(worn).replace("It is", "Ér ist"), "latin1");
    const [line, column] = [7, policyText(worn).split("\n")[6]!.indexOf("It is") + 1];
    expect(problemsOf(bytes)[0]).toMatch(new RegExp(`^loans\\.yaml:${line}:${column}: the file is not UTF-8: byte `));
  });

  test("letters of every length are read, and a mark of the byte order is passed over", () => {
    const text = policyText(worn).replace("It is", "é € 🏷️ می‌خواهم 👩‍🔧");
    expect(load(Buffer.from(text))).toEqual(load(text));
    expect(load(Buffer.from(`\ufeff${text}`)).kind).toBe("loaded");
  });

  test.for<readonly [string, string]>([
    ["\u202e", "U+202E turns the direction of the text, which then reads otherwise than it is"],
    ["\u2066", "U+2066 turns the direction of the text, which then reads otherwise than it is"],
    ["\u200b", "U+200B cannot be seen"],
    ["\u00ad", "U+00AD cannot be seen"],
    ["\ufeff", "U+FEFF cannot be seen"],
    ["\u200d", "U+200D cannot be seen"],
  ])("a letter cannot be seen", ([letter, says]) => {
    const fix = "remove it, or write it as an escape in double quotes";
    expect(problemsOf(policyText(worn).replace("It is", `It ${letter}is`))).toEqual([
      expect.stringMatching(new RegExp(`^loans\\.yaml:7:\\d+: ${says.replace("+", "\\+")}; ${fix}$`)),
    ]);
    expect(problemsOf(`# ${letter}\n${policyText(worn)}`)).toHaveLength(1);
  });

  test("and is taken where it is written so that it can be seen", () => {
    expect(problemsOf(policyText(worn).replace("It is", "It \\u200bis"))).toEqual([]);
  });
});

describe("a role", () => {
  test("that nobody has is refused at every level, with the one that was meant", () => {
    const text = policyText(worn, { route: "ops-enginer" }).replace(
      "sla: 4h",
      "sla: 4h, then: { who: role:lab, sla: 1h }",
    );
    expect(problemsOf(text, roles)).toEqual([
      "loans.yaml:9:16: nobody has the role `ops-enginer`; did you mean `ops-engineer`? (else declare it in `shared/roles.yaml`)",
      expect.stringMatching(/^loans\.yaml:9:\d+: nobody has the role `lab`; use one of `seller`, .*, or declare it in/),
    ]);
    expect(problemsOf(text)).toEqual([]);
  });

  test("of a company's own is declared once", () => {
    const read = loadRoles("roles.yaml", "roles:\n  lab: Answers for the laboratory\n");
    expect(read).toEqual({ roles: [...roles, "lab"], problems: [] });
    expect(problemsOf(policyText(worn, { route: "lab" }), read.roles)).toEqual([]);
  });

  test.for<readonly [string, string]>([
    ["roles:\n  Lab: a\n", "roles.yaml:2:3: `Lab` is not a role's name"],
    ["roles:\n  seller: a\n", "roles.yaml:2:3: `seller` is a role of the programme already"],
    ["roles:\n  lab:\n", "roles.yaml:2:3: `lab` does not say who that is"],
    ["roles: [lab]\n", "roles.yaml:1:8: `roles` must hold named entries"],
    ["roles: { lab: a }\nrole: b\n", "roles.yaml:2:1: unknown key `role`"],
  ])("is refused: %j", ([text, says]) => {
    expect(loadRoles("roles.yaml", text).problems.map(formatProblem)).toEqual([expect.stringContaining(says)]);
  });
});

describe("lint warns of a comparison", () => {
  const found = (when: string, more = "") => {
    const read = load(policyText(`{ id: odd, effect: block, when: ${when}, reason: odd }`, { more }));
    if (read.kind === "refused") throw new Error(read.problems.map(formatProblem).join("\n"));
    const findings = lint(read.policy, { today: "2026-05-14" });
    return findings
      .filter(({ kind, about: [id] }) => /^(always|never)-true$/.test(kind) && id === "odd")
      .map(({ message }) => message);
  };
  const days = (operator: string, value: string) => `{ fact: days, operator: ${operator}, value: ${value} }`;

  test.for<readonly [string, string]>([
    [days("greaterThanInclusive", "0"), "in `odd`, `days is at least 0` holds for every value that it can have"],
    [days("lessThan", "0"), "in `odd`, `days is under 0` holds for no value that it can have"],
    [`{ not: ${days("greaterThan", "60")} }`, "in `odd`, `days is over 60` holds for no value that it can have"],
    [
      "{ fact: state, operator: in, value: [good, worn] }",
      "in `odd`, `state is one of good, worn` holds for every value that it can have",
    ],
    [
      "{ fact: state, operator: notIn, value: [worn, good] }",
      "in `odd`, `state is none of worn, good` holds for no value that it can have",
    ],
  ])("%s", ([when, says]) => expect(found(when)).toEqual([says]));

  test.for([days("greaterThan", "0"), days("in", "[0, 60]"), "{ fact: state, operator: equal, value: good }"])(
    "but not of %s",
    (when) => expect(found(when)).toEqual([]),
  );

  test("but not where an override makes a difference", () => {
    const when = days("lessThanInclusive", "{ param: most }");
    const set = (value: number) =>
      `overrides:\n  - { id: o, for: { state: [good] }, effective: { from: 2026-01-01, until: 2027-01-01 }, set: { most: ${value} }, reason: r }\n`;
    expect(found(when, set(60))).toEqual([]);
    expect(found(days("lessThanInclusive", "60"), set(60))).toHaveLength(1);
  });
});
