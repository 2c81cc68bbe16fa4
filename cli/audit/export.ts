import type { Command } from "commander";
import { setTimeout as wait } from "node:timers/promises";
import type { Selection } from "../../proof/bundle/manifest.ts";
import type { Piece } from "../../proof/bundle/piece.ts";
import type { Written } from "../../proof/export/write-folder.ts";
import type { Answer } from "../answer.ts";
import { bundleLines, type BundleQuery } from "./bundle-lines.ts";
import type { Client } from "../client.ts";
import { answering, type Call, type Cli } from "../command.ts";
import { CliFailure, failure } from "../failure.ts";
import { findCase } from "../find-case.ts";
import type { Io } from "../io.ts";
import { callerOf, connect, knownPeople, type Caller, type Globals } from "../session.ts";

type ExportOptions = {
  readonly case?: string;
  readonly since?: string;
  readonly company?: boolean;
  readonly as?: string;
  readonly by?: string;
  readonly out: string;
};

/** `mandate audit export`: a folder that proves itself, for a reader who trusts neither this machine nor its database. */
export function addExport(noun: Command, cli: Cli): void {
  noun
    .command("export")
    .description("write records into a folder that anybody can verify without us: a case's, or whole logs")
    .option("--case <case>", "this case alone; a case id, an event id or the business object's id")
    .option("--since <time>", "whole logs, with the bodies of what is dated then or later: `30d`, or 2026-03-01")
    .option("--company", "whole logs, with all bodies")
    .requiredOption("--out <folder>", "where to; must be absent or empty")
    .option("--as <company>", "who will read it: this company, or a partner that a log is shared with")
    .option("--by <person>", "export as this development identity")
    .action(answering<ExportOptions>(cli, exportBundle));
}

async function exportBundle({ options, io }: Call<ExportOptions>): Promise<Answer> {
  const [{ obstacleAt, writeFolder }, config] = await Promise.all([
    import("../../proof/export/write-folder.ts"),
    options.settings(),
  ]);
  const obstacle = await obstacleAt(options.out);
  if (obstacle !== undefined) {
    throw failure("conflict", "not-empty", obstacle, "give a folder that is not there yet");
  }
  const { company } = config;
  const reader = options.as ?? company;
  const asked = await selectionOf(options);
  const client = await connect(options, await callerFor(asked, { company, reader }, options));
  const query = await queryFor(client, asked, { company, reader });
  const written = await writeFolder(options.out, covered(client, query, io), progressTo(io));
  const { files, bytes } = written;
  io.stderr.write(io.stderr.isTTY === true ? "\r" : "");
  return {
    data: { out: options.out, reader, selection: asked, files, bytes },
    text: `${options.out}: ${files} files, ${sizeText(bytes)}, for ${reader}\n`,
    next: [`audit verify ${options.out}`],
  };
}

async function selectionOf({ case: caseId, since, company }: ExportOptions): Promise<Selection> {
  const given = [caseId, since, company].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw failure("usage", "what-to-export", "say what to export", "give one of --case, --since and --company");
  }
  if (caseId !== undefined) return { kind: "case", case: caseId };
  const { sinceOf } = await import("../policies/since.ts");
  const from = sinceOf(since);
  return from === undefined ? { kind: "company" } : { kind: "since", since: from };
}

/** Who exports: the one that was named, else of this machine's identities the first whose role may. */
async function callerFor(
  selection: Selection,
  who: { readonly company: string; readonly reader: string },
  options: ExportOptions & Globals,
): Promise<Caller> {
  const { by, token } = options;
  if (by !== undefined) return { kind: "person", personId: by };
  const { exportersOf } = await import("../../proof/export/who-may.ts");
  const [roles, config] = [exportersOf(selection, who), await options.settings()];
  if (roles === undefined || token !== undefined || config.token !== undefined) return { kind: "reader" };
  const personId = (await knownPeople(options)).find(({ role }) => roles.includes(role))?.personId;
  return callerOf(personId);
}

async function queryFor(
  client: Client,
  selection: Selection,
  { company, reader }: { readonly company: string; readonly reader: string },
): Promise<BundleQuery> {
  if (selection.kind === "case") return { case: await findCase(client, selection.case), as: reader };
  return selection.kind === "since" ? { since: selection.since, as: reader } : { company, as: reader };
}

/** How long a checkpoint is waited for, and how often it is asked. */
const COVERED_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 500;

/** The bundle's pieces, once what is asked for stands under a checkpoint. */
async function* covered(client: Client, query: BundleQuery, io: Io): AsyncGenerator<Piece, void> {
  const { piecesOf } = await import("../../proof/export/wire.ts");
  const until = performance.now() + COVERED_WITHIN_MS;
  for (let told = false; ; told = true) {
    try {
      yield* piecesOf(bundleLines(client, query));
      return;
    } catch (error) {
      const isEarly = error instanceof CliFailure && error.problem.code === "not-under-checkpoint";
      if (!isEarly || performance.now() > until) throw error;
      if (!told) io.stderr.write(`${error.problem.detail}: waiting for one\n`);
      await wait(ASK_EVERY_MS);
    }
  }
}

/** Files between two words of progress, where nobody watches a terminal. */
const TOLD_EVERY = 1_000;

function progressTo({ stderr }: Io): (written: Written) => void {
  return ({ files, bytes }) => {
    if (files === 0 || files % (stderr.isTTY === true ? 10 : TOLD_EVERY) !== 0) return;
    const text = `${files} files, ${sizeText(bytes)}`;
    stderr.write(stderr.isTTY === true ? `\r${text} ` : `${text}\n`);
  };
}

function sizeText(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
