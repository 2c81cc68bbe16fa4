import { probeBoundaries } from "../../guardrails/boundaries.ts";
import { runCases } from "../../guardrails/cases.ts";
import { coverageOf } from "../../guardrails/coverage.ts";
import { formatProblem } from "../../guardrails/problem.ts";
import { versioned } from "../../deciding/policies.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { failure } from "../failure.ts";
import { widthOf } from "../io.ts";
import { noCases } from "./check.ts";
import { entryOf, readCases, readFolder, type PolicyEntry } from "./folder.ts";
import { testTexts, textsReport } from "./brand-test.ts";
import { reportText, type Report } from "./test-report.ts";

export type TestOptions = { readonly minCoverage?: string };

/** `mandate policy test [ID...]`: the cases, the requests at every limit, and what the cases leave unshown. */
export async function test({ args, options, io }: Call<TestOptions>): Promise<Answer> {
  const minimum = minimumOf(options.minCoverage);
  const folder = await readFolder(options);
  const named = [...new Set(args)].map((id) => entryOf(folder, id));
  const reports: Report[] = [];
  for (const entry of args.length === 0 ? folder.entries : named) reports.push(await testEntry(entry, minimum));
  const texts = args.length === 0 ? await testTexts(folder) : [];
  const ok = reports.length > 0 && [...reports, ...texts].every((report) => report.ok);
  const refused = reports.some(({ problems }) => problems.length > 0);
  return {
    data: { minCoverage: minimum, policies: reports.map(told), brand: texts },
    text:
      reports.length === 0
        ? `No policy under ${folder.path}.\n`
        : reportText(reports, minimum, widthOf(io)) + textsReport(texts),
    next: refused ? ["policy check"] : [],
    exit: ok ? "ok" : "problemsFound",
  };
}

/** A report for scripts: everything but the policy itself, which `policy show` gives. */
function told({ tested, ...report }: Report) {
  if (tested === null) return { ...report, tested };
  const { version, cases, boundaries, coverage } = tested;
  return { ...report, tested: { version, cases, boundaries, coverage } };
}

function minimumOf(given: string | undefined): number {
  if (given === undefined) return 0;
  if (/^(\d{1,2}|100)%?$/.test(given)) return Number.parseInt(given, 10);
  throw failure("usage", "not-a-percentage", `\`${given}\` is no percentage`, "give a whole number from 0 to 100");
}

async function testEntry(entry: PolicyEntry, minimum: number): Promise<Report> {
  const { id, file, loaded } = entry;
  if (loaded.kind === "refused") return { id, ok: false, problems: loaded.problems.map(formatProblem), tested: null };
  const { policy } = loaded;
  const beside = await readCases(entry, policy);
  if (beside === undefined) {
    return { id, ok: false, problems: [formatProblem(noCases(file))], tested: null };
  }
  if (beside.loaded.kind === "refused") {
    return { id, ok: false, problems: beside.loaded.problems.map(formatProblem), tested: null };
  }
  const { cases } = beside.loaded;
  const results = await runCases(policy, cases);
  const boundaries = await probeBoundaries(policy, cases);
  const coverage = coverageOf(policy, cases);
  const passed = results.every((result) => result.passed) && boundaries.failures.length === 0;
  const tested = { policy, version: versioned(policy).version, cases: results, boundaries, coverage };
  return { id, ok: passed && coverage.percent >= minimum, problems: [], tested };
}
