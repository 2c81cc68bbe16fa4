import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import type { NewFunctionOptions } from "./functions/new.ts";

/** `mandate function`: what the programme does. Works in a checkout of the sources. */
export function addFunctions(program: Command, cli: Cli): void {
  const noun = program.command("function").description("what the programme does, one folder each");
  noun
    .command("new <id>")
    .description("write a function that works, with its policy, cases and test; what is there is never overwritten")
    .option("--title <title>", "what people call it (default: the id's words)")
    .option("--code <code>", "its code in the README's table (default: the id's initials)")
    .option("--type <type>", "the type of CRM object that it is about (default: the id)")
    .action(answering<NewFunctionOptions>(cli, async (call) => (await import("./functions/new.ts")).create(call)));
}
