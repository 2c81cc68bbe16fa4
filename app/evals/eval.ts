import { setTimeout as sleep } from "node:timers/promises";
import { AgentFault } from "../../agents/fault.ts";
import { bars, isReached, type Bar, type Figures } from "../../agents/evals/figures.ts";
import { setDigest, toldDigest, type EvalRun } from "../../agents/evals/recorded.ts";
import { evaluate, type Evaluated } from "../../agents/evals/run.ts";
import { evalSet } from "../../agents/evals/set/index.ts";
import type { ChatModelPort } from "../../agents/models/port.ts";
import { prompts } from "../../agents/prompts/index.ts";
import { digestOf } from "../../audit/digest.ts";
import type { Answer } from "../../cli/answer.ts";
import { failure } from "../../cli/failure.ts";
import type { EvalOptions } from "../../cli/processes.ts";
import { writeTable } from "../../cli/table.ts";
import { loadPolicies } from "../../deciding/policies.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { loadConfig } from "../config.ts";
import { chosenModel, modelOf } from "../model-choice.ts";
import { fixOf } from "../model-standing.ts";
import { offersRight } from "./offers.ts";
import { rolesNamed } from "./roles.ts";
import { personNamed, writeRun } from "./run-files.ts";

/** Puts the set to the configured model and holds the figures against the bars; records them where that is asked. Throws `CliFailure`. */
export async function evaluateAgents({ k, role, record = false, as, dir }: EvalOptions): Promise<Answer> {
  const roles = rolesNamed(role);
  const recordedBy = record ? personNamed(as) : undefined;
  const config = loadConfig();
  const model = await chosenModel(modelOf(config));
  const offers = await offersRight(await loadPolicies(config.policies));
  const deps = { model, digest: digestOf, prompts, set: evalSet, offers, sleep };
  const results: Evaluated[] = [];
  for (const one of roles) results.push(await evaluate(one, k, deps).catch(asFailure(model)));
  const isGood = results.every(({ role: of, figures }) => bars[of].every((bar) => isReached(bar, figures)));
  const heading = `${model.name}${model.offline ? ", which is no language model" : ""}, each task ${k === 1 ? "once" : `${k} times`}\n`;
  const paths = recordedBy === undefined || !isGood ? [] : await recordAll(results, { model, k, recordedBy, dir });
  const second =
    paths.length === 0 ? [] : results.map((one) => `agents eval second ${prompts[one.role].name} --as THEM`);
  const text = [heading, tableOf(results), failuresOf(results), recordedText(record, paths)].filter(Boolean).join("\n");
  const data = { model: model.name, offline: model.offline, k, results, recorded: paths };
  return { data, text, next: second, exit: isGood ? "ok" : "problemsFound" };
}

type Recording = Pick<EvalRun, "k" | "recordedBy"> & { readonly model: ChatModelPort; readonly dir: string };

async function recordAll(results: readonly Evaluated[], { model, k, recordedBy, dir }: Recording): Promise<string[]> {
  const at = new Date().toISOString().slice(0, 10);
  return Promise.all(
    results.map(({ role, figures }) => {
      const { name, version } = prompts[role];
      const prompt = { name, version, digest: toldDigest(role, prompts[role], digestOf) };
      const set = { digest: setDigest(digestOf) };
      const { name: of, offline } = model;
      return writeRun(dir, prompts[role], {
        prompt,
        set,
        model: of,
        offline,
        k,
        at,
        figures,
        recordedBy,
        secondedBy: null,
      });
    }),
  );
}

function recordedText(wanted: boolean, paths: readonly string[]): string {
  if (!wanted) return "";
  return paths.length === 0 ? "nothing is recorded: a bar is not reached\n" : `recorded: ${paths.join(", ")}\n`;
}

const columns = [
  { header: "AGENT" },
  { header: "PROMPT" },
  { header: "MEASURE" },
  { header: "FIGURE", right: true },
  { header: "BAR", right: true },
  { header: "" },
];

function tableOf(results: readonly Evaluated[]): string {
  return writeTable(
    columns,
    results.flatMap(({ role, figures }) => {
      const { tasks, untried } = figures;
      const { name, version } = prompts[role];
      const asked = untried === 0 ? "tasks" : `tasks, ${untried} more are for a language model`;
      const rows = bars[role].map((bar) => rowOf(bar, figures));
      return [[asked, String(tasks), "", ""], ...rows].map((row) => [role, `${name} v${version}`, ...row]);
    }),
  );
}

function rowOf(bar: Bar, figures: Figures): string[] {
  const { measure, title, atLeast, atMost } = bar;
  const shown = (ppm: number | null) =>
    ppm === null ? "not measured" : measure === "brierPpm" ? score(ppm) : formatPpm(ppm);
  const wanted = atLeast === undefined ? `at most ${shown(atMost ?? null)}` : `at least ${shown(atLeast)}`;
  return [title, shown(figures[measure]), wanted, isReached(bar, figures) ? "" : "BELOW"];
}

/** A score between 0 and 1 to its last millionth. */
function score(ppm: number): string {
  return `${Math.floor(ppm / 1_000_000)}.${String(ppm % 1_000_000).padStart(6, "0")}`;
}

function failuresOf(results: readonly Evaluated[]): string {
  return results.flatMap(({ role, failures }) => failures.map((line) => `  ${role}: ${line}\n`)).join("");
}

/** A model that does not answer is not measured. */
function asFailure({ name }: ChatModelPort) {
  return (error: unknown): never => {
    if (!(error instanceof AgentFault)) throw error;
    throw failure("failure", "not-measured", `${name}: ${error.message} (${error.code})`, fixOf(error.code));
  };
}
