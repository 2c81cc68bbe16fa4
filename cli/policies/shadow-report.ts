import { shareTexts } from "../../domain/shares.ts";
import type { ShadowReportView } from "../../gateway/http/rollout.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Client } from "../client.ts";
import type { Call } from "../command.ts";
import { connect } from "../session.ts";
import { writeTable } from "../table.ts";
import { shortVersion } from "./heading.ts";
import { sinceOf } from "./since.ts";

export type ShadowReportOptions = { readonly since?: string };

type Candidate = ShadowReportView["candidates"][number];

/** `mandate policy shadow-report [POLICY]`: what would have happened, from recorded decisions alone. */
export async function shadowReport({ args, options }: Call<ShadowReportOptions>): Promise<Answer> {
  const since = sinceOf(options.since);
  const client = await connect(options, { kind: "reader" });
  const reports = await reportsOf(client, args[0], since);
  const example = reports.flatMap(({ candidates }) => candidates.flatMap(({ flips }) => flips))[0]?.decisionIds[0];
  return {
    data: { reports },
    text: reports.length === 0 ? "No policy has decided anything yet.\n" : reports.map(reportText).join("\n"),
    next: example === undefined ? [] : [`policy explain ${example}`],
  };
}

/** Of one policy, or of all that decided anything. */
async function reportsOf(
  { v1 }: Client,
  policyId: string | undefined,
  since: string | undefined,
): Promise<readonly ShadowReportView[]> {
  if (policyId === undefined) return (await bodyOf(v1["shadow-reports"].$get({ query: { since } }))).reports;
  return [await bodyOf(v1.policies[":policyId"]["shadow-report"].$get({ param: { policyId }, query: { since } }))];
}

function reportText(report: ShadowReportView): string {
  const { policyId, since, decisions } = report;
  const title = `${policyId}  ${counted(decisions, "decision")} since ${since}\n`;
  if (decisions === 0) return `${title}Nothing was decided under it: there is nothing to compare.\n`;
  return [title, modesText(report), candidatesText(report), peopleText(report), canaryText(report)].join("\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Counts with their shares of all of them, which add up; a dash where there is nothing to share. */
function withShares(counts: readonly number[]): string[] {
  const shares = counts.every((count) => count === 0) ? counts.map(() => "-") : shareTexts(counts);
  return counts.map((count, at) => `${count} (${shares[at]})`);
}

function verdictCells(verdicts: ShadowReportView["modes"][number]["verdicts"]): string[] {
  const { execute, escalate, block } = verdicts;
  return withShares([execute, escalate, block]);
}

const verdictColumns = [
  { header: "EXECUTE", right: true },
  { header: "ESCALATE", right: true },
  { header: "BLOCK", right: true },
];

const came: { readonly [mode: string]: string } = {
  off: "recorded, nothing done",
  shadow: "recorded, nothing done",
  assisted: "people decided",
  led: "agents acted inside the policy",
};

function modesText({ modes }: ShadowReportView): string {
  const columns = [{ header: "MODE" }, ...verdictColumns, { header: "WHAT CAME OF IT" }];
  return writeTable(
    columns,
    modes.map(({ mode, verdicts }) => [mode, ...verdictCells(verdicts), came[mode] ?? ""]),
  );
}

function candidatesText({ candidates }: ShadowReportView): string {
  if (candidates.length === 0) return "No candidate rule matched.\n";
  const columns = [
    { header: "CANDIDATE" },
    { header: "EFFECT" },
    { header: "MATCHED", right: true },
    { header: "WOULD FLIP", right: true },
    { header: "FROM" },
    { header: "TO" },
    { header: "SUCH AS" },
  ];
  return writeTable(columns, candidates.flatMap(candidateRows));
}

/** The rule once, then one row for each way in which it would have changed a verdict. */
function candidateRows({ ruleId, effect, matched, flips }: Candidate): string[][] {
  const head = [ruleId, effect, String(matched)];
  if (flips.length === 0) return [[...head, "0"]];
  return flips.map(({ from, to, count, decisionIds }, at) => {
    return [...(at === 0 ? head : ["", "", ""]), String(count), from, to, decisionIds.join(" ")];
  });
}

const bases: { readonly [basis in ShadowReportView["people"][number]["basis"]]: string } = {
  withheld: "Of what was only recorded",
  candidate: "Of what candidates would have changed",
  assisted: "Of what people decided for agents",
};

function peopleText({ people }: ShadowReportView): string {
  if (people.length === 0) return "People have answered nothing that compares with it.\n";
  const lines = people.map(({ basis, agreed, differed, asks }) => {
    const settled = agreed + differed;
    const compared = `people agreed with ${withShares([agreed, differed])[0]?.replace(" ", ` of ${settled} `)}`;
    return `${bases[basis]}, ${compared}${asks === 0 ? "" : `; ${asks} would have asked them anyway`}.\n`;
  });
  return lines.join("");
}

function canaryText({ canary }: ShadowReportView): string {
  if (canary.length === 0) return "No canary ran.\n";
  const columns = [
    { header: "CANARY SIDE" },
    { header: "RELEASE" },
    { header: "DECISIONS", right: true },
    ...verdictColumns,
  ];
  const rows = canary.map(({ side, release, decisions, verdicts }) => {
    return [side, shortVersion(release), String(decisions), ...verdictCells(verdicts)];
  });
  return writeTable(columns, rows);
}
