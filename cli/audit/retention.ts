import type { Command } from "commander";
import type { RetentionBatchView, RetentionView } from "../../gateway/http/retention.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { answering, operand, type Call, type Cli } from "../command.ts";
import { failure } from "../failure.ts";
import { widthOf } from "../io.ts";
import { connect } from "../session.ts";
import { writeTable } from "../table.ts";

type AsOptions = { readonly as?: string };
type SetOptions = AsOptions & { readonly log?: string };
type RunOptions = AsOptions & { readonly dryRun?: boolean };

const runHelp = `
A schedule of the company runs it every night, \`<company>:record:retention\`; \`mandate doctor\` says whether it does.
This runs it now and in your name. What a legal hold is on, and what is still open, is passed over. Running it again erases nothing twice.`;

/** `mandate audit retention`: how long cases stay readable, and the end of it. */
export function addRetention(noun: Command, cli: Cli): void {
  const retention = noun.command("retention").description("how long cases stay readable after their last record");
  retention
    .command("show", { isDefault: true })
    .description("show the days for each log")
    .option("--as <person>", "act as this development identity")
    .action(answering<AsOptions>(cli, show));
  retention
    .command("set <days>")
    .description("set the days, 183 or more: longer at once, shorter by two people")
    .option("--log <log>", "the log with a partner, <company>~<partner> (default: the company's own)")
    .option("--as <person>", "act as this development identity")
    .action(answering<SetOptions>(cli, set));
  retention
    .command("run")
    .description("erase the cases that were kept long enough")
    .option("--dry-run", "say which they are, and erase nothing")
    .option("--as <person>", "act as this development identity")
    .addHelpText("after", runHelp)
    .action(answering<RunOptions>(cli, run));
}

async function show({ options, io }: Call<AsOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const { logs } = await bodyOf(client.v1.retention.$get());
  const columns = [{ header: "LOG" }, { header: "DAYS", right: true }, { header: "WAITS FOR A SECOND PERSON" }];
  const rows = logs.map(({ log, days, waiting }) => [log, String(days), waiting === null ? "" : waitingText(waiting)]);
  return { data: { logs }, text: writeTable(columns, rows, widthOf(io)) };
}

function waitingText({ days, askedBy }: NonNullable<RetentionView["waiting"]>): string {
  return `${days} days, asked by ${askedBy}`;
}

async function set({ args, options }: Call<SetOptions>): Promise<Answer> {
  const given = operand(args);
  const days = /^\d{1,5}$/.test(given) ? Number(given) : undefined;
  if (days === undefined)
    throw failure("usage", "not-a-number", `\`${given}\` is no number of days`, "give 183 or more");
  const client = await connect(options, { kind: "person", personId: options.as });
  const { log } = options;
  const setting = await bodyOf(client.v1.retention.$post({ json: { days, log } }));
  const { waiting } = setting;
  if (waiting === null) return { data: setting, text: `Cases of ${setting.log} are kept ${setting.days} days.\n` };
  const text = `Cases of ${setting.log} are still kept ${setting.days} days: ${waiting.days} waits for a second ops-engineer, not ${waiting.askedBy}.\n`;
  const ofLog = log === undefined ? "" : ` --log ${log}`;
  return { data: setting, text, next: [`audit retention set ${waiting.days}${ofLog} --as PERSON`] };
}

async function run({ options }: Call<RunOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const dryRun = options.dryRun === true;
  const erased: RetentionBatchView["erased"] = [];
  const skipped: RetentionBatchView["skipped"] = [];
  let after: string | null = "";
  while (after !== null) {
    const batch: RetentionBatchView = await bodyOf(client.v1.retention.run.$post({ json: { dryRun, after } }));
    erased.push(...batch.erased);
    skipped.push(...batch.skipped);
    after = batch.next;
  }
  const verb = dryRun ? "would be erased" : "erased";
  const lines = [
    ...erased.map(({ caseId }) => `${caseId}: ${verb}`),
    ...skipped.map(({ caseId, why }) => `${caseId}: passed over, ${why}`),
    `${erased.length} ${erased.length === 1 ? "case" : "cases"} ${verb}, ${skipped.length} passed over.`,
  ];
  return {
    data: { dryRun, erased, skipped },
    text: `${lines.join("\n")}\n`,
    next: dryRun && erased.length > 0 ? ["audit retention run"] : [],
  };
}
