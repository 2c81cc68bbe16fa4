import type { Policy } from "../policy.ts";
import { settled, valuesOf } from "./cells.ts";
import { comparisonFindings } from "./comparison-findings.ts";
import { gapFinding, overlapFindings, valueFindings } from "./coverage-findings.ts";
import { undecided } from "./finding.ts";
import type { Finding, Severity } from "./finding.ts";
import { layoutOf } from "./layout.ts";
import { besideLimits, limitFindings } from "./limit-findings.ts";
import { overrideFindings } from "./override-findings.ts";
import { provenanceFindings } from "./provenance-findings.ts";
import { ruleFindings } from "./rule-findings.ts";
import { staffingFindings } from "./staffing-findings.ts";
import type { Staff } from "./staffing-findings.ts";

export type LintOptions = {
  /** ISO date in the policy's time zone, by which overrides are over or about to be. */
  readonly today: string;
  /** Who may answer; without it, staffing is not checked. */
  readonly people?: readonly Staff[];
  /** Told what is being looked at, often. */
  readonly onProgress?: (what: string) => void;
};

function candidates({ rules }: Policy): readonly Finding[] {
  const found = rules.filter(({ state }) => state === "candidate");
  return found.map(({ id }) => {
    const message = `\`${id}\` is a candidate: it is heard and recorded, and changes no decision`;
    return { kind: "candidate", severity: "info", about: [id], message };
  });
}

const order: { readonly [severity in Severity]: number } = { error: 0, warning: 1, info: 2 };

function analysed(policy: Policy, { today, onProgress = () => {} }: LintOptions): readonly Finding[] {
  const layout = layoutOf(policy, besideLimits(policy, valuesOf(policy)));
  const counted = (what: string) => (done: number, of: number) =>
    onProgress(`${policy.id}: ${what} ${done + 1} of ${of}`);
  const ofRules = ruleFindings(layout, counted("rule"));
  const idle = ofRules.filter(({ kind }) => kind === "unreachable" || kind === "shadowed" || kind === "redundant");
  return [
    ...ofRules,
    ...limitFindings(layout, new Set(idle.flatMap(({ about }) => about.slice(0, 1))), counted("limit")),
    ...overlapFindings(layout),
    ...[gapFinding(layout) ?? []].flat(),
    ...overrideFindings(layout.space, policy, today),
  ];
}

/**
 * What in a policy can have no effect, or not the one it seems to have: exact for every request that the types allow,
 * in every cell that overrides make. A question that stays open is a finding itself.
 */
export function lint(policy: Policy, options: LintOptions): readonly Finding[] {
  const findings = [
    ...settled(
      () => analysed(policy, options),
      (why) => [undecided([], why)],
    ),
    ...comparisonFindings(policy),
    ...valueFindings(policy),
    ...(options.people === undefined ? [] : staffingFindings(policy, options.people)),
    ...provenanceFindings(policy),
    ...candidates(policy),
  ];
  return findings.toSorted((a, b) => order[a.severity] - order[b.severity]);
}
