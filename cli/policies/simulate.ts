import { writeFile } from "node:fs/promises";
import type { PastDecision } from "../../guardrails/simulate/past-decision.ts";
import { simulate as replay, type Simulation } from "../../guardrails/simulate/simulate.ts";
import type { Answer } from "../answer.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import { widthOf } from "../io.ts";
import { soundPolicyAt } from "./analysed.ts";
import { historyText } from "./history-file.ts";
import { historyOf, type HistoryOptions } from "./history.ts";
import { simulationMarkdown, simulationText } from "./simulate-report.ts";

export type SimulateOptions = HistoryOptions & {
  readonly export?: string;
  readonly failOn?: string;
  readonly markdown?: boolean;
};

/** Replaying fewer takes less than that. */
const MANY = 20_000;

/** `mandate policy simulate ID|FILE`: what the working copy would have made of what was decided. */
export async function simulate({ args, options, io }: Call<SimulateOptions>): Promise<Answer> {
  const failsOn = failsOnOf(options.failOn);
  const policy = await soundPolicyAt(options, operand(args));
  const { decisions, source } = await historyOf(policy, options, io);
  if (options.export !== undefined) await writeHistory(options.export, decisions);
  if (decisions.length >= MANY) io.stderr.write(`replaying ${decisions.length} decisions\n`);
  const simulation = replay(policy, decisions);
  const found = failsOn(simulation);
  const [example] = simulation.flips;
  return {
    data: { source, simulation, failedOn: found },
    text: options.markdown ? simulationMarkdown(simulation, source) : simulationText(simulation, source, widthOf(io)),
    warnings: warningsOf(simulation),
    next: [...(example === undefined ? [] : [`policy explain ${example.decisionId}`]), `policy test ${policy.id}`],
    exit: found.length > 0 ? "problemsFound" : "ok",
  };
}

async function writeHistory(path: string, decisions: readonly PastDecision[]): Promise<void> {
  await writeFile(path, historyText(decisions)).catch((error: NodeJS.ErrnoException) => {
    throw failure("failure", "not-written", `${path} cannot be written: ${error.message}`);
  });
}

const kinds = ["loosening", "tightening", "contradiction", "any"] as const;
type Found = { readonly kind: Exclude<(typeof kinds)[number], "any"> | "nothing-replayed"; readonly count: number };

/** What of a simulation fails the command. A history of which nothing can be replayed shows nothing, and fails too. */
function failsOnOf(given: string | undefined): (simulation: Simulation) => readonly Found[] {
  if (given === undefined) return () => [];
  const kind = kinds.find((known) => known === given);
  if (kind === undefined) {
    throw failure("usage", "unknown-change", `\`${given}\` is nothing to fail on`, `give one of ${kinds.join(", ")}`);
  }
  return ({ loosening, tightening, contradictions, replayed, unreplayable }) => {
    const all: readonly Found[] = [
      { kind: "loosening", count: loosening.count },
      { kind: "tightening", count: tightening.count },
      { kind: "contradiction", count: contradictions.length },
    ];
    const blind = replayed === 0 ? unreplayable.flatMap(({ decisionIds }) => decisionIds).length : 0;
    const wanted = all.filter((found) => kind === "any" || found.kind === kind);
    return [...wanted, { kind: "nothing-replayed" as const, count: blind }].filter(({ count }) => count > 0);
  };
}

function warningsOf({ replayed, unreplayable }: Simulation): readonly string[] {
  const left = unreplayable.flatMap(({ decisionIds }) => decisionIds).length;
  return [
    ...(replayed === 0 ? ["no decision was replayed: this shows nothing"] : []),
    ...(left === 0 ? [] : [`${left} of ${left + replayed} decisions could not be replayed`]),
  ];
}
