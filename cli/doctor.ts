import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";

/** `mandate doctor`: what a running system depends on, with the fixing command for each finding. */
export function addDoctor(program: Command, cli: Cli): void {
  program
    .command("doctor")
    .description("check everything a running system depends on; exit 3 when something fails")
    .action(answering(cli, () => cli.processes.doctor()));
}
