import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runCases } from "../../../guardrails/cases.ts";
import { decideCompiled } from "../../../guardrails/decide-compiled.ts";
import { draftFiles, draftPolicy } from "../../../guardrails/import/draft.ts";
import { importRego } from "../../../guardrails/import/rego.ts";
import { loadCases } from "../../../guardrails/load/cases.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";

const at = "2026-03-02T09:00:00.000Z";
const sound = `package discounts

import rego.v1

# what a partner may have
most := 15
tiers := {"silver", "gold"}

default allow := false

allow if {
	input.discount <= most
	input.partner.tier in tiers
	not suspended
}

allow if input.approved_by == "ana"

suspended if "suspended" in input.partner.flags

deny contains msg if {
	input.discount > 25
	msg := sprintf("%v is over (%v)", [input.discount, 25])
}

deny contains "late" if { 400 <= input.days; not input.waived }
`;

function imported(text: string) {
  const result = importRego("discounts.rego", text);
  if (result.kind === "refused")
    throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join("; "));
  return { draft: result.draft, policy: draftPolicy("discounts", result.draft) };
}

const request = {
  discount: 10,
  partnerTier: "gold",
  partnerFlags: [] as readonly string[],
  approvedBy: "nobody",
  days: 10,
  waived: false,
};

describe("Rego", () => {
  test("allow executes, deny blocks, the rest is blocked, and what is written loads as the same policy", async () => {
    const { draft, policy } = imported(sound);
    const files = draftFiles("discounts", draft, "discounts.rego");
    const facts = loadFacts("discounts.facts.yaml", files.facts);
    if (facts.kind === "refused") throw new Error("the facts load");
    expect(loadPolicy("discounts.yaml", files.policy, { discounts: facts.facts })).toMatchObject({ policy });
    const cases = loadCases("discounts.test.yaml", files.cases, policy);
    if (cases.kind === "refused") throw new Error("the cases load");
    expect((await runCases(policy, cases.cases)).map(({ passed }) => passed)).toEqual(cases.cases.map(() => true));
    expect(policy.facts.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "discount number",
      "partnerTier text",
      "partnerFlags set",
      "approvedBy text",
      "days number",
      "waived boolean",
    ]);
  });

  test.for([
    ["within what is allowed", {}, "execute allow-1"],
    ["just over it", { discount: 16 }, "block "],
    ["for whom nothing is said", { partnerTier: "bronze" }, "block "],
    ["a rule of the file's own", { partnerFlags: ["suspended"] }, "block "],
    ["by another rule", { discount: 25, approvedBy: "ana" }, "execute allow-2"],
    ["a deny over an allow", { discount: 26, approvedBy: "ana" }, "block deny-3,allow-2"],
    ["sides the other way round", { days: 400 }, "block deny-4,allow-1"],
    ["not", { days: 400, waived: true }, "execute allow-1"],
  ] as const)("%s", ([, changed, said]) => {
    const { verdict, rules } = decideCompiled(imported(sound).policy, { ...request, ...changed }, at);
    expect(`${verdict} ${rules.join()}`).toBe(said);
  });

  test("a file that only denies allows nothing: what it does not deny is asked", () => {
    const { policy } = imported('package a\n\ndeny[msg] {\n  input.days > 3\n  msg = "late"\n}\n');
    const decided = [3, 4].map((days) => decideCompiled(policy, { days }, at).verdict);
    expect(decided).toEqual(["escalate", "block"]);
  });

  test("nothing denied, said of the rules by name or by their number", () => {
    for (const none of ["not deny", "count(deny) == 0"]) {
      const text = `package a\nallow if ${none}\ndeny contains msg if { input.days > 3; msg := "late" }\n`;
      const decided = [3, 4].map((days) => decideCompiled(imported(text).policy, { days }, at).verdict);
      expect(decided).toEqual(["execute", "block"]);
    }
  });

  test.for([
    [
      "allowed by default",
      "default allow := false",
      "default allow := true",
      9,
      "what no rule covers is never executed",
    ],
    ["an allow of everything", 'allow if input.approved_by == "ana"', "allow := true", 17, "holds of every request"],
    ["iteration", '"suspended" in input.partner.flags', 'input.partner.flags[_] == "suspended"', 19, "named by words"],
    ["a variable", "not suspended", "some x in input.list", 14, "is not in the part"],
    ["a function", "input.discount > 25", 'startswith(input.name, "x")', 22, "is no constant"],
    ["data", "input.discount > 25", "input.discount > data.most", 22, "is no constant"],
    ["a decimal", "input.discount > 25", "input.discount > 25.5", 22, "is no whole number"],
    ["two of the input compared", "input.discount > 25", "input.discount > input.most", 22, "is no constant"],
    ["arithmetic", "input.discount > 25", "input.discount + 1 > 25", 22, "is not in the part"],
    ["with", "not suspended", "not suspended with input as {}", 14, "is not in the part"],
    [
      "else",
      'allow if input.approved_by == "ana"',
      'allow if input.approved_by == "ana" else := false',
      17,
      "is not in the part",
    ],
    [
      "another value",
      'allow if input.approved_by == "ana"',
      'allow := false if input.approved_by == "ana"',
      17,
      "another value than true",
    ],
    ["a name of nothing", "not suspended", "not blocked", 14, "`blocked` is nothing that the file says"],
    ["itself", 'suspended if "suspended" in', "suspended if not suspended # ", 19, "hangs on itself"],
    ["a value of two kinds", "input.discount > 25", 'input.discount == "much"', 22, "used as a number and as a text"],
    [
      "a difference over two lines",
      "400 <= input.days; not",
      "400 <= input.days\n\t-1 <= input.days; not",
      27,
      "taken from what stands above",
    ],
    ["one compared with a set", "input.discount > 25", "input.discount == {25}", 22, "compared with one constant"],
    ["a set asked of one", "in tiers", "in most", 13, "asks of a set"],
    ["an import", "import rego.v1", "import data.partners", 3, "brings what the file does not say"],
  ] as const)("%s is refused by line", ([, from, to, line, said]) => {
    expect(sound).toContain(from);
    const result = importRego("discounts.rego", sound.replace(from, to));
    const problems = result.kind === "refused" ? result.problems : [];
    expect(problems.map((problem) => [problem.line, problem.message])).toContainEqual([
      line,
      expect.stringContaining(said),
    ]);
  });

  test("every line that is not read is named, not the first alone", () => {
    const result = importRego(
      "a.rego",
      "package a\nallow if input.a[0] == 1\n\nallow if time.now() > 3\ndeny if input.b > 1.5\n",
    );
    expect(result).toMatchObject({ kind: "refused", problems: [{ line: 2 }, { line: 4 }, { line: 5 }] });
  });
});

const atom = fc.oneof(
  fc
    .tuple(fc.constantFrom("==", "!=", "<", "<=", ">", ">="), fc.integer({ min: -1, max: 3 }), fc.boolean())
    .map(([sign, value, isTurned]) =>
      isTurned && value >= 0 ? `${value} ${sign} input.amount` : `input.amount ${sign} ${value}`,
    ),
  fc
    .tuple(fc.constantFrom("==", "!="), fc.constantFrom("a", "b"))
    .map(([sign, value]) => `input.tier ${sign} "${value}"`),
  fc.constantFrom('input.tier in {"a", "b"}', 'input.tier in ["c"]', "input.amount in {0, 2}", "input.amount in few"),
  fc.constantFrom("input.urgent", "input.urgent == false", '"x" in input.tags', '"y" in input.tags', "helper"),
);
const line = fc.oneof(
  atom,
  atom.map((inner) => `not ${inner}`),
);
const body = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => `{\n  ${lines.join("\n  ")}\n}`);
const rule = fc.tuple(fc.constantFrom("allow if", "allow if", "deny contains msg if"), body).map(([head, inner]) => {
  return head.startsWith("deny") ? `${head} ${inner.replace("{", '{\n  msg := "no"')}` : `${head} ${inner}`;
});
const asked = fc.record({
  amount: fc.integer({ min: -2, max: 4 }),
  tier: fc.constantFrom("a", "b", "c"),
  urgent: fc.boolean(),
  tags: fc.subarray(["x", "y"]),
});

/** Whether Open Policy Agent is on the path. */
const hasOpa = spawnSync("opa", ["version"]).status === 0;

/** What OPA itself says of each request: whether it is allowed, and whether anything is denied. */
function opaAnswers(text: string, requests: readonly object[]): readonly { allow: boolean; denied: boolean }[] {
  const folder = mkdtempSync(join(tmpdir(), "rego-"));
  try {
    writeFileSync(join(folder, "any.rego"), text);
    writeFileSync(join(folder, "input.json"), JSON.stringify({ requests }));
    const query =
      "[r | some q in input.requests; a := data.any.allow with input as q; d := count(data.any.deny) with input as q; r := [a, d]]";
    const { stdout, stderr } = spawnSync(
      "opa",
      ["eval", "-f", "raw", "-d", join(folder, "any.rego"), "-i", join(folder, "input.json"), query],
      { encoding: "utf8" },
    );
    if (stdout === "") throw new Error(stderr);
    const rows = JSON.parse(stdout) as [boolean, number][];
    return rows.map(([allow, count]) => ({ allow, denied: count > 0 }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.skipIf(!hasOpa)(
  "any file of the subset decides as OPA itself does (skipped where `opa` is not on the path)",
  { timeout: 120_000 },
  () => {
    const seen = { execute: 0, escalate: 0, block: 0 };
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.array(asked, { minLength: 10, maxLength: 20 }),
        (rules, requests) => {
          const head =
            'package any\n\nimport rego.v1\n\nfew := {1, 3}\n\ndefault allow := false\n\nhelper if {\n  input.urgent\n  input.amount > 0\n}\n\nhelper if input.tier == "c"\n\ndeny contains "off" if input.amount > 1000000\n\n';
          const text = head + rules.join("\n\n");
          const { policy } = imported(text);
          const answers = opaAnswers(text, requests);
          expect(answers.length).toBe(requests.length);
          for (const [index, given] of requests.entries()) {
            const facts = Object.fromEntries(
              Object.entries(given).filter(([name]) => policy.facts.some((fact) => fact.name === name)),
            );
            const tags = policy.facts.find(({ name }) => name === "tags");
            const known =
              tags?.kind === "set"
                ? { ...facts, tags: given.tags.filter((word) => tags.values.includes(word)) }
                : facts;
            const { verdict } = decideCompiled(policy, known, at);
            const answer = answers[index];
            expect([given, verdict]).toEqual([given, answer?.allow === true && !answer.denied ? "execute" : "block"]);
            seen[verdict] += 1;
          }
        },
      ),
      { numRuns: 30 },
    );
    expect([seen.execute > 10, seen.block > 10]).toEqual([true, true]);
  },
);
