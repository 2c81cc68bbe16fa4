import type { Boundary, BoundaryReport } from "../../guardrails/boundaries.ts";
import type { CaseResult } from "../../guardrails/cases.ts";
import type { Coverage, Gap } from "../../guardrails/coverage.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { factText } from "../../guardrails/sentences.ts";
import { writeTable } from "../table.ts";

type Tested = {
  readonly version: string;
  readonly cases: readonly CaseResult[];
  readonly boundaries: BoundaryReport;
  readonly coverage: Coverage;
};

/** What became of one policy. `tested` is null when it, or its cases, did not load: `problems` then says why. */
export type Report = {
  readonly id: string;
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly tested: (Tested & { readonly policy: Policy }) | null;
};

/** The reports for people. */
export function reportText(reports: readonly Report[], minimum: number, width: number | undefined): string {
  return reports.map((report) => policyText(report, minimum, width)).join("\n");
}

function requestsAtLimits({ requests, byBoth }: BoundaryReport): string {
  return byBoth === requests
    ? `${requests} requests at limits`
    : `${requests} requests at limits (${byBoth} of them by both evaluators)`;
}

function policyText({ id, problems, tested }: Report, minimum: number, width: number | undefined): string {
  if (tested === null) return [`${id}: not tested`, ...problems.map((problem) => `  ${problem}`), ""].join("\n");
  const { policy, cases, boundaries, coverage } = tested;
  const failed = cases.filter(({ passed }) => !passed);
  const unturned = boundaries.boundaries.filter(({ turns }) => !turns);
  const lines = [
    `${id}: ${cases.length - failed.length} of ${cases.length} cases passed, ${requestsAtLimits(boundaries)} ` +
      `${boundaries.failures.length === 0 ? "hold" : "do not hold"}, coverage ${coverage.percent} %`,
    ...failed.flatMap(failedLines),
    ...boundaries.failures.map((fault) => `  FAILED  ${fault}`),
    ...(coverage.percent < minimum ? [`  FAILED  coverage ${coverage.percent} % is under ${minimum} %`] : []),
    ...coverage.gaps.map(gapLine),
    ...unturned.map(
      ({ rule, fact, limit }) =>
        `  not turned: no case surrounds ${fact} ${factText(policy, fact, limit)} so that ${rule} turns there`,
    ),
  ];
  return `${lines.join("\n")}\n${limitTable(policy, boundaries.boundaries, width)}`;
}

function gapLine({ rule, condition, never }: Gap): string {
  return `  not covered: ${condition === null ? rule : `${rule}: \`${condition}\``} is never ${never}`;
}

/** `escalate by [manager-band] to partner-manager`. */
export function outcomeText({ decision, rules, missing, route }: CaseResult["expected"]): string {
  return [
    decision,
    `by [${rules.join(", ")}]`,
    ...(missing.length > 0 ? [`not knowing [${missing.join(", ")}]`] : []),
    ...(route === null ? [] : [`to ${route}`]),
  ].join(" ");
}

/** A case that fails: what it expects, and what was decided. */
export function failedLines({ name, expected, decided }: CaseResult): readonly string[] {
  const [wanted, got] = [outcomeText(expected), outcomeText(decided)];
  return [`  FAILED  ${name}`, `          expected ${wanted}`, `          decided  ${got}`];
}

/** What is decided one unit below, at and above each limit: each limit of a fact once. */
function limitTable(policy: Policy, boundaries: readonly Boundary[], width: number | undefined): string {
  const once = new Map(
    boundaries.filter(({ turns }) => turns).map((boundary) => [`${boundary.fact} ${boundary.limit}`, boundary]),
  );
  if (once.size === 0) return "";
  const columns = ["FACT", "LIMIT", "JUST BELOW", "AT", "JUST ABOVE"].map((header) => ({ header }));
  const rows = [...once.values()].map(({ fact, limit, steps }) => [
    fact,
    factText(policy, fact, limit),
    ...[limit - 1, limit, limit + 1].map((at) => steps.find(({ value }) => value === at)?.verdict ?? "cannot be"),
  ]);
  return writeTable(columns, rows, width).replaceAll(/^(?=.)/gm, "  ");
}
