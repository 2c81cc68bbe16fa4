import type { VersionedPolicy } from "../../deciding/policies.ts";
import { prove, type Proof } from "../../guardrails/analyse/prove.ts";
import { runCases, type CaseResult } from "../../guardrails/cases.ts";
import type { Edit } from "../../guardrails/draft/edit.ts";
import type { PolicyCase } from "../../guardrails/load/cases.ts";
import { formatProblem, type Problem } from "../../guardrails/problem.ts";
import { turnsOf, type PolicyTurn } from "../../releases/behaviour.ts";
import { countsText, diffLines } from "./diff-text.ts";
import { turnHeading } from "./diff.ts";
import { provedText } from "./prove.ts";
import { failedLines } from "./test-report.ts";

/** A change as it was read, with the files that it makes. */
export type Drafted = {
  readonly reading: string;
  readonly edit: Edit;
  /** A unified diff of the policy's file and of its cases'. */
  readonly patch: string;
  readonly before: VersionedPolicy;
  readonly after: VersionedPolicy;
  /** What `check` finds in the cases. */
  readonly problems: readonly Problem[];
  readonly cases: readonly PolicyCase[];
  /** The names of the cases that were added. */
  readonly added: readonly string[];
};

type Tried = {
  readonly isSound: boolean;
  readonly data: {
    readonly problems: readonly Problem[];
    readonly cases: readonly CaseResult[];
    readonly proofs: readonly Proof[];
    readonly behaviour: readonly PolicyTurn[];
  };
};

/** What becomes of a draft: its cases run, its invariants proved, its verdicts held against those of the file as it is. */
export async function triedOf({ before, after, problems, cases }: Drafted): Promise<Tried> {
  const results = await runCases(after.policy, cases);
  const proofs = prove(after.policy);
  const behaviour = turnsOf({ [before.policy.id]: before }, { [after.policy.id]: after });
  const isSound =
    problems.length === 0 && results.every(({ passed }) => passed) && proofs.every(({ kind }) => kind === "proved");
  return { isSound, data: { problems, cases: results, proofs, behaviour } };
}

function casesLines({ edit, added }: Drafted, { problems, cases }: Tried["data"]): readonly string[] {
  const failed = cases.filter(({ passed }) => !passed);
  const why = edit.kind === "limit" ? ": what is counted over time, the case of one request does not show" : "";
  return [
    problems.length === 0 ? "check: no problem" : "check:",
    ...problems.map((problem) => `  ${formatProblem(problem)}`),
    `test: ${cases.length - failed.length} of ${cases.length} cases pass, ${added.length} of them new${why}`,
    ...failed.flatMap(failedLines),
  ];
}

/** What loosens comes first, as in every diff of behaviour. */
function behaviourLines({ before, after }: Drafted, { behaviour }: Tried["data"]): readonly string[] {
  return behaviour.flatMap((turn) => {
    const { diff, undecided, loosensBeside } = turn;
    return [
      `diff: ${turnHeading(turn)}; regions: ${countsText(diff?.changes ?? [])}`,
      ...loosensBeside.map((reason) => `  LOOSENING  beside what rules decide: ${reason}`),
      ...(diff === null
        ? undecided.map((why) => `  not decided: ${why}`)
        : diffLines(before.policy, after.policy, diff).map((line) => `  ${line}`)),
    ];
  });
}

/** How the words were read, the diff, and what it comes to. */
export function draftText(words: string, drafted: Drafted, { data }: Tried, out: string | undefined): string {
  const { before, after, reading, patch } = drafted;
  const lines = [
    `"${words}", read by fixed patterns, not by a language model, as`,
    `  ${before.policy.id}: ${reading}`,
    "",
    patch,
    ...casesLines(drafted, data),
    `prove: ${provedText({ policy: after.policy, proofs: data.proofs })}`,
    ...behaviourLines(drafted, data),
    "",
    out === undefined
      ? "Nothing was written or applied: --out FILE writes the diff."
      : `Wrote ${out}; nothing was applied: \`git apply ${out}\`, then \`mandate policy apply\`.`,
  ];
  return `${lines.join("\n")}\n`;
}
