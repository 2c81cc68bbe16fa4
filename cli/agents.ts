import type { Command } from "commander";
import { addBudgets } from "./budgets.ts";
import { answering, operand, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import type { EvalOptions } from "./processes.ts";

type EvalFlags = Partial<Omit<EvalOptions, "k">> & { readonly k?: string; readonly dir: string };
type SecondFlags = { readonly as?: string; readonly dir: string };

const DIR = ["--dir <folder>", "where runs are recorded", "docs/evals"] as const;

/** `mandate agents`: how good the agents' work is, measured, and what bounds it. */
export function addAgents(program: Command, cli: Cli): void {
  const noun = program.command("agents").description("the agents: their prompts measured, their budgets and modes");
  addBudgets(noun, cli);
  const evals = noun
    .command("eval")
    .description(
      "put the labelled set to the configured model, and hold the figures against their bars; exit 3 below one",
    )
    .option("--k <times>", "how often each task is done; it passes when it does every time", "3")
    .option("--role <role>", "one agent alone: intelligence, orchestration or compliance")
    .option("--record", "keep the figures as the run of each prompt; needs --as")
    .option("--as <person>", "who answers for the record")
    .option(...DIR)
    .action(
      answering<EvalFlags>(cli, async ({ options }) => {
        const { role, record, as, dir } = options;
        return cli.processes.evals({ k: timesIn(options.k), role, record, as, dir });
      }),
    );
  evals
    .command("second <prompt>")
    .description("answer as a second person for the recorded run of a prompt, after reading its change and figures")
    .option("--as <person>", "who seconds it: not who recorded it")
    .option(...DIR)
    .action(
      answering<SecondFlags>(cli, async ({ args, options: { as, dir } }) =>
        cli.processes.secondEval({ prompt: operand(args), as, dir }),
      ),
    );
}

function timesIn(text = "3"): number {
  const k = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (k < 1 || k > 100)
    throw failure("usage", "not-a-count", `--k is \`${text}\``, "give a whole number from 1 to 100");
  return k;
}
