import { formatDuration } from "../../audit/story/duration.ts";
import type { Route } from "../../domain/decision.ts";
import { derivedTexts } from "../../guardrails/derived-sentences.ts";
import { describeKind, showValue } from "../../guardrails/fact-types.ts";
import type { FactType } from "../../guardrails/fact-types.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { invariantText, limitText, modeTexts, overrideText } from "../../guardrails/section-sentences.ts";
import { boundsText, ruleText } from "../../guardrails/sentences.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { writeTable } from "../table.ts";
import { functionText, shortVersion } from "./heading.ts";
import { policyOf, sideOf, type Side } from "./sides.ts";

/**
 * `mandate policy show WHAT [POLICY]`: a policy as people read it, or the document that its version is the SHA-256 of; of a
 * release or the draft, the policies that it holds.
 */
export async function show({ args, options }: Call<object>): Promise<Answer> {
  const side = await sideOf(options, operand(args));
  const [, id] = args;
  const found = id === undefined ? side.only : policyOf(side, id);
  if (found === null) return showAll(side, operand(args));
  const { policy, version, document } = found;
  return {
    data: { id: policy.id, version, document: JSON.parse(document) as unknown, release: side.release },
    text: sentences(policy, version),
    next: side.release === null ? [`policy check ${policy.id}`, `policy test ${policy.id}`] : [],
  };
}

function showAll({ shown, policies, release }: Side, given: string): Answer {
  const held = Object.values(policies).map(({ policy, version }) => ({
    id: policy.id,
    version,
    mode: policy.mode,
    rules: policy.rules.length,
  }));
  const columns = [{ header: "ID" }, { header: "FUNCTION" }, { header: "RULES", right: true }, { header: "VERSION" }];
  const rows = held.map(({ id, version, rules }) => [id, functionText(id), String(rules), shortVersion(version)]);
  const [first] = held;
  return {
    data: { release, policies: held },
    text: `${shown}: ${held.length} ${held.length === 1 ? "policy" : "policies"}\n\n${writeTable(columns, rows, undefined)}`,
    next: [
      ...(first === undefined ? [] : [`policy show ${given} ${first.id}`]),
      release === null ? "policy diff in-force draft" : `policy diff ${given} draft`,
    ],
  };
}

function sentences(policy: Policy, version: string): string {
  const sections: [string, readonly string[]][] = [
    ["Rules: all that match count, the strictest decides", ruleLines(policy)],
    [
      "Limits on what requests come to together",
      policy.limits.map((limit) => `${limit.id}: ${limitText(policy, limit)}`),
    ],
    [
      "Parameters",
      policy.params.map((param) => `${param.name}: ${showValue(param, param.value)}, ${boundsText(param)}`),
    ],
    [
      "Overrides: the one that names the most facts wins",
      policy.overrides.map((override) => `${override.id}: ${overrideText(policy, override)}`),
    ],
    ["Invariants", policy.invariants.map((invariant) => `${invariant.id}: ${invariantText(policy, invariant)}`)],
    ["Routes, from the least to the most senior", policy.routes.map(routeLine)],
    ["Facts that it derives", (policy.derived ?? []).flatMap((derived) => derivedTexts(policy, derived))],
    ["Facts that rules may read", policy.facts.map(factLine)],
    ["Mode", modeTexts(policy)],
  ];
  const told = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${lines.map((line) => `  ${line}\n`).join("")}`);
  return `${policy.id}  ${functionText(policy.id)}  version ${shortVersion(version)}\n\n${told.join("\n")}`;
}

function ruleLines(policy: Policy): readonly string[] {
  const { id } = policy.defaultRoute;
  return [
    ...policy.rules.map((rule) => `${rule.id}: ${ruleText(policy, rule)}`),
    policy.default === "block" ? "otherwise: block" : `otherwise: escalate to ${id}`,
    `a fact that is not known: escalate to ${id}, unless a block is certain`,
  ];
}

function clockText({ clock, region }: Route): string {
  if (clock === "always") return "day and night";
  return region === undefined ? "in working time" : `in working time of ${region}`;
}

function routeLine(route: Route): string {
  const { id, quorum, levels, unresolved } = route;
  const ladder = levels.map(({ role, slaMs }) => `${role} answers within ${formatDuration(slaMs)}`);
  const unknown = `if nobody knows who asks, ${unresolved === "two" ? "two people answer" : "it goes one level up"}`;
  const approvals = quorum === 1 ? "" : `${quorum} different people must approve: `;
  return `${id}: ${approvals}${ladder.join(", then ")}, ${clockText(route)}; silence then denies, and the requester never answers; ${unknown}`;
}

function factLine(fact: FactType): string {
  const optional = fact.optional === true ? "; may be left out" : "";
  return `${fact.name}: ${fact.title}; ${describeKind(fact)}${optional}`;
}
