import type { RuleTold } from "../../../guardrails/explain/explain.ts";
import type { ParamOrigin } from "../../../guardrails/explain/params.ts";
import type { TreeLine } from "../../../guardrails/explain/tree.ts";
import type { Dispute } from "../dispute.ts";
import type { NearMiss } from "../near-misses.ts";
import { markup, type Html } from "./markup.ts";
import { cite, code, note, table } from "./parts.ts";
import type { Section } from "./section.ts";

/** Deepest indent that has a style of its own. */
const MAX_DEPTH = 6;

export function rulesSection({ explanation, nearMisses, verdict, beside, unread }: Dispute): Section {
  const title = "The rules, with the values they read";
  const { n } = verdict;
  if (explanation === null)
    return { id: "rules", title, body: note("warning", markup`The rules cannot be told: ${unread}.${cite(n)}`) };
  const { rules, params, candidate } = explanation;
  const matched = rules.map(
    (rule) => markup`<h4>${ruleTitle(rule)}</h4><p>${rule.reason}</p>${treeTable(rule.id, rule.tree)}`,
  );
  const none = note("plain", noneText[String(explanation.agrees)] ?? "");
  const body = markup`<h3>Rules that matched</h3>
<p>The strictest that matches wins: block, then escalate, then execute.${cite(n)}</p>
${matched.length === 0 ? none : matched}
${beside.length === 0 ? markup`` : besideTable(beside)}
${nearTable(nearMisses)}
${params.length === 0 ? markup`` : paramsTable(params, verdict.policy.version)}
${candidate === null ? markup`` : candidateText(candidate, verdict.verdict)}`;
  return { id: "rules", title, body };
}

/** By whether there was a policy to ask: see `Explanation.agrees`. */
const noneText: { readonly [agrees: string]: string } = {
  true: "No rule of the policy matched: its default holds.",
  false: "No rule of the policy matches now.",
  null: "No policy was in force, so there were no rules: people decide.",
};

function ruleTitle({ id, effect, state, matches, deciding }: RuleTold): Html {
  const role = deciding ? "decided" : matches === "unknown" ? "may match: a fact is not known" : "matched";
  const trial = state === "candidate" ? ", on trial and without effect" : "";
  return markup`${code(id)}: ${effect} (${role}${trial})`;
}

const truths = { true: "holds", false: "does not hold", unknown: "not known" } as const;

function treeTable(id: string, tree: readonly TreeLine[]): Html {
  const columns = [{ header: "Condition" }, { header: "Value read", kind: "number" as const }, { header: "Result" }];
  const rows = tree.map(({ depth, text, truth, read }) => [
    markup`<span class="depth-${Math.min(depth, MAX_DEPTH)}">${text}</span>`,
    read ?? "",
    markup`<span class="${truth === "true" ? "yes" : "no"}">${truths[truth]}</span>`,
  ]);
  return table(`Conditions of ${id}`, columns, rows);
}

/** What spoke beside the policy's rules: Compliance, and limits. */
function besideTable(beside: Dispute["beside"]): Html {
  const rows = beside.map(({ id, effect, reason }) => [code(id), effect, reason]);
  return markup`<h3>What else spoke</h3>
${table("Compliance and limits, as rules of their own", [{ header: "Name" }, { header: "Effect" }, { header: "Reason" }], rows)}`;
}

function nearTable({ rules, farther }: Dispute["nearMisses"]): Html {
  const others = farther === 1 ? "1 other rule was" : `${farther} other rules were`;
  const rest = farther === 0 ? markup`` : markup`<p>${others} farther from matching.</p>`;
  if (rules.length === 0) return rest;
  const columns = ["Rule", "Would have", "Fact", "It was", "It matches when", "Apart"];
  return markup`<h3>Rules that nearly matched</h3>
<p>Each was one fact away from matching; the nearest stand first.</p>
${table(
  "Rules one fact away, and how far",
  columns.map((header) => ({ header })),
  rules.map(nearRow),
)}
${rules.filter(({ tree }) => tree.length > 1).map(conditionsOf)}
${rest}`;
}

function conditionsOf({ id, tree }: NearMiss): Html {
  return markup`<details><summary>Every condition of ${code(id)}, with the value it read</summary>
${treeTable(id, tree)}</details>`;
}

const wouldHave = { execute: "let it pass", escalate: "asked people", block: "blocked it" } as const;

function nearRow({ id, effect, state, change }: NearMiss): (string | Html)[] {
  const { title, was, wanted, distance } = change;
  const trial = state === "candidate" ? " (on trial, without effect)" : "";
  return [code(id), `${wouldHave[effect]}${trial}`, title, was, wanted, distance];
}

function paramsTable(params: readonly ParamOrigin[], version: string): Html {
  const rows = params.map(({ name, shown, source, passedOver }) => [
    code(name),
    shown ?? "not settled",
    source === "base" ? markup`policy version ${code(version.slice(0, 12))}` : markup`override ${code(source)}`,
    passedOver.map(({ override, why }) => `${override}: ${why}`).join("; ") || "none",
  ]);
  return markup`<h3>Where each parameter came from</h3>
${table(
  "Parameters as they stood",
  [
    { header: "Parameter" },
    { header: "Value", kind: "number" },
    { header: "Set by" },
    { header: "Overrides that did not apply" },
  ],
  rows,
)}`;
}

function candidateText(
  { verdict, flips, rules }: NonNullable<Dispute["explanation"]>["candidate"] & object,
  taken: string,
): Html {
  const said = flips ? `${verdict} instead of ${taken}` : `${verdict} as well`;
  const names = rules.map(({ id }) => id).join(", ");
  return markup`<h3>Rules on trial</h3>
<p>Rules that were on trial changed nothing; with them it would have been ${said}${names === "" ? "" : ` (${names})`}.</p>`;
}
