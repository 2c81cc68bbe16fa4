import { probeBoundaries } from "../../guardrails/boundaries.ts";
import { runCases, type CaseResult } from "../../guardrails/cases.ts";
import type { PolicyCase } from "../../guardrails/load/cases.ts";
import type { Policy } from "../../guardrails/policy.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Answer } from "../answer.ts";
import type { Environment } from "../session.ts";
import { requestText } from "./analysed.ts";
import { casesFileOf, placesIn, readCases, readFolder, soundPolicy, type PolicyEntry } from "./folder.ts";
import { outcomeText } from "./test-report.ts";

/** A line of a file where something can be mended. */
type Place = { readonly what: string; readonly file: string; readonly line: number };

/** A case that fails: what it changes of the others' facts, and where it, or the rules it disagrees with, can be mended. */
type FailingCase = Omit<CaseResult, "passed"> & {
  readonly given: JsonObject;
  readonly without: readonly string[];
  /** The case that passes and differs in the fewest facts, where they are few, with its values of those. */
  readonly unlike: { readonly name: string; readonly facts: JsonObject } | null;
  readonly mend: readonly Place[];
};

type Failing = {
  readonly policy: string;
  readonly cases: readonly FailingCase[];
  /** Requests at limits that are not decided as the rules say, in words. */
  readonly limits: readonly string[];
  readonly text: string;
};

/** Facts in which a case that passes may differ and still say something. */
const NEAR = 2;

/** The cases of the folder that fail, and nothing else; undefined when all pass. */
export async function failingCases(options: Environment): Promise<Answer | undefined> {
  const failing: Failing[] = [];
  for (const entry of (await readFolder(options)).entries) {
    const found = await failingIn(entry);
    if (found.cases.length + found.limits.length > 0) failing.push(found);
  }
  if (failing.length === 0) return undefined;
  const failed = failing.map(({ text: _text, ...one }) => one);
  return { data: { failed }, text: failing.map(({ text }) => text).join(""), exit: "problemsFound" };
}

async function failingIn(entry: PolicyEntry): Promise<Failing> {
  const policy = soundPolicy(entry);
  const beside = await readCases(entry, policy);
  const cases = beside?.loaded.kind === "loaded" ? beside.loaded.cases : [];
  const results = await runCases(policy, cases);
  const { failures: limits } = await probeBoundaries(policy, cases);
  const isWhole = results.every(({ passed }) => passed);
  const failed = isWhole ? [] : await withPlaces(entry, policy, cases, results);
  const lines = [
    `${policy.id}: ${failed.length} of ${cases.length} cases fail`,
    ...failed.flatMap((one) => caseLines(policy, one)),
    ...limits.map((fault) => `  FAILED  ${fault}`),
  ];
  return { policy: policy.id, cases: failed, limits, text: `${lines.join("\n")}\n` };
}

async function withPlaces(
  { file }: PolicyEntry,
  policy: Policy,
  cases: readonly PolicyCase[],
  results: readonly CaseResult[],
): Promise<readonly FailingCase[]> {
  const casesFile = casesFileOf(file);
  const [written, rules] = [await placesIn(casesFile), await placesIn(file)];
  const passing = cases.map((one, at) => ({ one, at })).filter(({ at }) => results[at]?.passed === true);
  return cases.flatMap((one, at) => {
    const result = results[at];
    if (result === undefined || result.passed) return [];
    const { name, expected, decided } = result;
    const said = writtenCase(written.value, at);
    const own = { what: "the case", file: casesFile, line: written.lineOf(["cases", at]) };
    const places = disagreeing(result).flatMap((id) => {
      const index = policy.rules.findIndex((rule) => rule.id === id);
      return index < 0 ? [] : [{ what: `\`${id}\``, file, line: rules.lineOf(["rules", index]) }];
    });
    const given = pick(one.facts, Object.keys(said.given ?? {}));
    const mend = [own, ...places];
    return [
      { name, expected, decided, given, without: said.without ?? [], unlike: nearestOf({ one, at }, passing), mend },
    ];
  });
}

type Written = { readonly given?: object; readonly without?: readonly string[] };

/** A case as it stands in a file that was read already. */
function writtenCase(file: unknown, at: number): Written {
  return (file as { readonly cases: readonly Written[] }).cases[at] ?? {};
}

/** The rules that one side names and the other does not; where both name the same, those that decided. */
function disagreeing({ expected, decided }: CaseResult): readonly string[] {
  const all = [...new Set([...expected.rules, ...decided.rules])];
  const apart = all.filter((id) => expected.rules.includes(id) !== decided.rules.includes(id));
  return apart.length > 0 ? apart : decided.rules;
}

function pick(facts: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => names.includes(name)));
}

type Numbered = { readonly one: PolicyCase; readonly at: number };

/** A case on the same day whose facts differ in the fewest; of several the next one in the file. */
function nearestOf({ one, at }: Numbered, passing: readonly Numbered[]): FailingCase["unlike"] {
  const names = ({ one: other }: Numbered) =>
    [...new Set([...Object.keys(one.facts), ...Object.keys(other.facts)])].filter(
      (name) => JSON.stringify(one.facts[name]) !== JSON.stringify(other.facts[name]),
    );
  const near = passing
    .filter((other) => other.one.at === one.at)
    .map((other) => ({ other, apart: names(other) }))
    .filter(({ apart }) => apart.length > 0 && apart.length <= NEAR)
    .toSorted((a, b) => a.apart.length - b.apart.length || Math.abs(a.other.at - at) - Math.abs(b.other.at - at))[0];
  return near === undefined ? null : { name: near.other.one.name, facts: pick(near.other.one.facts, near.apart) };
}

function caseLines(policy: Policy, { name, given, without, expected, decided, unlike, mend }: FailingCase) {
  const facts = [
    ...(Object.keys(given).length > 0 || without.length === 0 ? [requestText(policy, given)] : []),
    ...(without.length > 0 ? [`not knowing ${without.join(", ")}`] : []),
  ];
  const [own, ...rules] = mend.map(({ what, file, line }) => `${what} at ${file}:${line}`);
  return [
    `  FAILED  ${name}`,
    `          given    ${facts.join(", ")}`,
    `          expected ${outcomeText(expected)}`,
    `          decided  ${outcomeText(decided)}`,
    ...(unlike === null ? [] : [`          passes   \`${unlike.name}\`: there ${requestText(policy, unlike.facts)}`]),
    `          mend     ${own}${rules.length === 0 ? "" : `, or ${rules.join(", ")}`}`,
  ];
}
