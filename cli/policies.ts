import type { Command } from "commander";
import { answering, type Cli } from "./command.ts";
import type { ApplyOptions } from "./policies/apply.ts";
import type { BrandOptions } from "./policies/brand.ts";
import type { CheckOptions } from "./policies/check.ts";
import type { DiffOptions } from "./policies/diff.ts";
import type { DraftOptions } from "./policies/draft.ts";
import type { EvalOptions } from "./policies/eval.ts";
import type { FmtOptions } from "./policies/fmt.ts";
import type { HoverOptions } from "./policies/hover.ts";
import type { ImportOptions } from "./policies/import.ts";
import type { LintOptions } from "./policies/lint.ts";
import type { NewOptions } from "./policies/new.ts";
import type { PromoteOptions } from "./policies/promote.ts";
import type { RollbackOptions } from "./policies/rollback.ts";
import type { ShadowReportOptions } from "./policies/shadow-report.ts";
import type { SigningOptions } from "./policies/signing.ts";
import type { SimulateOptions } from "./policies/simulate.ts";
import type { ShowSuggestionOptions, SuggestionOptions } from "./policies/suggestions.ts";
import type { TestOptions } from "./policies/test.ts";

/** `mandate policy`: the limits as files. Everything here works without a running system. */
export function addPolicies(program: Command, cli: Cli): void {
  const noun = program.command("policy").description("the limits: read, check and test the policy files");
  noun
    .command("list", { isDefault: true })
    .description("list the policies with their versions, and which files say something else than what is in force")
    .action(answering(cli, async (call) => (await import("./policies/list.ts")).list(call)));
  noun
    .command("show <what> [policy]")
    .description("show a policy in sentences, by id, file or out of a release; --json gives its document")
    .action(answering(cli, async (call) => (await import("./policies/show.ts")).show(call)));
  noun
    .command("check [what...]")
    .description("check policies and their cases, by id or file; every problem at line and column, exit 3 on any")
    .option("--strict", "exit 3 on warnings too")
    .action(answering<CheckOptions>(cli, async (call) => (await import("./policies/check.ts")).check(call)));
  noun
    .command("test [id...]")
    .description("run the cases and the requests at every limit, and measure coverage; exit 3 when one fails")
    .option("--min-coverage <percent>", "fail under this coverage by the cases")
    .action(answering<TestOptions>(cli, async (call) => (await import("./policies/test.ts")).test(call)));
  noun
    .command("brand <what>")
    .description(
      "what the brand rules of the folder find in a text, or in a file's: place, rule and what is allowed; exit 3 on any",
    )
    .option("--cites <ids>", "evidence that the text cites, with commas")
    .action(answering<BrandOptions>(cli, async (call) => (await import("./policies/brand.ts")).brand(call)));
  noun
    .command("lint [id...]")
    .description("find what has no effect: rules, limits, overrides; and requests without a rule; exit 3 on an error")
    .option("--strict", "exit 3 on warnings too")
    .option("--people <file>", "also find routes that nobody can staff: a JSON list of people and roles")
    .action(answering<LintOptions>(cli, async (call) => (await import("./policies/lint.ts")).lint(call)));
  noun
    .command("prove [id...]")
    .description("prove each invariant of every request there can be; exit 3 on a counterexample")
    .action(answering(cli, async (call) => (await import("./policies/prove.ts")).prove(call)));
  noun
    .command("diff <a> <b>")
    .description("which requests the second decides otherwise, or the proof of none: policies, files, releases")
    .option("--expect-equal", "exit 3 unless they are proved equal")
    .action(answering<DiffOptions>(cli, async (call) => (await import("./policies/diff.ts")).diff(call)));
  noun
    .command("simulate <what>")
    .description("replay what was decided under a policy file of the folder, by id or file, and tell what changes")
    .option("--history <file>", "decisions from a file, one JSON object per line, instead of the running system")
    .option("--since <time>", "decisions of this long, or from this time on (default 90d)")
    .option("--export <file>", "also write the decisions that were read, for --history")
    .option("--fail-on <change>", "exit 3 on any loosening, tightening or contradiction of a person; or on any")
    .option("--markdown", "write Markdown, for a pull request")
    .action(answering<SimulateOptions>(cli, async (call) => (await import("./policies/simulate.ts")).simulate(call)));
  noun
    .command("explain <decision>")
    .description("why a decision came out so: rules with values, parameters, limits, and the nearest other verdicts")
    .action(answering(cli, async (call) => (await import("./policies/explain.ts")).explain(call)));
  addWriting(noun, cli);
  addRollout(noun, cli);
  addReleases(noun, cli);
}

/** What helps while a policy is written. */
function addWriting(noun: Command, cli: Cli): void {
  noun
    .command("new <id>")
    .description("begin a policy with its cases, over facts of its own; what is there is never overwritten")
    .option("--facts <file>", "the facts, as YAML or JSON Schema; else some to begin with")
    .action(answering<NewOptions>(cli, async (call) => (await import("./policies/new.ts")).create(call)));
  noun
    .command("eval <what> [fact=value...]")
    .description(
      "decide one request here, by id or file; nothing is asked or recorded; exit 0 execute, 8 escalate, 7 block",
    )
    .option("--facts <file>", "the facts as YAML or JSON; - reads standard input")
    .option("--base", "take what is not given from the base of the policy's cases")
    .option("--at <time>", "as of this day or time (default: now)")
    .option("--watch", "again whenever the policy, its cases or the facts change, with what changed, until Ctrl-C")
    .action(answering<EvalOptions>(cli, async (call) => (await import("./policies/eval.ts")).evaluate(call)));
  noun
    .command("fmt [what...]")
    .description("write policies and what stands beside them in the one layout, by id or file; comments are kept")
    .option("--check", "write nothing, and exit 3 when a file is not in it")
    .action(answering<FmtOptions>(cli, async (call) => (await import("./policies/fmt.ts")).fmt(call)));
  noun
    .command("import <file>")
    .description(
      "draft a policy with facts and cases from an approval matrix (.csv), a decision table (.dmn), Cedar (.cedar) or Rego (.rego); exit 3 names each line without a translation",
    )
    .option("--as <id>", "the policy's id (default: the file's name)")
    .action(answering<ImportOptions>(cli, async (call) => (await import("./policies/import.ts")).importPolicy(call)));
  noun
    .command("draft <words...>")
    .description(
      "draft a change from plain English words, read by fixed patterns, as a tested diff; nothing is applied, and what cannot be read is named",
    )
    .option("--policy <what>", "of this policy only, by id or file")
    .option("--at <day>", "days without a year are the next to come after this one (default: today)")
    .option("--out <file>", "also write the diff to a new file, for `git apply`")
    .action(answering<DraftOptions>(cli, async (call) => (await import("./policies/draft.ts")).draft(call)));
  noun
    .command("hover <fact>")
    .description("tell what a fact is, which rules and limits read it, and what recorded requests brought for it")
    .option("--policy <what>", "of this policy only, by id or file")
    .option("--history <file>", "requests from a history file, instead of the running system")
    .option("--since <time>", "requests of this long, or from this time on (default 90d)")
    .action(answering<HoverOptions>(cli, async (call) => (await import("./policies/hover.ts")).hover(call)));
  noun
    .command("schema <id>")
    .description("print the JSON Schema that editors complete a policy file with")
    .action(answering(cli, async (call) => (await import("./policies/schema.ts")).schema(call)));
}

/** What recorded decisions say about letting agents do more. Everything here reads from a running system. */
function addRollout(noun: Command, cli: Cli): void {
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

/** The part of `mandate policy` that puts policies in force: releases and modes, each change signed by a person. */
function addReleases(noun: Command, cli: Cli): void {
  noun
    .command("releases")
    .description("list what is in force, what waits for a second person, and the modes")
    .action(answering(cli, async (call) => (await import("./policies/releases.ts")).releases(call)));
  signed(noun.command("apply"))
    .description("put the folder in force: check, test, sign; what may loosen waits for a second person")
    .option("--canary <percent>", "for this share of subjects only, such as 10%")
    .option("--replace", "take the place of the release that waits, or of the canary that runs; its author is told")
    .action(answering<ApplyOptions>(cli, async (call) => (await import("./policies/apply.ts")).apply(call)));
  signed(noun.command("promote <what>"))
    .description(
      "let a release pass as the second person, or a canary go on to all, with all that it changes; --mode raises a policy's mode",
    )
    .option("--yes", "sign without being asked at a terminal")
    .option("--mode <mode>", "raise the policy named to this autonomy mode; it takes two people")
    .action(answering<PromoteOptions>(cli, async (call) => (await import("./policies/promote.ts")).promote(call)));
  signed(noun.command("rollback [release]"))
    .description("withdraw a release that waits or is a canary, or go back from the one in force")
    .option("--yes", "sign without being asked at a terminal")
    .action(answering<RollbackOptions>(cli, async (call) => (await import("./policies/rollback.ts")).rollback(call)));
  signed(noun.command("mode <policy> <mode>"))
    .description("set an autonomy mode (off, shadow, assisted, led): lower at once, higher by two people")
    .action(answering<SigningOptions>(cli, async (call) => (await import("./policies/mode.ts")).mode(call)));
}

function signed(command: Command): Command {
  return command
    .requiredOption("--reason <text>", "why; it is signed and recorded")
    .option("--as <person>", "sign as this development identity");
}
