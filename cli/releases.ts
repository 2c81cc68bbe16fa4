import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import type { ApplyOptions } from "./policies/apply.ts";
import type { PromoteOptions } from "./policies/promote.ts";
import type { SigningOptions } from "./policies/signing.ts";

/** The part of `mandate policy` that puts policies in force: releases and modes, each change signed by a person. */
export function addReleases(noun: Command, cli: Cli): void {
  noun
    .command("releases")
    .description("list what is in force, what waits for a second person, and the modes")
    .action(answering(cli, async (call) => (await import("./policies/releases.ts")).releases(call)));
  signed(noun.command("apply"))
    .description("put the folder in force: check, test, sign; what may loosen waits for a second person")
    .option("--canary <percent>", "for this share of subjects only, such as 10%")
    .action(answering<ApplyOptions>(cli, async (call) => (await import("./policies/apply.ts")).apply(call)));
  signed(noun.command("promote <what>"))
    .description("let a release pass as the second person, or a canary go on to all; --mode raises a policy's mode")
    .option("--mode <mode>", "raise the policy named to this autonomy mode; it takes two people")
    .action(answering<PromoteOptions>(cli, async (call) => (await import("./policies/promote.ts")).promote(call)));
  signed(noun.command("rollback [release]"))
    .description("withdraw a release that waits or is a canary, or go back from the one in force")
    .action(answering<SigningOptions>(cli, async (call) => (await import("./policies/rollback.ts")).rollback(call)));
  signed(noun.command("mode <policy> <mode>"))
    .description("set an autonomy mode (off, shadow, assisted, led): lower at once, higher by two people")
    .action(answering<SigningOptions>(cli, async (call) => (await import("./policies/mode.ts")).mode(call)));
}

function signed(command: Command): Command {
  return command
    .requiredOption("--reason <text>", "why; it is signed and recorded")
    .option("--as <person>", "sign as this development identity");
}
