import { listed } from "../did-you-mean.ts";
import { showValue } from "../fact-types.ts";
import type { Amount } from "../literals.ts";
import { namable, summedFact } from "../load/fact-names.ts";
import type { Param, Policy } from "../policy.ts";
import { boundsText } from "../sentences.ts";
import type { Edit, Over } from "./edit.ts";
import type { Said } from "./read.ts";
import type { Saying } from "./sayings.ts";
import { measured, upperBounds } from "./vocabulary.ts";

/** Every edit that is meant, or why none is. */
type Meant = readonly Edit[] | string;

type Of<K extends Saying["kind"]> = Extract<Saying, { readonly kind: K }>;

/** Everything that was said, by kind. */
type Sorted = { readonly [K in Saying["kind"]]: readonly Of<K>[] };

function sorted(sayings: readonly Saying[]): Sorted {
  const of = <K extends Saying["kind"]>(kind: K) => sayings.filter((saying): saying is Of<K> => saying.kind === kind);
  return {
    most: of("most"),
    over: of("over"),
    ask: of("ask"),
    block: of("block"),
    window: of("window"),
    per: of("per"),
    span: of("span"),
    subject: of("subject"),
    head: of("head"),
    called: of("called"),
    filler: of("filler"),
  };
}

/** When it holds; a sentence for what is said twice or the wrong way round. */
function daysOf({ span }: Sorted): { readonly from?: string; readonly until?: string } | string {
  const froms = span.flatMap(({ from }) => from ?? []);
  const untils = span.flatMap(({ until }) => until ?? []);
  if (froms.length > 1 || untils.length > 1) return "it says twice when it begins or ends: say it once";
  const [[from], [until]] = [froms, untils];
  return { ...(from !== undefined && { from }), ...(until !== undefined && { until }) };
}

/** Who answers, or that nobody does. Undefined where neither is said. */
function overs({ ask, block }: Sorted): readonly Over[] | undefined {
  if (block.length > 0) return [{ effect: "block", route: null }];
  return ask[0]?.routes.map((route): Over => ({ effect: "escalate", route }));
}

const said = ({ called }: Sorted): readonly string[] => called.map(({ word }) => word);

const about = (words: readonly string[]) => (words.length === 0 ? "" : ` that is called ${listed(words)}`);

/** Parameters that the words may mean and that may be changed so; else why none is. */
function changeable(
  policy: Policy,
  amount: Amount,
  words: readonly string[],
  isOpen: (param: Param) => boolean,
): readonly Param[] | string {
  const bounds = upperBounds(policy, amount, words);
  const open = bounds.filter(isOpen);
  if (open.length > 0) return open;
  if (bounds.length === 0) return `no parameter in this unit${about(words)} is the most that passes unasked`;
  return bounds.map((param) => `\`${param.name}\`: ${boundsText(param)}`).join("; ");
}

function outside({ name, allowed, ...param }: Param, value: number): string | undefined {
  if (allowed === null || (value >= allowed.min && value <= allowed.max)) return undefined;
  return `${showValue(param, value)} is outside what \`${name}\` allows: ${boundsText({ name, allowed, ...param })}`;
}

function paramEdits(policy: Policy, amount: Amount, all: Sorted): Meant {
  const own = changeable(policy, amount, said(all), (param) => !param.protected);
  if (typeof own === "string") return own;
  const same = own.filter(({ value }) => value === amount.value);
  if (same.length === own.length) return `\`${own[0]?.name}\` is ${showValue(own[0] ?? amount, amount.value)} already`;
  const [only] = own;
  const why = own.length === 1 && only !== undefined ? outside(only, amount.value) : undefined;
  return why ?? own.map((param) => ({ kind: "param", param, value: amount.value }));
}

/** At most so much of one request: for some until a day, or for everybody. */
function mostEdits(policy: Policy, { scopes }: Said, all: Sorted, today: string): Meant {
  const [most] = all.most;
  const days = daysOf(all);
  if (most === undefined || typeof days === "string") return typeof days === "string" ? days : NOTHING;
  if (all.ask.length + all.block.length > 0)
    return "it says two things, what passes and what does not: say one at a time";
  const isScoped = all.subject.length > 0;
  if (!isScoped && all.span.length === 0) return paramEdits(policy, most.amount, all);
  const { from = today, until } = days;
  if (!isScoped) return "it does not say for whom: every override has a scope; for everybody leave the days out";
  if (until === undefined)
    return "it does not say until when: every override ends, so say `until` a day, a month or a quarter";
  if (until <= from) return `it would end on ${until}, before it begins on ${from}`;
  const open = changeable(policy, most.amount, said(all), (param) => !param.protected && param.allowed !== null);
  if (typeof open === "string") return open;
  const [only] = open;
  const why = open.length === 1 && only !== undefined ? outside(only, most.amount.value) : undefined;
  const { value } = most.amount;
  return (
    why ?? scopes.flatMap((scope) => open.map((param) => ({ kind: "override", param, value, scope, from, until })))
  );
}

/** What is over an amount in one request is asked or blocked. */
function ruleEdits(policy: Policy, { scopes }: Said, all: Sorted): Meant {
  const [over] = all.over;
  const outcomes = overs(all);
  if (over === undefined) return "it says whom to ask, or to block, and not what: say `over` an amount";
  if (outcomes === undefined) return "it does not say what becomes of what is over: say `ask` and a role, or `block`";
  if (all.span.length > 0) return "it says days, and a rule has none: leave them out";
  const words = said(all);
  const facts = measured(policy, over.amount, words);
  if (facts.length === 0) return `no fact in this unit${about(words)}`;
  const { value } = over.amount;
  const reachable = facts.filter((fact) => "max" in fact && value >= fact.min && value < fact.max);
  if (reachable.length === 0)
    return `no request is over it: ${facts.map(({ name }) => `\`${name}\``).join(", ")} ends there`;
  return scopes.flatMap((scope) =>
    reachable.flatMap((fact) => outcomes.map((one): Edit => ({ kind: "rule", fact, over: value, scope, ...one }))),
  );
}

/** At most so many, or so much, in a window. */
function limitEdits(policy: Policy, all: Sorted): Meant {
  const [bound] = [...all.most, ...all.over];
  const [window] = all.window;
  if (bound === undefined || window === undefined) return NOTHING;
  if (all.subject.length > 0) return "a limit is for everybody: leave out whom it is about";
  if (all.span.length > 0) return "it says days, and a limit has none: leave them out";
  if (all.per.length === 0)
    return "it does not say whose: say `per` and a fact, such as `per partner`, or `altogether`";
  if (all.over.length > 0 && overs(all) === undefined) {
    return "it does not say what becomes of what is over: say `ask` and a role, or `block`";
  }
  const { amount } = bound;
  const words = said(all);
  const isCount = amount.kind === "number" && words.length === 0;
  const sums = namable(measured(policy, amount, words), summedFact);
  if (amount.value < 1) return "the most is nothing: write a rule that blocks";
  if (!isCount && sums.length === 0) return `no fact in this unit${about(words)} adds up`;
  const per = all.per.flatMap(({ fact }) => fact ?? []);
  const outcomes = overs(all) ?? [{ effect: "escalate", route: null } as const];
  return (isCount ? [null] : sums).flatMap((sum) =>
    outcomes.map((one): Edit => ({ kind: "limit", sum, cap: amount.value, per, window: window.window, ...one })),
  );
}

const NOTHING = "it says no change: say `up to`, `at most`, `ask ROLE over` or `block over` an amount";

/** Every edit that a sentence may mean, all of whose words are read; else why it means none. */
export function editsOf(policy: Policy, sentence: Said, today: string): Meant {
  const all = sorted(sentence.sayings);
  if (all.most.length + all.over.length > 1) return "it says two amounts: say one change at a time";
  if (all.ask.length + all.block.length > 1) return "it says twice what becomes of it: say it once";
  if (all.window.length > 1) return "it says two windows: say one";
  if (all.window.length > 0) return limitEdits(policy, all);
  if (all.per.length > 0) return "it says whose, and no window: say `a month`, `a quarter` or another";
  if (all.most.length > 0) return mostEdits(policy, sentence, all, today);
  if (all.over.length + all.ask.length + all.block.length > 0) return ruleEdits(policy, sentence, all);
  return NOTHING;
}
