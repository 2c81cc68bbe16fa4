import type { Command } from "commander";
import type { AuditRecord, RecordKind } from "../../domain/audit-record.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Answer } from "./answer.ts";
import type { Records } from "./client.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { findCase } from "./find-case.ts";
import { widthOf } from "./io.ts";
import { connect } from "./session.ts";
import { writeTable } from "./table.ts";

type ShowOptions = { readonly steps?: boolean };

/** `mandate audit`: what happened and why, from the records alone. */
export function addAudit(program: Command, cli: Cli): void {
  const noun = program.command("audit").description("what is recorded about a case");
  noun
    .command("show <case>")
    .description("tell a case's story; a case id, an event id or the business object's id")
    .option("--steps", "one line per record, with its digest")
    .action(answering<ShowOptions>(cli, show));
}

async function show({ args, options, io }: Call<ShowOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const found = await client.records(await findCase(client, operand(args)));
  const { caseId, intact, records } = found;
  const text = options.steps === true ? stepsText(found, widthOf(io)) : await story(found);
  const seal = intact
    ? `${records.length === 1 ? "1 record" : `${records.length} records`}, numbered without a gap, every digest holds`
    : "THE RECORDS DO NOT HOLD: a digest or a number is wrong";
  return {
    data: found,
    text: `${caseId}\n\n${text}\n${seal}\n`,
    warnings: intact ? [] : ["the records are not intact"],
    next: options.steps === true ? [] : [`audit show ${caseId} --steps`],
    exit: intact ? "ok" : "problemsFound",
  };
}

async function story({ caseId, records }: Records): Promise<string> {
  const [{ tellStory }, { storyText }] = await Promise.all([
    import("../../audit/story.ts"),
    import("../../audit/story/text.ts"),
  ]);
  const company = caseId.split(":")[0] ?? "";
  const read = records.map(({ kind, body, ...rest }): AuditRecord => ({
    ...rest,
    company,
    caseId,
    kind: kind as RecordKind,
    body: body as JsonObject,
  }));
  return storyText(tellStory(read));
}

function stepsText({ records }: Records, width: number | undefined): string {
  const columns = [
    { header: "N", right: true },
    { header: "AT" },
    { header: "KIND" },
    { header: "DIGEST" },
    { header: "KEY", flexible: true },
  ];
  const rows = records.map(({ n, at, kind, digest, key }) => [String(n), at, kind, digest, key]);
  return writeTable(columns, rows, width);
}
