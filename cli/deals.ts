import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import type { MatchOptions } from "./deals/match.ts";

/** `mandate deals`: which deals are co-sold, and with whom. */
export function addDeals(program: Command, cli: Cli): void {
  const noun = program.command("deals").description("which deals are co-sold, and with which partner");
  noun
    .command("list")
    .description("every deal of the CRM with where it stands, why and in whose hands; exit 3 where one is missing")
    .action(answering(cli, async (call) => (await import("./deals/list.ts")).list(call)));
  noun
    .command("match <deal>")
    .description("name the right partner for each role of a deal, with reasons, and why not the next three")
    .requiredOption("--partners <file>", "NDJSON: a partner beside the deal's account in each line")
    .option("--role <role...>", "of source, sell, influence, deliver, keep", ["sell"])
    .action(answering<MatchOptions>(cli, async (call) => (await import("./deals/match.ts")).match(call)));
}
