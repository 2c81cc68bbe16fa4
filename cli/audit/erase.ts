import { type Command, Option } from "commander";
import { erasureGrounds } from "../../proof/privacy/grounds.ts";
import type { ErasureDone, ErasureView } from "../../gateway/http/erasures.ts";
import type { Answer } from "../answer.ts";
import { bodyOf, everyPage } from "../api-body.ts";
import type { Client } from "../client.ts";
import { answering, type Call, type Cli } from "../command.ts";
import { confirm } from "../confirm.ts";
import { failure } from "../failure.ts";
import { widthOf } from "../io.ts";
import { connect, knownPeople, type Environment } from "../session.ts";
import { writeList } from "../table.ts";
import { findScope } from "./scope.ts";

/** Cases that a text names. */
const MOST_CASES = 10;

type EraseOptions = {
  readonly ground?: ErasureView["ground"];
  readonly reason?: string;
  readonly confirm?: string;
  readonly as?: string;
  readonly yes?: boolean;
};

const help = `
An erasure takes two ops engineers: one asks, another confirms. It destroys the key of everything that is sealed about the
case or person and overwrites what the ledgers hold of it. The records stay and still prove what they proved: they say
"erased under record ...". It is refused while a legal hold is on it or something of it is under way.
Without a subject: lists what waits to be confirmed.`;

/** `mandate audit erase`: ask for an erasure, or confirm one as the second person. */
export function addErase(noun: Command, cli: Cli): void {
  noun
    .command("erase [subject]")
    .description("erase a case or a person for ever: a case or object id, or person:<id>")
    .addOption(new Option("--ground <ground>", "why the law lets or makes you").choices([...erasureGrounds]))
    .option("--reason <text>", "in your words; it is recorded and sealed")
    .option("--confirm <id>", "carry out what another person asked for")
    .option("--as <person>", "act as this development identity")
    .option("--yes", "do not ask again")
    .addHelpText("after", help)
    .action(answering<EraseOptions>(cli, erase));
}

async function erase(call: Call<EraseOptions>): Promise<Answer> {
  const { args, options } = call;
  const client = await connect(options, { kind: "person", personId: options.as });
  const [subject] = args;
  if (options.confirm !== undefined && subject !== undefined) {
    throw failure("usage", "two-subjects", "a confirmation names its erasure alone", "leave the subject out");
  }
  if (options.confirm !== undefined) return carryOut(call, client, options.confirm);
  return subject === undefined ? list(call, client) : ask(client, subject, options);
}

async function waiting(client: Client) {
  const { pages, total } = await everyPage((page) => bodyOf(client.v1.erasures.$get({ query: page })));
  return { erasures: pages.flatMap((page) => page.erasures), total };
}

async function list({ io, options }: Call<EraseOptions>, client: Client): Promise<Answer> {
  const { erasures, total } = await waiting(client);
  const columns = [
    { header: "ID" },
    { header: "SUBJECT" },
    { header: "GROUND" },
    { header: "ASKED BY" },
    { header: "ASKED AT" },
    { header: "REASON", flexible: true },
  ];
  const rows = erasures.map((one) => [one.erasureId, one.subject, one.ground, one.askedBy, one.askedAt, one.reason]);
  const [first] = erasures;
  return {
    data: { erasures, total },
    text:
      first === undefined
        ? "No erasure waits to be confirmed.\n"
        : writeList(columns, rows, { total, width: widthOf(io) }),
    next: first === undefined ? [] : [await confirmation(options, first)],
  };
}

async function ask(client: Client, given: string, options: EraseOptions & Environment): Promise<Answer> {
  const { ground, reason } = options;
  if (ground === undefined)
    throw failure("usage", "no-ground", "no ground is given", `give --ground ${erasureGrounds.join(" | ")}`);
  if (reason === undefined) throw failure("usage", "no-reason", "no reason is given", "give --reason TEXT");
  const subject = await findScope(client, given);
  const asked = await bodyOf(client.v1.erasures.$post({ json: { subject, ground, reason } }));
  const count = asked.records === 1 ? "1 record" : `${asked.records} records`;
  return {
    data: asked,
    text: `Erasing ${asked.subject} (${count}) waits for a second ops-engineer, not ${asked.askedBy}; nothing is erased yet.\n`,
    warnings:
      asked.signatures === 0
        ? []
        : [`${asked.signatures} signed policy changes keep ${asked.subject}'s id: they prove what is in force`],
    next: [await confirmation(options, asked)],
  };
}

async function confirmation(options: Environment, { erasureId, askedBy }: ErasureView): Promise<string> {
  const people = await knownPeople(options);
  const other = people.find(({ role, personId }) => role === "ops-engineer" && personId !== askedBy);
  return `audit erase --confirm ${erasureId} --as ${other?.personId ?? "PERSON"}`;
}

async function carryOut({ io, options }: Call<EraseOptions>, client: Client, erasureId: string): Promise<Answer> {
  const { erasures } = await waiting(client);
  const asked = erasures.find((one) => one.erasureId === erasureId);
  if (asked !== undefined && options.yes !== true) {
    const { subject, ground, askedBy, reason } = asked;
    io.stderr.write(`erase ${subject} for ever, on ${ground}, as ${askedBy} asks: ${reason}\n`);
    if (!(await confirm(io, "erase it?"))) throw failure("interrupted", "not-confirmed", "nothing was erased");
  }
  const { $post } = client.v1.erasures[":erasureId"].confirm;
  const done = await bodyOf($post({ param: { erasureId }, json: {} }));
  const count = done.records === 1 ? "1 record" : `${done.records} records`;
  return {
    data: done,
    text: `Erased: ${count} can no longer be read. It is recorded as ${done.recordKey}, which knows the subject as ${done.subjectId}.\n${done.traces === undefined ? "" : tracesText(done.traces)}`,
    next: [`audit show ${done.recordKey.split("/")[0] ?? ""}`],
  };
}

/** What is left where an erasure does not reach, each with its end. */
function tracesText({ records, cases, until, all }: NonNullable<ErasureDone["traces"]>): string {
  const read = all ? "" : " (of the newest records; not all could be read in time)";
  const left =
    records === 0
      ? `No record of another case bears their id, name or what systems call them${read}.`
      : `${records} records of ${cases.length} other cases still bear their id, name or what systems call them${read}, until those cases are erased, ` +
        `at the latest ${until ?? "when their retention ends"}: ${cases.slice(0, MOST_CASES).join(", ")}`;
  return [
    left,
    "Also left: the durable engine's histories, until its retention after each case has ended; rows that PostgreSQL has",
    "overwritten, until it vacuums; its write-ahead log and backups, for as long as you keep them.",
    "",
  ].join("\n");
}
