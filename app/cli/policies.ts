import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import type { TestOptions } from "./policies/test.ts";

/** `mandate policy`: the limits as files. Everything here works without a running system. */
export function addPolicies(program: Command, cli: Cli): void {
  const noun = program.command("policy").description("the limits: read, check and test the policy files");
  noun
    .command("list", { isDefault: true })
    .description("list the policies with their versions")
    .action(answering(cli, async (call) => (await import("./policies/list.ts")).list(call)));
  noun
    .command("show <id>")
    .description("show a policy in sentences; --json gives the document that its version is the SHA-256 of")
    .action(answering(cli, async (call) => (await import("./policies/show.ts")).show(call)));
  noun
    .command("check [what...]")
    .description("check policies and their cases, by id or file; every problem at line and column, exit 3 on any")
    .action(answering(cli, async (call) => (await import("./policies/check.ts")).check(call)));
  noun
    .command("test [id...]")
    .description("run the cases and the requests at every limit, and measure coverage; exit 3 when one fails")
    .option("--min-coverage <percent>", "fail under this coverage by the cases")
    .action(answering<TestOptions>(cli, async (call) => (await import("./policies/test.ts")).test(call)));
  noun
    .command("schema <id>")
    .description("print the JSON Schema that editors complete a policy file with")
    .action(answering(cli, async (call) => (await import("./policies/schema.ts")).schema(call)));
}
