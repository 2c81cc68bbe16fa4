import type { Command } from "commander";
import { BATCH_TIMEOUT_MS } from "../gateway/batches/limits.ts";
import type { BatchFormat } from "../gateway/batches/split.ts";
import type { BatchList, BatchShown } from "../gateway/http/batches.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { CliFailure, failure } from "./failure.ts";
import { widthOf, type Io } from "./io.ts";
import { callerOf, connect } from "./session.ts";
import { writeList } from "./table.ts";

type ListOptions = { readonly source?: string };
type SendOptions = {
  readonly source: string;
  readonly window: string;
  readonly format?: string;
  readonly replace?: boolean;
  readonly as?: string;
};
type Batch = BatchList["batches"][number];

/** `mandate batches`: data that comes in bulk. */
export function addBatches(program: Command, cli: Cli): void {
  const noun = program.command("batches").description("data that comes in bulk, and how far it is");
  noun
    .command("list", { isDefault: true })
    .description("list batches, those that something came of last first")
    .option("--source <source>", "of this source only")
    .action(answering<ListOptions>(cli, list));
  noun.command("show <id>").description("how far a batch is, and what could not be read").action(answering(cli, show));
  noun
    .command("send <file>")
    .description("send what a source has of a window: NDJSON or CSV; - reads standard input")
    .requiredOption("--source <source>", "whose data it is")
    .requiredOption("--window <window>", "what it is about: 2026-03, 2026-03-02, 2026-03-02T09, or two with a slash")
    .option("--format <format>", "ndjson or csv (default: by the file's name)")
    .option("--replace", "take the place of the batch that stands for this source and window")
    .option("--as <person>", "who sends: a development identity of this machine")
    .action(answering<SendOptions>(cli, send));
}

async function list({ options, io }: Call<ListOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const { source } = options;
  const { pages, total } = await everyPage((page) =>
    bodyOf(client.v1.batches.$get({ query: { source, limit: "200", ...page } })),
  );
  const batches = pages.flatMap((page) => page.batches);
  const columns = [
    { header: "ID" },
    { header: "SOURCE" },
    { header: "WINDOW" },
    { header: "STATE" },
    { header: "ROWS", right: true },
    { header: "BAD", right: true },
    { header: "OBJECTS TOLD" },
  ];
  const [first] = batches;
  return {
    data: { batches, total },
    text:
      first === undefined
        ? "No batch has come.\n"
        : writeList(columns, batches.map(row), { total, width: widthOf(io) }),
    next: first === undefined ? [] : [`batches show ${first.batchId}`],
  };
}

function row({ batchId, source, window, state, rows, badRows, functions }: Batch): string[] {
  const told = functions.map(({ functionId, told: count, objects }) => `${functionId} ${count}/${objects}`);
  return [batchId, source, window, state, String(rows), badRows === 0 ? "" : String(badRows), told.join(", ")];
}

async function show({ args, options }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const batch = await bodyOf(client.v1.batches[":name"].$get({ param: { name: operand(args) } }));
  return { data: batch, text: batchText(batch), next: batch.digest === null ? [] : [`audit show ${batch.caseId}`] };
}

async function send({ args, options, io }: Call<SendOptions>): Promise<Answer> {
  const { source, window, as, replace = false } = options;
  const file = operand(args);
  const format = formatOf(options.format ?? file.split(".").at(-1) ?? "");
  const client = await connect(options, callerOf(as), BATCH_TIMEOUT_MS);
  const init = { body: await streamOf(file, io), duplex: "half" } as const;
  const response = await client.v1.batches[":name"]
    .$post(
      { param: { name: source }, query: { window, ...(replace && { replace: "true" as const }) } },
      { headers: { "content-type": types[format] }, init },
    )
    .catch((error: unknown) => {
      throw cutOff(error);
    });
  const batch = await bodyOf(Promise.resolve(response));
  const known = response.status === 202 ? "" : "These bytes are there already.\n";
  return { data: batch, text: `${known}${batchText(batch)}`, next: [`batches show ${batch.batchId}`] };
}

/** A gateway that does not run took nothing: that is told as ever. */
function cutOff(error: unknown): unknown {
  if (!(error instanceof CliFailure) || error.problem.code === "unreachable") return error;
  const fix = "send it again: what is there already is not written twice";
  return failure("unreachable", "cut-off", `not all of it was taken: ${error.message}`, fix);
}

const types = { ndjson: "application/x-ndjson", csv: "text/csv" } as const;
const formats: { readonly [name: string]: BatchFormat } = { ndjson: "ndjson", jsonl: "ndjson", csv: "csv" };

function formatOf(name: string): BatchFormat {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (format !== undefined) return format;
  throw failure("usage", "no-format", "it is not known whether this is NDJSON or CSV", "give --format ndjson or csv");
}

async function streamOf(file: string, { stdin }: Io): Promise<ReadableStream<Uint8Array>> {
  const [{ open }, { Readable }] = await Promise.all([import("node:fs/promises"), import("node:stream")]);
  if (file === "-") return Readable.toWeb(stdin as InstanceType<typeof Readable>) as ReadableStream<Uint8Array>;
  const handle = await open(file).catch((error: Error) => {
    throw failure("notFound", "no-such-file", `${file} cannot be read: ${error.message}`);
  });
  return Readable.toWeb(handle.createReadStream()) as ReadableStream<Uint8Array>;
}

function batchText(batch: BatchShown): string {
  const { batchId, source, window, state, rows, badRows, bad, functions, supersededBy } = batch;
  const replaced = supersededBy === null ? "" : ` by ${supersededBy}`;
  const unread = badRows > bad.length ? [`  ${badRows - bad.length} more could not be read`] : [];
  const lines = [
    `${batchId}  ${source} ${window}  ${state}${replaced}`,
    `  ${rows} rows, ${badRows} that could not be read`,
    ...functions.map(
      ({ functionId, state: at, objects, told, underWay }) =>
        `  ${functionId}: ${at}, ${told} of ${objects} objects told${underWay === 0 ? "" : `, ${underWay} under way`}`,
    ),
    ...bad.map(({ line, reason }) => `  line ${line}: ${reason}`),
    ...unread,
  ];
  return `${lines.join("\n")}\n`;
}
