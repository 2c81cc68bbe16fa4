import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import type { ShadowReportOptions } from "./policies/shadow-report.ts";
import type { ShowSuggestionOptions, SuggestionOptions } from "./policies/suggestions.ts";

/** What recorded decisions say about letting agents do more. Everything here reads from a running system. */
export function addRollout(noun: Command, cli: Cli): void {
  noun
    .command("shadow-report [policy]")
    .description("tell what candidate rules, a mode that withholds or a canary would have changed")
    .option("--since <when>", "from `30d` back, or from a time such as 2026-03-01 (default: 30d)")
    .action(
      answering<ShadowReportOptions>(cli, async (call) => {
        return (await import("./policies/shadow-report.ts")).shadowReport(call);
      }),
    );
  const suggestions = noun
    .command("suggestions")
    .description("what people's answers say about the limits; nothing is changed");
  suggestions
    .command("list [policy]", { isDefault: true })
    .description("list suggested changes, what is still lacking for others, and how people answer")
    .option("--since <when>", "from `90d` back, or from a time such as 2026-03-01 (default: 180d)")
    .action(
      answering<SuggestionOptions>(cli, async (call) => {
        return (await import("./policies/suggestions.ts")).suggestions(call);
      }),
    );
  suggestions
    .command("show <id>")
    .description("print one as a patch, with its evidence and proofs")
    .option("--since <when>", "as for list")
    .option("--patch", "only the patch, for `git apply`")
    .action(
      answering<ShowSuggestionOptions>(cli, async (call) => {
        return (await import("./policies/suggestions.ts")).showSuggestion(call);
      }),
    );
}
