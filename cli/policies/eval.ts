import { dirname, resolve } from "node:path";
import type { JsonObject } from "../../domain/json.ts";
import { versioned } from "../../deciding/policies.ts";
import { runCases, type CaseResult } from "../../guardrails/cases.ts";
import { startOfDay } from "../../guardrails/cell.ts";
import { parseDate } from "../../guardrails/literals.ts";
import { loadRequest, typedFact } from "../../guardrails/request.ts";
import type { Policy } from "../../guardrails/policy.ts";
import { tryRequest } from "../../guardrails/trial.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { exitOfVerdict } from "../decide.ts";
import { CliFailure, failure } from "../failure.ts";
import { readAll } from "../io.ts";
import { entryAt } from "./analysed.ts";
import { trialText } from "./eval-report.ts";
import { neededText, readCases, shownPath, soundPolicy, type PolicyEntry } from "./folder.ts";
import { watch } from "./watch.ts";

export type EvalOptions = {
  readonly facts?: string;
  readonly base?: boolean;
  readonly at?: string;
  readonly watch?: boolean;
};

/** Where the facts of the request come from, read before a watched policy is looked at for the first time. */
type Given = {
  readonly file: string | undefined;
  readonly stdin: string | undefined;
  readonly pairs: readonly string[];
};

/**
 * `mandate policy eval ID|FILE [FACT=VALUE...]`: one request, decided here. No system is asked and nothing is recorded. Exit
 * 0 execute, 8 escalate, 7 block. Undefined once watching has ended.
 */
export async function evaluate({ args, options, io }: Call<EvalOptions>): Promise<Answer | undefined> {
  const what = operand(args);
  const { facts: file } = options;
  const stdin = file === "-" ? await readAll(io.stdin) : undefined;
  const given: Given = { file: file === "-" ? undefined : file, stdin, pairs: args.slice(1) };
  const now = new Date().toISOString();
  const work = async () => answerOf(await entryAt(options, what), given, { ...options, now });
  if (options.watch !== true) return work();
  const entry = await entryAt(options, what);
  const { policies } = await options.settings();
  const folders = [resolve(dirname(entry.file)), resolve(policies)];
  const paths = [...new Set([...folders, ...(given.file === undefined ? [] : [resolve(given.file)])])];
  await watch({ io, json: options.json === true, paths, shown: shownPath, work });
  return undefined;
}

/** `now`: when the command was called, ISO 8601, which stays while it watches. */
type When = EvalOptions & { readonly now: string };

async function answerOf(entry: PolicyEntry, given: Given, options: When): Promise<Answer> {
  const policy = soundPolicy(entry);
  const { version } = versioned(policy);
  const at = timeOf(options, policy);
  const beside = options.base === true || options.watch === true ? await readCases(entry, policy) : undefined;
  if (options.base === true && beside?.loaded.kind !== "loaded") {
    throw failure(
      "problemsFound",
      "no-base",
      `${entry.file} has no sound cases beside it`,
      "see `mandate policy check`",
    );
  }
  const loaded = beside?.loaded.kind === "loaded" ? beside.loaded : undefined;
  const base = options.base === true ? (loaded?.base ?? {}) : {};
  const facts = { ...base, ...(await factsFrom(given, policy)) };
  const trial = await tryRequest({ policy, version }, facts, at);
  const cases = options.watch === true && loaded !== undefined ? await runCases(policy, loaded.cases) : undefined;
  return {
    data: { policy: { id: policy.id, version }, at, facts, ...trial, ...(cases && { cases: casesOf(cases) }) },
    text: `${trialText(policy, trial, facts)}${cases === undefined ? "" : casesText(cases)}`,
    next: [`policy show ${policy.id}`, `policy test ${policy.id}`],
    exit: exitOfVerdict[trial.decision.kind],
  };
}

const casesOf = (results: readonly CaseResult[]) => results.map(({ name, passed }) => ({ name, passed }));

function casesText(results: readonly CaseResult[]): string {
  const failed = results.filter(({ passed }) => !passed);
  const count = `\n${results.length - failed.length} of ${results.length} cases pass\n`;
  return `${count}${failed.map(({ name }) => `  fails: ${name}\n`).join("")}`;
}

/** A day is its first instant in the policy's time zone. Throws `CliFailure` (usage) for what is no time. */
function timeOf({ at, now }: When, { timezone }: Policy): string {
  if (at === undefined) return now;
  if (parseDate(at) !== undefined) return startOfDay(at, timezone);
  const isTime = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(at) && !Number.isNaN(Date.parse(at));
  if (isTime) return new Date(at).toISOString();
  throw failure("usage", "not-a-time", `\`${at}\` is no time`, "give 2026-03-01, or 2026-03-01T09:00:00Z");
}

/** What was typed goes before what the file says. Throws `CliFailure` (usage) naming each fact that cannot be read. */
async function factsFrom({ file, stdin, pairs }: Given, policy: Policy): Promise<JsonObject> {
  const name = file === undefined ? "standard input" : shownPath(file);
  const text = file === undefined ? stdin : await neededText(file);
  const loaded = text === undefined ? undefined : loadRequest(name, text, policy);
  const typed = pairs.map((pair) => ({ pair, read: typedFact(pair, policy) }));
  const errors = [
    ...(loaded?.kind === "refused" ? loaded.problems : []).map(({ line, column, message, fix }) => {
      return { pointer: `${name}:${line}:${column}`, detail: `${message}; ${fix}` };
    }),
    ...typed.flatMap(({ pair, read }) => {
      return read.kind === "refused" ? [{ pointer: pair, detail: `${read.message}; ${read.fix}` }] : [];
    }),
  ];
  if (errors.length > 0) {
    const { problem } = failure(
      "usage",
      "facts-refused",
      "the request's facts cannot be read",
      `see \`policy show ${policy.id}\``,
    );
    throw new CliFailure("usage", { ...problem, errors });
  }
  const given = typed.flatMap(({ read }) => (read.kind === "fact" ? [[read.name, read.value] as const] : []));
  return { ...(loaded?.kind === "loaded" ? loaded.facts : {}), ...Object.fromEntries(given) };
}
