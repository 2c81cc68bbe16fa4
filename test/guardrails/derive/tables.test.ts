import { expect, test } from "vitest";
import { diffPolicies } from "../../../guardrails/analyse/diff.ts";
import { lint } from "../../../guardrails/analyse/lint.ts";
import { prove } from "../../../guardrails/analyse/prove.ts";
import { canonicalJson } from "../../../audit/canonical-json.ts";
import { judge } from "../../../guardrails/evaluate.ts";
import { policyDocument } from "../../../guardrails/policy.ts";
import { policyFromDocument } from "../../../guardrails/policy-document.ts";
import { derivedTexts } from "../../../guardrails/derived-sentences.ts";
import { loaded, policyWith, trip } from "./written.ts";

const allowance = `tables:
  allowance:
    title: bags that travel free
    by: [membership, cabin]
    rows:
      - [none, economy, 1]
      - [none, business, 2]
      - [silver, "*", 2]
      - [gold, economy, 3]
      - [gold, business, 4]
`;
const byTable = `${allowance}rules:
  - id: free
    effect: execute
    when: { fact: bags, operator: lessThanInclusive, value: { fact: allowance } }
    reason: "{bags} of {allowance} bags"
  - id: paid
    effect: escalate
    when: { fact: bags, operator: greaterThan, value: { fact: allowance } }
    reason: "{bags} bags are over {allowance}"
`;

const rows = [
  ["none", "economy", 1],
  ["none", "business", 2],
  ["silver", "economy", 2],
  ["silver", "business", 2],
  ["gold", "economy", 3],
  ["gold", "business", 4],
] as const;

/** The same without a table: two rules for each combination. */
const unrolled = (ladder: readonly (readonly [string, string, number])[] = rows) =>
  `rules:\n${ladder
    .flatMap(([membership, cabin, most]) =>
      [
        ["free", "execute", "lessThanInclusive"],
        ["paid", "escalate", "greaterThan"],
      ].map(
        ([id, effect, operator]) => `  - id: ${id}-${membership}-${cabin}
    effect: ${effect}
    when:
      all:
        - { fact: membership, operator: equal, value: ${membership} }
        - { fact: cabin, operator: equal, value: ${cabin} }
        - { fact: bags, operator: ${operator}, value: ${most} }
    reason: "{bags} bags"
`,
      ),
    )
    .join("")}`;

test("a table of five lines is proved equal to the twelve rules that it stands for", () => {
  const { equal, changes, undecided } = diffPolicies(policyWith(byTable), policyWith(unrolled()));
  expect({ equal, changes, undecided }).toEqual({ equal: true, changes: [], undecided: [] });
});

test("a cell that differs is told in given facts, with a request that shows it", () => {
  const other = rows.map(([membership, cabin, most]) => [membership, cabin, most === 4 ? 5 : most] as const);
  const { changes } = diffPolicies(policyWith(byTable), policyWith(unrolled(other)));
  expect(changes.map(({ where, from, to, witness }) => [where, from.verdict, to.verdict, witness["bags"]])).toEqual([
    ["bags is 5; membership is gold; cabin is business", "escalate", "execute", 5],
  ]);
});

test.for([
  [{ membership: "gold", cabin: "business", bags: 4 }, "execute"],
  [{ membership: "gold", cabin: "business", bags: 5 }, "escalate"],
  [{ membership: "none", cabin: "economy", bags: 2 }, "escalate"],
] as const)("both evaluators look it up: %j", async ([changed, kind]) => {
  expect((await judge(policyWith(byTable), trip(changed))).decision.kind).toBe(kind);
});

test("lint finds nothing idle in it, and a proof covers every row", () => {
  const policy = policyWith(`${byTable}invariants:
  - { id: at-most-four, never: execute, when: { fact: bags, operator: greaterThan, value: 4 } }
  - { id: at-most-three, never: execute, when: { fact: bags, operator: greaterThan, value: 3 } }
`);
  expect(lint(policy, { today: "2026-01-01" }).map(({ kind, about }) => [kind, ...about])).toEqual([
    ["as-default", "paid"],
  ]);
  expect(prove(policy)).toMatchObject([
    { kind: "proved" },
    { kind: "counterexample", facts: { bags: 4, membership: "gold", cabin: "business" } },
  ]);
});

const ladder = `tables:
  approver:
    by: [listPrice, urgent]
    rows:
      - [under 50000.00 USD, "*", manager]
      - [from 50000.00 USD under 250000.00 USD, false, manager]
      - [from 50000.00 USD under 250000.00 USD, true, director]
      - [from 250000.00 USD, "*", nobody]
rules:
  - { id: to-manager, effect: escalate, when: { fact: approver, operator: equal, value: manager }, reason: "{approver}" }
  - id: to-director
    effect: escalate
    when: { fact: approver, operator: equal, value: director }
    route: director
    reason: "Over 50,000"
  - { id: too-large, effect: block, when: { fact: approver, operator: equal, value: nobody }, reason: "Too large" }
`;

test.for([
  [49_999_99, true, "escalate manager"],
  [50_000_00, true, "escalate director"],
  [50_000_00, false, "escalate manager"],
  [250_000_00, false, "block"],
] as const)("an approval matrix gives a word that rules route by: %i", async ([listPrice, urgent, expected]) => {
  const { decision } = await judge(policyWith(ladder), trip({ listPrice, urgent }));
  expect(`${decision.kind}${decision.kind === "escalate" ? ` ${decision.route.id}` : ""}`).toBe(expected);
});

test("rows may stand in a CSV beside the policy, and are part of its document", () => {
  const csv =
    'membership,cabin,allowance\nnone,economy,1\nnone,business,2\nsilver,*,2\r\n"gold",economy,3\ngold,business,4\n';
  const inFile = byTable.replace(/ {4}rows:\n(?: {6}- .*\n)+/, "    file: allowance.csv\n");
  const [policy, same] = [policyWith(inFile, { "allowance.csv": csv }), policyWith(byTable)];
  expect(canonicalJson(policyDocument(policy))).toBe(canonicalJson(policyDocument(same)));
  const changed = loaded(inFile, { "allowance.csv": csv.replace("gold,business,4", "gold,business,5") });
  expect(changed).not.toEqual(policy);
});

test("comes back from the document that its version is of", () => {
  for (const policy of [policyWith(byTable), policyWith(ladder)]) {
    expect(policyFromDocument(canonicalJson(policyDocument(policy)))).toEqual(policy);
  }
});

test("is read out row by row", () => {
  const policy = policyWith(byTable);
  expect(derivedTexts(policy, policy.derived![0]!)).toEqual([
    "allowance (bags that travel free): by membership and cabin; a whole number from 1 to 4",
    "  membership none, cabin economy: 1",
    "  membership none, cabin business: 2",
    "  membership silver, any cabin: 2",
    "  membership gold, cabin economy: 3",
    "  membership gold, cabin business: 4",
  ]);
});
