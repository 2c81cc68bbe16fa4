import fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { digestOf } from "../../../audit/digest.ts";
import { policyScaffold, factsScaffold } from "../../../cli/policies/scaffold.ts";
import { layOut } from "../../../guardrails/layout/layout.ts";
import type { FileKind } from "../../../guardrails/layout/shapes.ts";
import { loadFacts } from "../../../guardrails/load/facts.ts";
import { loadPolicy } from "../../../guardrails/load/policy.ts";
import { policyDocument, readsOf, type Policy } from "../../../guardrails/policy.ts";
import { factsText, policyText, writtenPolicy } from "../../../guardrails/written-policy.ts";
import { pairs } from "../brute/small-world.ts";

const root = join(import.meta.dirname, "../../../policies");
const kindOf = (name: string): FileKind =>
  name.startsWith("shared/") ? "shared" : name.endsWith(".test.yaml") ? "cases" : "policy";
const shipped = [...readdirSync(root), ...readdirSync(join(root, "shared")).map((name) => `shared/${name}`)].filter(
  (name) => name.endsWith(".yaml"),
);

function laidOut(text: string, kind: FileKind = "policy"): string {
  const laid = layOut("quoting.yaml", text, kind);
  if (laid.kind === "refused") throw new Error(laid.problems.map(({ message }) => message).join("; "));
  return laid.text;
}

describe("the one layout", () => {
  test.for(shipped)("%s is written in it", (name) => {
    const text = readFileSync(join(root, name), "utf8");
    expect(laidOut(text, kindOf(name))).toBe(text);
  });

  test("what `policy new` writes is written in it", () => {
    const loaded = loadFacts("loans.facts.yaml", factsScaffold("loans"));
    const scaffold = policyScaffold("loans", loaded.kind === "loaded" ? loaded.facts : []);
    expect(laidOut(factsScaffold("loans"), "facts")).toBe(factsScaffold("loans"));
    expect(laidOut(scaffold?.policy ?? "")).toBe(scaffold?.policy);
    expect(laidOut(scaffold?.cases ?? "", "cases")).toBe(scaffold?.cases);
  });

  test("keys take their order, conditions a line each, and comments stay with what they are about", () => {
    const text = `# what the file is for
defaultRoute: desk
policy: quoting   # its id
rules:
- reason: 'It''s over {listPrice}'
  # how far it goes
  when: {any: [{value: 5.00 USD, fact: listPrice, operator: greaterThan}, {fact: note, operator: equal, value: "a, b"}]}
  effect: block
  id: large


- {id: other, effect: execute, when: {not: {fact: partner, operator: equal, value: x}}, reason: other} # why not
# who answers
routes: {desk: {notRequester: true, who: role:desk, onExpiry: deny, sla: 4h}}
default: block
# the end
`;
    expect(laidOut(text)).toBe(`# what the file is for
policy: quoting # its id
default: block

rules:
  - id: large
    effect: block
    # how far it goes
    when:
      any:
        - { fact: listPrice, operator: greaterThan, value: 5.00 USD }
        - { fact: note, operator: equal, value: "a, b" }
    reason: "It's over {listPrice}"

  - id: other
    effect: execute
    when: { not: { fact: partner, operator: equal, value: x } }
    reason: "other"
    # why not

# who answers
routes:
  desk:
    who: role:desk
    sla: 4h
    onExpiry: deny
    notRequester: true

defaultRoute: desk

# the end
`);
  });

  test("what is too long for a line takes a line per entry", () => {
    const values = Array.from({ length: 12 }, (_, at) => `partner-number-${at}`);
    const text = laidOut(
      `policy: quoting\nrules:\n  - { when: { fact: partner, operator: in, value: [${values.join(", ")}] } }\n`,
    );
    expect(text).toContain(
      `  - when:\n      fact: partner\n      operator: in\n      value:\n        - partner-number-0\n`,
    );
  });

  test("a comment inside an entry keeps its place, by a line per key", () => {
    const text = laidOut(
      "policy: quoting\nparams:\n  most:\n    percent: 15%\n    # why so much\n    allowed: 5%..20%\n",
    );
    expect(text).toContain("  most:\n    percent: 15%\n    # why so much\n    allowed: 5%..20%\n");
  });

  test.for([
    ["no YAML", "policy: [", "not readable as YAML"],
    ["an alias", "policy: &a quoting\ndefault: *a\n", "is not part of the language"],
    ["a list", "- policy\n", "holds no named entries"],
  ] as const)("%s is refused", ([, text, said]) => {
    const laid = layOut("quoting.yaml", text, "policy");
    expect(laid.kind === "refused" && laid.problems[0]?.message).toContain(said);
  });
});

/** A policy of the small world with words where the loader wants some, and no parameter that nothing reads. */
function loadable(policy: Policy): Policy {
  const conditions = [...policy.rules, ...policy.invariants].map(({ when }) => when);
  const read = new Set(conditions.flatMap((when) => readsOf(when).params));
  const params = policy.params.filter(({ name }) => read.has(name));
  const isAllowed = (name: string, value: number) => {
    const allowed = params.find((param) => param.name === name)?.allowed;
    return allowed !== null && allowed !== undefined && allowed.min <= value && value <= allowed.max;
  };
  const named = (set: Policy["overrides"][number]["set"]) =>
    Object.fromEntries(Object.entries(set).filter(([name, value]) => isAllowed(name, value)));
  const overrides = policy.overrides.flatMap((one) => {
    const set = named(one.set);
    return Object.keys(set).length === 0 ? [] : [{ ...one, set, reason: "PO-412, signed" }];
  });
  return { ...policy, id: "small", params, overrides };
}

const load = (policy: Policy, text: string) => loadPolicy("small.yaml", text, { small: policy.facts });
const digest = (policy: Policy, text: string) => {
  const loaded = load(policy, text);
  return loaded.kind === "loaded" ? digestOf(policyDocument(loaded.policy)) : undefined;
};

/** As a file has it: what is derived stands in the order in which a file tells it. One that no file may hold stays as it is. */
function asLoaded(policy: Policy): Policy {
  const loaded = load(policy, policyText(policy));
  return loaded.kind === "loaded" ? loaded.policy : policy;
}

/** What is declared by name stands in its order. */
const ordered: ReadonlySet<string> = new Set(["routes", "params", "derive", "tables", "conditions"]);

/** Another way to write the same: keys of entries in another order, other quotes, indents, brackets and comments. */
function rewritten(content: object, { indent, quotes, reversed }: Style): string {
  const turned = (value: unknown, keeps: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => turned(item, false));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, turned(inner, ordered.has(key))]);
    return Object.fromEntries(reversed && !keeps ? entries.toReversed() : entries);
  };
  const text = stringify(turned(content, false), {
    indent,
    lineWidth: 0,
    aliasDuplicateObjects: false,
    ...(quotes && { defaultStringType: "QUOTE_SINGLE" as const, defaultKeyType: "PLAIN" as const }),
  });
  return text.replace(/^(rules|routes):/gm, "# about $1\n\n\n$1:");
}
type Style = { readonly indent: number; readonly quotes: boolean; readonly reversed: boolean };

const style: fc.Arbitrary<Style> = fc.record({
  indent: fc.constantFrom(2, 4),
  quotes: fc.boolean(),
  reversed: fc.boolean(),
});

test("however a random policy is written, laying it out changes nothing it says, and nothing twice", () => {
  let loaded = 0;
  const runs = 120;
  fc.assert(
    fc.property(pairs, style, ([drawn], how) => {
      const policy = asLoaded(loadable(drawn));
      const text = rewritten(writtenPolicy(policy), how);
      const once = laidOut(text);
      expect(laidOut(once)).toBe(once);
      expect(laidOut(policyText(policy))).toBe(policyText(policy));
      const before = digest(policy, text);
      expect(digest(policy, once)).toBe(before);
      if (before === undefined) return;
      loaded += 1;
      expect(before).toBe(digestOf(policyDocument(policy)));
    }),
    { numRuns: runs },
  );
  expect(loaded).toBeGreaterThan(runs / 4);
});

test("facts of every kind are written as they are declared", () => {
  fc.assert(
    fc.property(pairs, ([{ facts }]) => {
      const text = factsText(facts);
      const loaded = loadFacts("small.facts.yaml", text);
      const dates = (all: typeof facts) =>
        all.map((type) => (type.kind === "date" ? { ...type, min: 0, max: 0 } : type));
      expect(loaded.kind === "loaded" && dates(loaded.facts)).toEqual(dates(facts));
    }),
    { numRuns: 30 },
  );
});
