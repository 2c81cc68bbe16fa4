import { describe, expect, test } from "vitest";
import { quoteFacts } from "../../functions/quoting/fixture.ts";
import type { JsonObject } from "../../domain/json.ts";
import { diffPolicies } from "../../guardrails/analyse/diff.ts";
import { prove } from "../../guardrails/analyse/prove.ts";
import { evaluate } from "../../guardrails/evaluate.ts";
import { governedCatalogue } from "../../guardrails/fact-types.ts";
import { loadList } from "../../guardrails/load/list-file.ts";
import { loadPolicy } from "../../guardrails/load/policy.ts";
import { changingList, listedIn, nameIn } from "../../guardrails/name-list.ts";
import { policyFromDocument } from "../../guardrails/policy-document.ts";
import { policyDocument } from "../../guardrails/policy.ts";
import { formatProblem } from "../../guardrails/problem.ts";
import { ruleText } from "../../guardrails/sentences.ts";
import { policyText } from "../../guardrails/written-policy.ts";
import { verdictLoosenings } from "../../releases/verdict-loosening.ts";
import { lookUp, noLists } from "../../deciding/lists.ts";
import { holding, listedPolicy, listedText, lists, listTexts } from "../fixtures/name-lists.ts";
import { shippedBrand, shippedShared } from "../fixtures/policy.ts";
import { refuses } from "./traps.ts";

const policy = listedPolicy();
const [approvedFact, barredFact] = ["partner in approved", "partner in barred"];
const load = (file: string, text: string) =>
  loadPolicy(file, text, governedCatalogue(), { shared: shippedShared, brand: shippedBrand, lists });

async function decided(facts: JsonObject, held: Parameters<typeof holding>[0] | null) {
  const found = lookUp(
    policy,
    { facts: quoteFacts(facts), at: "2026-03-20T12:00:00.000Z" },
    held === null ? noLists : holding(held),
  );
  const decision = await evaluate(policy, found.facts);
  return { kind: decision.kind, rules: decision.rules.map(({ id, reason }) => [id, reason]), unknown: found.unknown };
}

describe("a policy that names a list", () => {
  test("reads whether a fact is on it, and says so", () => {
    expect(listedIn(policy).map(({ name, id, of }) => [name, id, of])).toEqual([
      [barredFact, "barred", "partner"],
      [approvedFact, "approved", "partner"],
    ]);
    expect(policy.rules.slice(0, 2).map((rule) => ruleText(policy, rule))).toEqual([
      "block when partner is in the list barred",
      "escalate to partner-manager when partner is not in the list approved",
    ]);
  });

  test("comes back from its version, and from its file", () => {
    expect(policyFromDocument(JSON.stringify(policyDocument(policy)))).toEqual(policy);
    const written = policyText(policy);
    expect(written).toContain("value: { list: barred }");
    const read = load("quoting.yaml", written);
    expect(read.kind === "loaded" && read.policy.rules).toEqual(policy.rules);
    expect(read.kind === "loaded" && read.policy.facts).toEqual(policy.facts);
  });

  test("does not hold what is on it: its version is one, whatever that is", () => {
    expect(JSON.stringify(policyDocument(policy))).not.toContain("partner-7");
  });
});

describe("is decided, by both evaluators", () => {
  const held = { approved: ["partner-7"], barred: ["partner-9"] };
  test.for<[string, JsonObject, Parameters<typeof holding>[0] | null, string, string[]]>([
    ["on the one and not on the other", {}, held, "execute", []],
    ["on neither", { partner: "partner-8" }, held, "escalate", ["unapproved-partner"]],
    ["on the list that blocks", { partner: "partner-9" }, held, "block", ["barred-partner", "unapproved-partner"]],
    ["in another spelling", { partner: " partner-7\u200b" }, held, "execute", []],
    ["while one list has no version", {}, { approved: ["partner-7"] }, "escalate", []],
    ["while none has", {}, null, "escalate", []],
    [
      "by a request that says itself what is on a list",
      { partner: "partner-8", [approvedFact ?? ""]: true },
      held,
      "escalate",
      ["unapproved-partner"],
    ],
  ])("%s", async ([, facts, lists_, kind, rules]) => {
    const found = await decided(facts, lists_);
    const listRules = found.rules.map(([id]) => id).filter((id) => id?.endsWith("-partner"));
    expect([found.kind, listRules]).toEqual([kind, rules]);
  });

  test("with a reason that cites who was looked up, or why nobody could", async () => {
    const found = await decided({ partner: "partner-9" }, held);
    expect(found.rules).toContainEqual(["barred-partner", "partner-9 is not quoted for"]);
    expect((await decided({}, null)).unknown).toEqual({
      [approvedFact ?? ""]: "no version of the list `approved` is in force",
      [barredFact ?? ""]: "no version of the list `barred` is in force",
    });
  });
});

describe("what is said of all requests is said of whatever the lists come to hold", () => {
  const claims = listedText.replace(
    "\ninvariants:\n",
    `
invariants:
  - { id: barred-never, never: execute, when: { fact: partner, operator: in, value: { list: barred } } }
  - { id: approved-always, never: escalate, when: { fact: partner, operator: in, value: { list: approved } } }
`,
  );

  test("an invariant is proved, or broken by somebody who may be on the list", () => {
    const [barred, approved] = prove(listedPolicy(claims));
    expect(barred).toMatchObject({ invariant: "barred-never", kind: "proved" });
    expect(approved).toMatchObject({ kind: "counterexample", facts: { [approvedFact ?? ""]: true } });
  });

  test("a rule that goes by another list is a difference", () => {
    const other = listedPolicy(listedText.replace("value: { list: barred }", "value: { list: approved }"));
    expect(diffPolicies(policy, other).equal).toBe(false);
    expect(diffPolicies(policy, listedPolicy()).equal).toBe(true);
  });
});

test.for([
  ["barred", { adds: true, removes: false }, false],
  ["barred", { adds: false, removes: true }, true],
  ["barred", { adds: true, removes: true }, true],
  ["approved", { adds: true, removes: false }, true],
  ["approved", { adds: false, removes: true }, false],
  ["other", { adds: true, removes: true }, false],
] as const)("names that come to `%s` or leave it, %j, may loosen: %s", ([list, change, isLooser]) => {
  expect(verdictLoosenings(...changingList(policy, list, change)).length > 0).toBe(isLooser);
});

test.for([
  ["  p-1 ", ["trim", "nfkc"], "p-1"],
  ["https://www.Acme.example/x", ["idna"], "acme.example"],
  ["localhost", ["idna"], undefined],
  ["", ["trim"], undefined],
  ["x".repeat(254), ["trim"], undefined],
] as const)("a name %j by %j is %s", ([text, normal, name]) => {
  expect(nameIn({ of: "text", normal }, text)).toBe(name);
});

describe("a list is refused where", () => {
  const text = listedText.replace("value: { list: barred }", "value: { list: ▸barred }").replace("▸", "");
  refuses(
    [
      {
        name: "its name is misspelt",
        change: "list: barred",
        to: "list: ▸bared",
        says: ["there is no sound list `bared`; did you mean `barred`?"],
      },
      {
        name: "there is none like it",
        change: "list: barred",
        to: "list: ▸somebody",
        says: ["there is no sound list `somebody`; write or mend `shared/somebody.list.yaml`"],
      },
      {
        name: "an operator takes none",
        change: "operator: in, value: { list: barred }",
        to: "operator: ▸equal, value: { list: barred }",
        says: ["`equal` takes no list; use `in` or `notIn`"],
      },
      {
        name: "what is looked up is no text",
        change: "{ fact: partner, operator: in, value: { list: barred } }",
        also: ['reason: "{partner} is not quoted for"', 'reason: "not quoted for"'],
        to: "{ fact: partnerStanding, operator: in, value: { list: ▸barred } }",
        says: ["`partnerStanding` is no text that a request brings; look up a fact such as `partner`"],
      },
    ],
    text,
    { file: "quoting.yaml", load },
  );

  const declared = { file: "policies/shared/barred.list.yaml", load: loadList };
  refuses(
    [
      {
        name: "its kind is none",
        change: "of: partner",
        to: "of: ▸partners",
        says: [
          "`of` does not take `partners`; write one of `partner`, `person`, `domain`, `text`, `rate`: what its names are",
        ],
      },
      {
        name: "its spelling is said twice",
        change: "of: partner",
        to: "of: partner\n▸normal: [case]",
        says: ["how a partner is spelled is known; remove it, or write `of: text`"],
      },
      {
        name: "its spelling is not said",
        change: "list: barred",
        also: ["of: partner", "of: text"],
        to: "▸list: barred",
        says: ["`normal` is missing; say how its texts are spelled, such as `normal: [trim, case, nfkc]`"],
      },
      {
        name: "it holds names",
        change: "of: partner\n",
        to: "of: partner\n▸names: [p-1]\n",
        says: ["unknown key `names`; remove it (known: `list`, `about`, `of`, `normal`)"],
      },
      {
        name: "it is kept under another name",
        change: "list: barred",
        to: "list: ▸stopped",
        says: ["list `stopped` is kept in another file; name the file `stopped.list.yaml`"],
      },
    ],
    listTexts.barred,
    declared,
  );
});

test("a document whose looked-up fact is another one's is refused", () => {
  const document = JSON.stringify(policyDocument(policy));
  const forged = document.replace('"listed":{"fact":"partner","id":"barred"', '"listed":{"fact":"deal","id":"barred"');
  expect(() => policyFromDocument(forged)).toThrow("looks up no text");
  expect(load("quoting.yaml", listedText.replace("list: barred", "list: bared")).kind === "refused").toBe(true);
  expect(formatProblem({ file: "f", line: 1, column: 1, message: "m", fix: "x" })).toContain("f:1:1");
});
