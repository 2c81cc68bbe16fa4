import { derive } from "./derive.ts";
import { typesOf } from "./derived.ts";
import { indexFact } from "./fact-index.ts";
import type { FactIndex, FactTest, RuleSet } from "./fact-index.ts";
import type { FactType } from "./fact-types.ts";
import { comparisonsOf, readsOf } from "./policy.ts";
import type { Condition, Param, Policy, PolicyRule } from "./policy.ts";
import { allOf, isUnsettled, limitsOf, testOf } from "./ternary.ts";
import type { Known, Test } from "./ternary.ts";

/** What the known facts say of every rule, as ids in file order. A rule in neither list does not match. */
export type Matches = {
  /** They match, whatever the facts that are not known turn out to be. */
  readonly matching: readonly string[];
  /** Whether they match hangs on facts that are not known. */
  readonly unknown: readonly string[];
};

/** A policy's rules, ready to be asked. `known` holds facts that their types accept; what is derived is made anew. */
export type CompiledPolicy = { readonly match: (known: Known) => Matches };

/** A rule split: a test for each fact, which an index answers ahead, and a closure for what ties several together. */
type SplitRule = {
  readonly id: string;
  readonly single: readonly { readonly fact: string; readonly part: Condition }[];
  readonly rest: Test | undefined;
};

type Block = {
  readonly rules: readonly Pick<SplitRule, "id" | "rest">[];
  readonly indexes: readonly FactIndex[];
  /** All of the block's rules. */
  readonly all: RuleSet;
};

/** Rules indexed together. A fact's rows grow with rules times limits, so larger policies take several blocks. */
const BLOCK_RULES = 1024;

/** The conditions that must all hold for a condition to hold. */
function conjunctsOf(condition: Condition, negated = false): readonly Condition[] {
  if ("not" in condition) return conjunctsOf(condition.not, !negated);
  if ("all" in condition && !negated) return condition.all.flatMap((inner) => conjunctsOf(inner));
  if ("any" in condition && negated) return condition.any.flatMap((inner) => conjunctsOf(inner, true));
  return [negated ? { not: condition } : condition];
}

/** The one fact that a part tests, if an index can answer for it ahead: few values matter and every limit is settled. */
function indexable(part: Condition, declared: readonly FactType[], params: readonly Param[]): string | undefined {
  const [name, ...others] = readsOf(part).facts;
  const kind = declared.find((type) => type.name === name)?.kind;
  if (others.length > 0 || kind === "set" || kind === "text") return undefined;
  return comparisonsOf(part).some((inner) => isUnsettled(inner, params)) ? undefined : name;
}

/** Compiles the whole condition first, so that what splitting would pass over (an empty group) is a fault too. */
function splitRule({ id, when }: PolicyRule, policy: Policy): SplitRule {
  const { params } = policy;
  const declared = typesOf(policy);
  testOf(when, params);
  if (!readsOf(when).facts.every((fact) => declared.some(({ name }) => name === fact))) {
    throw new Error("a rule reads a fact that is not declared");
  }
  const parts = conjunctsOf(when).map((part) => ({ part, fact: indexable(part, declared, params) }));
  const facts = new Set(parts.flatMap(({ fact }) => fact ?? []));
  const single = [...facts].map((name) => ({
    fact: name,
    part: { all: parts.filter(({ fact }) => fact === name).map(({ part }) => part) },
  }));
  const rest = parts.filter(({ fact }) => fact === undefined).map(({ part }) => testOf(part, params));
  return { id, single, rest: rest.length > 0 ? allOf(rest) : undefined };
}

function indexesOf(policy: Policy, rules: readonly SplitRule[], words: number): readonly FactIndex[] {
  const tests = new Map<string, FactTest[]>();
  for (const [position, { single }] of rules.entries()) {
    for (const { fact, part } of single) {
      const limits = comparisonsOf(part).flatMap((inner) => limitsOf(inner, policy.params));
      const made = tests.get(fact) ?? [];
      made.push({ position, test: testOf(part, policy.params), limits });
      tests.set(fact, made);
    }
  }
  return typesOf(policy)
    .flatMap((type: FactType) => {
      const made = tests.get(type.name);
      return made === undefined ? [] : [{ made, type }];
    })
    .toSorted((a, b) => b.made.length - a.made.length)
    .map(({ made, type }) => indexFact(type, made, words));
}

function blockOf(policy: Policy, part: readonly PolicyRule[]): Block {
  const rules = part.map((rule) => splitRule(rule, policy));
  const words = Math.ceil(rules.length / 32);
  const all = new Int32Array(words).fill(-1);
  if (rules.length % 32 !== 0) all[words - 1] = (1 << (rules.length % 32)) - 1;
  return { rules: rules.map(({ id, rest }) => ({ id, rest })), indexes: indexesOf(policy, rules, words), all };
}

type Found = { readonly matching: string[]; readonly unknown: string[] };

/** Sorts the possible rules of one word. `certain` are those of which no indexed fact is missing. */
function sortWord(block: Block, word: number, possible: number, certain: number, known: Known, found: Found): void {
  for (let left = possible; left !== 0; left &= left - 1) {
    const bit = 31 - Math.clz32(left & -left);
    const rule = block.rules[word * 32 + bit];
    if (rule === undefined) continue;
    const rest = rule.rest === undefined || rule.rest(known);
    if (rest === false) continue;
    if (rest === true && (certain & (1 << bit)) !== 0) found.matching.push(rule.id);
    else found.unknown.push(rule.id);
  }
}

function matchBlock(block: Block, known: Known, found: Found): void {
  const { indexes, all } = block;
  const rows = indexes.map(({ name, rowOf }) => rowOf(known[name]));
  for (let word = 0; word < all.length; word += 1) {
    let possible = all[word] ?? 0;
    let certain = possible;
    for (let at = 0; at < rows.length && possible !== 0; at += 1) {
      const row = rows[at];
      if (row === undefined) certain &= ~(indexes[at]?.reads[word] ?? 0);
      else possible &= row[word] ?? 0;
    }
    if (possible !== 0) sortWord(block, word, possible, certain, known, found);
  }
}

function compile(policy: Policy): CompiledPolicy {
  const blocks: Block[] = [];
  for (let from = 0; from < policy.rules.length; from += BLOCK_RULES) {
    blocks.push(blockOf(policy, policy.rules.slice(from, from + BLOCK_RULES)));
  }
  return {
    match(known) {
      const found: Found = { matching: [], unknown: [] };
      const all = derive(policy, known);
      for (const block of blocks) matchBlock(block, all, found);
      return found;
    },
  };
}

const compiled = new WeakMap<Policy, CompiledPolicy>();

/**
 * The compiled form of a policy, made once per object. Tests of one fact are answered ahead as sets of rules, which a
 * decision intersects; what ties several facts together stays a closure. Throws when the policy holds what none that
 * was loaded can: an operator, parameter or fact that is not declared, or an empty group.
 */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const known = compiled.get(policy) ?? compile(policy);
  compiled.set(policy, known);
  return known;
}
