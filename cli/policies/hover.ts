import { didYouMean } from "../../guardrails/did-you-mean.ts";
import { showValue, type FactType, type Scalar } from "../../guardrails/fact-types.ts";
import { observedOf, usesOf, type FactUse, type Observed } from "../../guardrails/observed.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { factLines } from "../../guardrails/schema/notes.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { CliFailure, failure } from "../failure.ts";
import { soundPolicies, soundPolicyAt } from "./analysed.ts";
import { historyOf, type HistoryOptions } from "./history.ts";

export type HoverOptions = HistoryOptions & { readonly policy?: string };

type Hovered = {
  readonly policy: Policy;
  readonly type: FactType;
  readonly uses: readonly FactUse[];
  readonly observed: Observed | null;
};

/** `mandate policy hover FACT`: what a fact is, who reads it, and what recorded requests brought for it. */
export async function hover({ args, options, io }: Call<HoverOptions>): Promise<Answer> {
  const name = operand(args);
  const policies =
    options.policy === undefined ? await soundPolicies(options, []) : [await soundPolicyAt(options, options.policy)];
  const declaring = policies.filter(({ facts }) => facts.some((fact) => fact.name === name));
  if (declaring.length === 0) {
    const known = [...new Set(policies.flatMap(({ facts }) => facts.map((fact) => fact.name)))];
    throw failure("notFound", "no-such-fact", `no policy here has a fact \`${name}\``, didYouMean(name, known));
  }
  const found: Hovered[] = [];
  const warnings = new Set<string>();
  for (const policy of declaring) {
    const type = policy.facts.find((fact) => fact.name === name);
    if (type === undefined) continue;
    const history = await historyOf(policy, options, io).catch((error: unknown) => {
      if (!(error instanceof CliFailure) || error.exit !== "unreachable") throw error;
      warnings.add(`no history: ${error.problem.detail}; give --history FILE`);
      return undefined;
    });
    const own = history?.decisions.filter((past) => past.policy.id === policy.id);
    found.push({
      policy,
      type,
      uses: usesOf(policy, name),
      observed: own === undefined ? null : observedOf(type, own),
    });
  }
  return {
    data: { fact: name, policies: found.map(({ policy, ...rest }) => ({ policy: policy.id, ...rest })) },
    text: found.map(hoveredText).join("\n"),
    warnings: [...warnings],
    next: declaring.slice(0, 1).map(({ id }) => `policy show ${id}`),
  };
}

function hoveredText({ policy, type, uses, observed }: Hovered): string {
  const [title = "", ...lines] = factLines(type);
  return [
    `${type.name} of ${policy.id}: ${title}`,
    ...lines.map((line) => `  ${line}`),
    `  read by ${uses.map(({ section, id }) => (section === "subject" ? "the canary's subject" : `${section} ${id}`)).join(", ") || "nothing"}`,
    ...(observed === null ? [] : observedLines(type, observed).map((line) => `  ${line}`)),
    "",
  ].join("\n");
}

function observedLines(type: FactType, observed: Observed): readonly string[] {
  const { requests, known, missing, unfitting, quantiles, distinct, frequent } = observed;
  const shown = (value: Scalar) =>
    type.kind === "list" ? `${value} ${value === 1 ? "record" : "records"}` : showValue(type, value);
  const lacking = [
    ...(missing === 0 ? [] : [`${missing} without it`]),
    ...(unfitting === 0 ? [] : [`${unfitting} with what it cannot take today`]),
  ];
  const seen = [`seen in ${known} of ${requests} requests`, ...lacking].join(", ");
  if (known === 0) return [seen];
  const { min = 0, p25 = 0, median = 0, p75 = 0, p95 = 0, max = 0 } = quantiles ?? {};
  const range = `from ${shown(min)} to ${shown(max)}: a quarter up to ${shown(p25)}, half up to ${shown(median)}, three quarters up to ${shown(p75)}, 95 % up to ${shown(p95)}`;
  const common = frequent.map(({ value, count }) => `${shown(value)} (${count})`).join(", ");
  return [seen, ...(quantiles === null ? [] : [range]), `most common of ${distinct}: ${common || "none"}`];
}
