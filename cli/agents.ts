import type { Command } from "commander";
import { addBudgets } from "./budgets.ts";
import { answering, operand, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import type { EvalOptions } from "./processes.ts";

type EvalFlags = Partial<Omit<EvalOptions, "k">> & { readonly k?: string; readonly dir: string };
type ValueFlags = { readonly seed: string; readonly cases: string };
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
        return cli.processes.evals({ k: countIn("--k", options.k ?? "3", 100), role, record, as, dir });
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
  noun
    .command("value")
    .description(
      "play a seeded programme on engines of its own, with the agents, without any and without each, and tell what each changes",
    )
    .option(
      "--seed <number>",
      "what requests, people and requesters are drawn by; the same seed gives the same table",
      "1",
    )
    .option("--cases <number>", "how many requests are played, at most 200", "60")
    .action(
      answering<ValueFlags>(cli, async ({ options: { seed, cases } }) =>
        cli.processes.value(
          { seed: countIn("--seed", seed, 1_000_000), cases: countIn("--cases", cases, 200) },
          cli.io,
        ),
      ),
    );
}

function countIn(name: string, text: string, most: number): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > most) {
    throw failure("usage", "not-a-count", `${name} is \`${text}\``, `give a whole number from 1 to ${most}`);
  }
  return count;
}
