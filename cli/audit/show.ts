import type { Command } from "commander";
import type { AuditRecord } from "../../domain/audit-record.ts";
import type { FiledCase, FiledRecord } from "../../proof/filed-case.ts";
import type { Integrity } from "../../proof/replay/integrity.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { answering, operand, type Call, type Cli } from "../command.ts";
import { failure } from "../failure.ts";
import { findCase, isDecisionId } from "../find-case.ts";
import { widthOf } from "../io.ts";
import { connect } from "../session.ts";
import { writeTable } from "../table.ts";
import { knownKeys } from "./known-keys.ts";

type ShowOptions = { readonly steps?: boolean; readonly raw?: boolean; readonly vkey?: string };

/** `mandate audit show`: what happened and why, from the records alone. */
export function addShow(noun: Command, cli: Cli): void {
  noun
    .command("show <case>")
    .description("tell a case's story; a case, decision or event id, or the business object's id")
    .option("--steps", "one line per record: its leaf, what it rests on, its place in the log")
    .option("--raw", "each record's envelope and what is disclosed of its body, as JSON")
    .option("--vkey <key>", "the log's verifier key, to check its signature with")
    .action(answering<ShowOptions>(cli, show));
}

async function show({ args, options, io }: Call<ShowOptions>): Promise<Answer> {
  const { steps = false, raw = false } = options;
  if (steps && raw) throw failure("usage", "two-forms", "--steps and --raw do not go together", "give one of them");
  const given = operand(args);
  const client = await connect(options, { kind: "reader" });
  const caseId = isDecisionId(given) ? given : await findCase(client, given);
  const file = await bodyOf(client.v1.cases[":caseId"].file.$get({ param: { caseId } }));
  const { checkIntegrity } = await import("../../proof/replay/integrity.ts");
  const integrity = checkIntegrity(file, await knownKeys(options, options.vkey));
  const records = await toldOf(file, given);
  const filed = file.records.filter(({ n }) => records.some((record) => record.n === n));
  const text = raw ? rawText(filed) : steps ? await stepsText(filed, file, widthOf(io)) : await storyOf(records, file);
  const holds = integrity.outcome.kind !== "differs" && file.intact;
  const shown = filed.length === file.records.length ? "" : `${filed.length} of `;
  return {
    data: { ...file, records: filed },
    text: `${file.caseId}\n\n${text}\n${shown}${proofWords(file.records.length, integrity)}\n`,
    warnings: holds ? [] : ["the records are not intact"],
    next: steps || raw ? [] : [`audit show ${given} --steps`, `audit replay ${given}`],
    exit: holds ? "ok" : "problemsFound",
  };
}

/** All of a case; of a decision, what led to it and what came of it. */
async function toldOf(file: FiledCase, given: string): Promise<readonly AuditRecord[]> {
  const [{ recordsIn }, { recordsAbout }, { recordKeys }] = await Promise.all([
    import("../../proof/replay/filed-records.ts"),
    import("../../proof/replay/about.ts"),
    import("../../audit/record-keys.ts"),
  ]);
  const records = recordsIn(file);
  return isDecisionId(given) ? recordsAbout(records, recordKeys.decision(given)) : records;
}

async function storyOf(records: readonly AuditRecord[], file: FiledCase): Promise<string> {
  const [{ tellStory }, { storyText }, { toldRecords }] = await Promise.all([
    import("../../audit/story.ts"),
    import("../../audit/story/text.ts"),
    import("../../audit/story/told.ts"),
  ]);
  return storyText(tellStory(toldRecords(records, file)));
}

async function stepsText(
  shown: readonly FiledRecord[],
  { records }: FiledCase,
  width: number | undefined,
): Promise<string> {
  const { checkpointOf } = await import("../../proof/replay/checkpoint-of.ts");
  const numbers = new Map(records.map(({ digest, n }) => [digest, String(n)]));
  const columns = [
    { header: "N", right: true },
    { header: "AT" },
    { header: "KIND" },
    { header: "LEAF" },
    { header: "RESTS ON" },
    { header: "PLACE", right: true },
    { header: "CHECKPOINT", right: true },
    { header: "KEY", flexible: true },
  ];
  const rows = shown.map(({ n, at, kind, digest, parents, seq, proof, key }) => [
    String(n),
    at,
    kind,
    digest,
    parents.map((parent) => numbers.get(parent) ?? "elsewhere").join(","),
    seq === null ? "waits" : String(seq),
    proof === null ? "" : String(checkpointOf(proof)?.size ?? "?"),
    key,
  ]);
  return writeTable(columns, rows, width);
}

function rawText(shown: readonly FiledRecord[]): string {
  return shown.map(({ envelope, body, erased }) => `${JSON.stringify({ envelope, body, erased }, null, 2)}\n`).join("");
}

const unchecked = " (its signature is not checked: the log's key is not known here)";

/** How much of a case of so many records is proved, in one sentence without a full stop. */
function proofWords(records: number, { outcome, under, waiting }: Integrity): string {
  const all = records === 1 ? "1 record" : `${records} records`;
  if (outcome.kind === "differs") return `THE RECORDS DO NOT HOLD: ${outcome.what}`;
  const holds = `${all}, numbered without a gap, every digest holds`;
  if (under === null) return `${holds}; waits for the next checkpoint`;
  const { size, origin, cosignedBy, signed } = under;
  const place = `under checkpoint ${size} of ${origin}`;
  const cosigned = cosignedBy.length === 0 ? "" : `, cosigned by ${cosignedBy.join(", ")}`;
  const late = waiting === 0 ? "" : `; ${waiting} of them ${waiting === 1 ? "waits" : "wait"} for the next checkpoint`;
  return `${holds}, ${place}${cosigned}${signed ? "" : unchecked}${late}`;
}
