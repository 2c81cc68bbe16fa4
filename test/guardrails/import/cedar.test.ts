import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { isAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { describe, expect, test } from "vitest";
import { decideCompiled } from "../../../guardrails/decide-compiled.ts";
import { importCedar } from "../../../guardrails/import/cedar.ts";
import { draftFiles, draftPolicy } from "../../../guardrails/import/draft.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";

// As in test/bench/peers/cedar-wasm.ts: without it V8 of Node 20 may end the process.
setFlagsFromString("--no-turbo-inline-js-wasm-calls");

const at = "2026-03-02T09:00:00.000Z";
const sound = `// who may ship
@id("small")
permit (principal == User::"ana", action, resource)
when { context.order_value <= 500 && (context.tier == "gold" || !context.urgent) };

forbid (principal, action == Action::"ship", resource)
when { context.papers.contains("recall") }
unless { resource.owner != "us" };
`;

describe("Cedar", () => {
  test("permits execute, forbids block, and what is written loads as the same policy", () => {
    const imported = importCedar("ship.cedar", sound);
    if (imported.kind === "refused") throw new Error(imported.problems[0]?.message);
    const policy = draftPolicy("ship", imported.draft);
    expect([policy.default, ...policy.rules.map(({ id, effect }) => `${id} ${effect}`)]).toEqual([
      "block",
      "permit-1 execute",
      "forbid-2 block",
    ]);
    expect(policy.facts.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "principal text",
      "contextOrderValue number",
      "contextTier text",
      "contextUrgent boolean",
      "action text",
      "contextPapers set",
      "resourceOwner text",
    ]);
    const files = draftFiles("ship", imported.draft, "ship.cedar");
    const facts = loadFacts("ship.facts.yaml", files.facts);
    const loaded = loadPolicy("ship.yaml", files.policy, { ship: facts.kind === "loaded" ? facts.facts : [] });
    expect(loaded).toMatchObject({ kind: "loaded", policy });
  });

  test.for([
    ["a group", 'action == Action::"ship"', 'action in Action::"all"', 6, "goes by groups or types"],
    ["a type", 'principal == User::"ana"', "principal is User", 3, "goes by groups or types"],
    ["a test for an attribute", "!context.urgent", "context has urgent", 4, "`has`"],
    ["a pattern", 'context.tier == "gold"', 'context.tier like "g*"', 4, "stands where"],
    ["arithmetic", "<= 500", "+ 1 <= 500", 4, "stands where"],
    ["an extension", "500", 'decimal("5.0")', 4, "is no constant"],
    ["an order of texts", 'tier == "gold"', 'tier < "gold"', 4, "compares numbers"],
    [
      "an attribute of two kinds",
      'context.papers.contains("recall")',
      "context.tier == 5",
      7,
      "is used as a text and as a number",
    ],
    [
      "a permit of everything",
      'permit (principal == User::"ana", action, resource)\nwhen { context.order_value <= 500 && (context.tier == "gold" || !context.urgent) };',
      "permit (principal, action, resource);",
      3,
      "holds of every request",
    ],
    ["an escape in a text", '"gold"', '"go\\\\ld"', 4, "is no constant"],
    ["what `!` binds to", "!context.urgent", "!context.order_value == 5", 4, "binds to the attribute alone"],
    ["no policy", sound, "// nothing\n", 2, "holds no policy"],
  ] as const)("%s is refused by line", ([, from, to, line, said]) => {
    expect(sound).toContain(from);
    const imported = importCedar("ship.cedar", sound.replace(from, to));
    const [problem] = imported.kind === "refused" ? imported.problems : [];
    expect([problem?.line, problem?.message]).toEqual([line, expect.stringContaining(said)]);
  });
});

const atom = fc.oneof(
  fc
    .tuple(fc.constantFrom("==", "!=", "<", "<=", ">", ">="), fc.integer({ min: -1, max: 3 }))
    .map(([sign, value]) => `context.amount ${sign} ${value}`),
  fc
    .tuple(fc.constantFrom("==", "!="), fc.constantFrom("a", "b"))
    .map(([sign, value]) => `context.tier ${sign} "${value}"`),
  fc.constantFrom(
    "context.urgent",
    "context.urgent == false",
    'context.tags.contains("x")',
    'context.tags.contains("y")',
    "!context.urgent",
  ),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc
      .tuple(tie("expression"), fc.constantFrom("&&", "||"), tie("expression"))
      .map(([a, sign, b]) => `${a} ${sign} ${b}`),
    tie("expression").map((inner) => `!(${inner})`),
    tie("expression").map((inner) => `(${inner})`),
  ),
}));
const cedarPolicy = fc
  .tuple(
    fc.constantFrom("permit", "permit", "forbid"),
    fc.constantFrom("principal", 'principal == User::"ana"'),
    fc.constantFrom("action", 'action == Action::"ship"'),
    fc.constantFrom("when", "unless"),
    expression,
  )
  .map(([head, who, what, word, inner]) => `${head} (${who}, ${what}, resource) ${word} { ${inner} };`);
const request = fc.record({
  who: fc.constantFrom("ana", "bob"),
  what: fc.constantFrom("ship", "hold"),
  amount: fc.integer({ min: -2, max: 4 }),
  tier: fc.constantFrom("a", "b", "c"),
  urgent: fc.boolean(),
  tags: fc.subarray(["x", "y"]),
});

test("any policies of the subset decide as Cedar itself does", () => {
  const seen = { allow: 0, deny: 0 };
  fc.assert(
    fc.property(
      fc.array(cedarPolicy, { minLength: 1, maxLength: 4 }),
      fc.array(request, { minLength: 10, maxLength: 20 }),
      (texts, requests) => {
        const staticPolicies = texts.join("\n");
        const imported = importCedar("any.cedar", staticPolicies);
        if (imported.kind === "refused") throw new Error(`${imported.problems[0]?.message}\n${staticPolicies}`);
        const policy = draftPolicy("any", imported.draft);
        for (const { who, what, ...context } of requests) {
          const answer = isAuthorized({
            principal: { type: "User", id: who },
            action: { type: "Action", id: what },
            resource: { type: "Deal", id: "d" },
            context,
            policies: { staticPolicies },
            entities: [],
            validateRequest: false,
          });
          if (answer.type === "failure") throw new Error(answer.errors.map(({ message }) => message).join("; "));
          const { decision } = answer.response;
          seen[decision] += 1;
          const all = {
            principal: `User::"${who}"`,
            action: `Action::"${what}"`,
            contextAmount: context.amount,
            contextTier: context.tier,
            contextUrgent: context.urgent,
            contextTags: context.tags,
          };
          const facts = Object.fromEntries(
            policy.facts.map((type) => {
              const value = all[type.name as keyof typeof all];
              const words = type.kind === "set" ? type.values : [];
              return [type.name, Array.isArray(value) ? value.filter((word) => words.includes(word)) : value];
            }),
          );
          const { verdict } = decideCompiled(policy, facts, at);
          expect([staticPolicies, context, verdict]).toEqual([
            staticPolicies,
            context,
            decision === "allow" ? "execute" : "block",
          ]);
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(100);
});
