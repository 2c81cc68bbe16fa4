import type { Command } from "commander";
import type { Level, LevelResult } from "../../proof/replay/replay.ts";
import type { VersionedPolicy } from "../../deciding/policies.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { answering, operand, type Call, type Cli } from "../command.ts";
import { failure, type ExitName } from "../failure.ts";
import { findCase, isDecisionId } from "../find-case.ts";
import { connect, type Environment } from "../session.ts";
import { knownKeys } from "./known-keys.ts";

type ReplayOptions = { readonly level?: string; readonly policy?: string; readonly vkey?: string };

const levels: readonly Level[] = ["integrity", "guardrail", "agent", "what-if"];
/** What `replay` does when no level is named. */
const usual: readonly Level[] = ["integrity", "guardrail", "agent"];

/** `mandate audit replay`: does what is recorded come out again? */
export function addReplay(noun: Command, cli: Cli): void {
  noun
    .command("replay <case>")
    .description("take a case or a decision again from its records; exit 0 the same, 3 differs, 2 cannot be checked")
    .option("--level <level>", `one of ${levels.join(", ")} (default: the first three)`)
    .option("--policy <file>", "what if: judge what was decided under this policy file instead")
    .option("--vkey <key>", "the log's verifier key, to check its signature with")
    .action(answering<ReplayOptions>(cli, replay));
}

async function replay({ args, options }: Call<ReplayOptions>): Promise<Answer> {
  const wanted = levelsOf(options);
  const policy = options.policy === undefined ? null : await policyIn(options, options.policy);
  const given = operand(args);
  const client = await connect(options, { kind: "reader" });
  const caseId = isDecisionId(given) ? given : await findCase(client, given);
  const file = await bodyOf(client.v1.cases[":caseId"].file.$get({ param: { caseId } }));
  const { replayCase } = await import("../../proof/replay/replay.ts");
  const keys = await knownKeys(options, options.vkey);
  const decisionId = isDecisionId(given) ? given : null;
  const results = await replayCase(file, { levels: wanted, decisionId, keys, policy });
  return {
    data: { caseId: file.caseId, results },
    text: `${file.caseId}\n\n${results.map(resultText).join("")}`,
    next: [`audit show ${given}`],
    exit: exitOf(results),
  };
}

function levelsOf({ level, policy }: ReplayOptions): readonly Level[] {
  const found = levels.find((known) => known === level);
  if (level !== undefined && found === undefined) {
    throw failure("usage", "no-such-level", `no level \`${level}\``, `give one of ${levels.join(", ")}`);
  }
  if (found === "what-if" && policy === undefined) {
    throw failure("usage", "no-policy", "what-if needs another policy", "give --policy FILE");
  }
  if (policy !== undefined && found !== undefined && found !== "what-if") {
    throw failure("usage", "two-levels", `--policy does not go with --level ${found}`, "give --level what-if, or none");
  }
  if (found !== undefined) return [found];
  return policy === undefined ? usual : ["what-if"];
}

async function policyIn(options: Environment, path: string): Promise<VersionedPolicy> {
  const [{ policyFileOf, readPolicyFile, soundPolicy }, { versioned }] = await Promise.all([
    import("../policies/folder.ts"),
    import("../../deciding/policies.ts"),
  ]);
  return versioned(soundPolicy(await readPolicyFile(options, policyFileOf(path), "any")));
}

const words = { same: "same", differs: "DIFFERS", cannot: "cannot be checked", nothing: "nothing to replay" } as const;

function resultText({ level, of, outcome, notes }: LevelResult): string {
  const name = level === "what-if" ? "what if: never what happened" : level;
  const said = outcome.kind === "differs" ? outcome.what : outcome.kind === "same" ? "" : outcome.why;
  const lines = [
    `${name}: ${of}: ${words[outcome.kind]}${said === "" ? "" : `: ${said}`}`,
    ...notes.map((note) => `  - ${note}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** 3 when something differs, 2 when something cannot be checked, else 0. */
function exitOf(results: readonly LevelResult[]): ExitName {
  const kinds = new Set(results.map(({ outcome }) => outcome.kind));
  if (kinds.has("differs")) return "problemsFound";
  return kinds.has("cannot") ? "usage" : "ok";
}
