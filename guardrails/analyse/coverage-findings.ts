import { startOfDay } from "../cell.ts";
import { typesOf } from "../derived.ts";
import { comparisonsOf } from "../policy.ts";
import type { Policy } from "../policy.ts";
import { DEFAULT_STEPS, narrowed } from "./box.ts";
import type { Cell } from "./cells.ts";
import { undecided } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { Layout } from "./layout.ts";
import type { Model, ModelRule } from "./model.ts";
import type { Space } from "./space.ts";
import { decisionOf } from "./verdict.ts";
import { exists, find } from "./witness.ts";
import type { Witness } from "./witness.ts";

/** How many overlapping rules a message names. */
const NAMED = 5;

const inWords = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(", ");

/** The ids of the rules that match a witness, by the evaluator. */
function rulesOn(policy: Policy, { day }: Cell, { facts }: Witness): readonly string[] {
  const at = day === null ? null : startOfDay(day, policy.timezone);
  return decisionOf(policy, facts, at).rules.map(({ id }) => id);
}

/** Requests that no rule covers: the default answers them. */
export function gapFinding({ policy, space, cells }: Layout): Finding | undefined {
  for (const { cell, model } of cells) {
    const isSo = (witness: Witness) => rulesOn(policy, cell, witness).length === 0;
    const uncovered = model.rules.map(({ mayNot }) => mayNot);
    const found = find(space, [cell.region, ...uncovered], isSo, "whether every request is covered");
    if (found.kind === "undecided") return undecided([], found.why);
    if (found.kind === "none") continue;
    const isAsked = policy.default === "escalate";
    const message = `no rule covers some requests; the default answers them (${policy.default})`;
    const base = { kind: "gap", severity: isAsked ? "info" : "warning", about: [], message } as const;
    const shown = { ...base, witness: found.witness.facts };
    return cell.day === null ? shown : { ...shown, day: cell.day };
  }
  return undefined;
}

type Bounded = { readonly rule: ModelRule; readonly box: Int32Array };

function bounded(space: Space, rules: readonly ModelRule[]): readonly Bounded[] {
  return rules.flatMap((rule) => {
    const box = narrowed(space.whole, [rule.must], { left: DEFAULT_STEPS });
    return box === undefined ? [] : [{ rule, box }];
  });
}

/** Cheap, and never wrong when it says that two rules have no request in common. */
function areApart({ dimensions }: Space, a: Bounded, b: Bounded): boolean {
  for (const { at, full } of dimensions) {
    let isShared = false;
    for (let word = at; word < at + full.length; word += 1) {
      if (((a.box[word] ?? 0) & (b.box[word] ?? 0)) !== 0) isShared = true;
    }
    if (!isShared) return true;
  }
  return false;
}

function overlapText(id: string, others: readonly string[]): string {
  if (others.length === 1) return `\`${id}\` overlaps ${inWords(others)}, which wins`;
  const [named, more] = [inWords(others.slice(0, NAMED)), others.length > NAMED ? ", …" : ""];
  return `\`${id}\` overlaps ${others.length} stricter rules, which win: ${named}${more}`;
}

function overlapFinding(layout: Layout, cell: Cell, own: Bounded, others: readonly Bounded[]): Finding | undefined {
  const { policy, space } = layout;
  const overlapping: string[] = [];
  let shown: Witness | undefined;
  for (const other of others) {
    if (areApart(space, own, other)) continue;
    const ids = [own.rule.id, other.rule.id];
    const asked = [cell.region, own.rule.must, other.rule.must];
    const subject = `whether ${inWords(ids)} overlap`;
    const isSo = (witness: Witness) => ids.every((id) => rulesOn(policy, cell, witness).includes(id));
    if (shown !== undefined) {
      if (exists(space, asked, subject).kind === "found") overlapping.push(other.rule.id);
      continue;
    }
    const found = find(space, asked, isSo, subject);
    if (found.kind === "undecided") return undecided(ids, found.why);
    if (found.kind === "none") continue;
    overlapping.push(other.rule.id);
    shown = found.witness;
  }
  if (shown === undefined) return undefined;
  const about = [own.rule.id, ...overlapping];
  const message = overlapText(own.rule.id, overlapping);
  return { kind: "overlap", severity: "info", about, message, witness: shown.facts };
}

/** Execute rules that share requests with stricter ones, in the policy as written, with one such request. */
export function overlapFindings(layout: Layout): readonly Finding[] {
  const [first] = layout.cells;
  if (first === undefined) return [];
  const rules: Model["rules"] = first.model.rules;
  const [executing, strict] = [true, false].map((executes) =>
    bounded(
      layout.space,
      rules.filter(({ effect }) => (effect === "execute") === executes),
    ),
  );
  return (executing ?? []).flatMap((own) => overlapFinding(layout, first.cell, own, strict ?? []) ?? []);
}

/** Values of choices and members of sets that no rule mentions, though rules ask about the fact. A table answers for all. */
export function valueFindings(policy: Policy): readonly Finding[] {
  const comparisons = policy.rules.flatMap(({ when }) => comparisonsOf(when));
  const looked = new Set((policy.derived ?? []).flatMap(({ derive }) => (derive.kind === "table" ? derive.by : [])));
  const types = typesOf(policy).filter(({ name }) => !looked.has(name));
  return types.flatMap((type): readonly Finding[] => {
    const own = comparisons.filter(({ fact }) => fact === type.name);
    if (own.length === 0 || (type.kind !== "choice" && type.kind !== "set")) return [];
    const mentioned = new Set(own.flatMap(({ value }) => [value].flat()));
    const left = type.values.filter((value) => !mentioned.has(value));
    if (left.length === 0) return [];
    const isThoughtOf = own.some(({ operator }) => operator === "notEqual" || operator === "notIn");
    const message = `no rule mentions ${inWords(left)} of \`${type.name}\``;
    const severity = isThoughtOf ? "info" : "warning";
    return [{ kind: "value-not-mentioned", severity, about: [type.name], message }];
  });
}
