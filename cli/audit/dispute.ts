import type { Command } from "commander";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { FiledCase } from "../../proof/filed-case.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import type { Client } from "../client.ts";
import { answering, operand, type Call, type Cli } from "../command.ts";
import { findEscalation } from "../escalation-id.ts";
import { CliFailure, failure } from "../failure.ts";
import { isDecisionId } from "../find-case.ts";
import { connect } from "../session.ts";
import { bundleLines } from "./bundle-lines.ts";
import { knownKeys } from "./known-keys.ts";

type DisputeOptions = { readonly out: string; readonly vkey?: string; readonly for?: string };

/** `mandate audit dispute`: one folder that says why, for a partner manager, and proves it, for an arbitrator. */
export function addDispute(noun: Command, cli: Cli): void {
  noun
    .command("dispute <decision>")
    .description("write all about one decision into a folder: a page to read, its case, and the bundle that proves it")
    .requiredOption("--out <folder>", "where to; must be absent or empty")
    .option("--for <partner>", "the partner whose request it is: the folder holds what they may see, and nothing else")
    .option("--vkey <key>", "the log's verifier key, to check its signature with")
    .action(answering<DisputeOptions>(cli, dispute));
}

async function dispute({ args, options }: Call<DisputeOptions>): Promise<Answer> {
  const { out } = options;
  const [{ obstacleAt }, { disputeIn }, { disputeFiles, writeFiles }, { fileFor }] = await Promise.all([
    import("../../proof/export/write-folder.ts"),
    import("../../proof/dispute/filed.ts"),
    import("../../proof/dispute/folder.ts"),
    import("../../proof/dispute/for-reader.ts"),
  ]);
  const obstacle = await obstacleAt(out);
  if (obstacle !== undefined) throw failure("conflict", "not-empty", obstacle, "give a folder that is not there yet");
  const client = await connect(options, { kind: "reader" });
  const decisionId = await decisionOf(client, operand(args));
  const whole = await coveredFile(client, decisionId);
  const reader = options.for ?? whole.company;
  const file = fileFor(whole, decisionId, reader);
  if (file === undefined) {
    const why = `decision \`${decisionId}\` is about no request of \`${reader}\``;
    throw failure("forbidden", "not-theirs", why, "name the partner whose request it is, as `audit show` tells it");
  }
  const told = await disputeIn(file, decisionId, await knownKeys(options, options.vkey));
  if (told === undefined)
    throw failure("notFound", "not-found", `no decision \`${decisionId}\` in case \`${file.caseId}\``);
  const refusal = await writeBundle(client, file, reader, join(out, "bundle"));
  const files = await writeFiles(out, disputeFiles(told.dispute, file, { hasBundle: refusal === undefined, reader }));
  const { asked, verdict } = told.dispute;
  const ended = verdict.end.map(({ text }) => text).join(" ");
  return {
    data: {
      out,
      reader,
      decisionId,
      caseId: file.caseId,
      verdict: verdict.verdict,
      files,
      bundle: refusal === undefined,
    },
    text: `${asked.sentence}\n${verdict.verdict}: ${verdict.reason}\n${ended}\n\n${join(out, "index.html")}\n`,
    warnings: warningsOf(told.fault, refusal),
    next:
      refusal === undefined
        ? [`audit verify ${join(out, "bundle")}`]
        : [`audit export --case ${file.caseId} --as ${reader} --out ${join(out, "bundle")}`],
    exit: told.fault === "" ? "ok" : "problemsFound",
  };
}

/** The decision that was named, or the one that an escalation came of. */
async function decisionOf(client: Client, given: string): Promise<string> {
  if (isDecisionId(given)) return given;
  if (given.startsWith("esc_")) return (await findEscalation(client, given)).decisionId;
  const fix = "`mandate audit show CASE` names its decisions";
  throw failure("usage", "not-a-decision", `\`${given}\` is no decision's id`, fix);
}

/** How long a checkpoint is waited for, and how often it is asked. */
const COVERED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 500;

/** The case once all of it stands under a checkpoint, or as it is when none comes. */
async function coveredFile(client: Client, decisionId: string): Promise<FiledCase> {
  const until = performance.now() + COVERED_WITHIN_MS;
  for (;;) {
    const file = await bodyOf(client.v1.cases[":caseId"].file.$get({ param: { caseId: decisionId } }));
    const isCovered = file.records.every(({ proof }) => proof !== null);
    if (isCovered || performance.now() > until) return file;
    await wait(ASK_EVERY_MS);
  }
}

/** Why there is no bundle; undefined when it is written. The page is worth having without it. */
async function writeBundle(
  client: Client,
  { caseId }: FiledCase,
  reader: string,
  folder: string,
): Promise<string | undefined> {
  const [{ writeFolder }, { piecesOf }] = await Promise.all([
    import("../../proof/export/write-folder.ts"),
    import("../../proof/export/wire.ts"),
  ]);
  try {
    await writeFolder(folder, piecesOf(bundleLines(client, { case: caseId, as: reader })));
    return undefined;
  } catch (error) {
    const isRefusal = error instanceof CliFailure && ["forbidden", "notFound", "conflict"].includes(error.exit);
    if (isRefusal) return error.problem.detail;
    throw error;
  }
}

function warningsOf(fault: string, refusal: string | undefined): readonly string[] {
  return [
    ...(fault === "" ? [] : [`the records do not hold: ${fault}`]),
    ...(refusal === undefined ? [] : [`the folder has no bundle: ${refusal}`]),
  ];
}
