import type { Command } from "commander";
import type { CallList, FaultList, ObjectView, ScriptFault } from "../gateway/http/sandbox-shapes.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import type { Client } from "./client.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { connect, knownPeople, type Globals } from "./session.ts";
import { writeTable } from "./table.ts";

type As = { readonly as?: string };
type PutOptions = As & { readonly tell?: boolean };
type FaultOptions = As & {
  readonly operation?: string;
  readonly kind?: string;
  readonly times: string;
  readonly text?: string;
  readonly ms?: string;
};

/** Who may set the sandbox up. */
const WRITER = "ops-engineer";
const AS = ["--as <person>", "one of this machine's development identities (default: its ops engineer)"] as const;

/** `mandate sandbox`: the embedded counter-party behind every outside system, for development. */
export function addSandbox(program: Command, cli: Cli): void {
  const noun = program.command("sandbox").description("the embedded stand-in for outside systems: look in, set it up");
  noun
    .command("put <system> <type> <id> [properties...]")
    .description("put an object there, or change it: mandate sandbox put crm deal 4711 quote_status=draft")
    .option("--tell", "have the system tell of it; `tell` delivers that")
    .option(...AS)
    .action(answering<PutOptions>(cli, put));
  noun
    .command("show <system> [type] [id]")
    .description("show what is there, the latest first")
    .action(answering(cli, show));
  noun
    .command("calls <system>")
    .description("show the system's own record of every call, and of what it tells")
    .action(answering(cli, calls));
  noun
    .command("fault <system>")
    .description("have an operation's next calls fail; without --operation, list what is scripted")
    .option("--operation <operation>", "such as approve-discount; `put` for what is put with --tell")
    .option(
      "--kind <kind>",
      "refuse, unavailable, rate-limit, move-on, lose-answer, lose-trace, delay, answer-twice, out-of-order; none takes all back",
    )
    .option("--times <count>", "how many calls", "1")
    .option("--text <text>", "what the system says")
    .option("--ms <milliseconds>", "how late the answer comes, for delay")
    .option(...AS)
    .action(answering<FaultOptions>(cli, fault));
  noun
    .command("tell <system>")
    .description("have the system tell what it has to tell, signed, through the front door")
    .option(...AS)
    .action(answering<As>(cli, tell));
}

/** Sets the sandbox up as the one who is named, as the token's, or as this machine's ops engineer. */
async function connectToWrite(options: As & Globals): Promise<Client> {
  const given = options.token ?? (await options.settings()).token;
  const engineer = given === undefined ? (await knownPeople(options)).find(({ role }) => role === WRITER) : undefined;
  return connect(options, { kind: "person", personId: options.as ?? engineer?.personId });
}

async function put({ args, options, io }: Call<PutOptions>): Promise<Answer> {
  const [system = "", type = "", id = "", ...given] = args;
  const properties = Object.fromEntries(given.map(propertyOf));
  const client = await connectToWrite(options);
  const json = { type, id, properties, tell: options.tell === true };
  const held = await bodyOf(client.v1.sandbox[":system"].objects.$post({ param: { system }, json }));
  const next = options.tell === true ? [`sandbox tell ${system}`] : [`sandbox show ${system} ${type} ${id}`];
  return { data: held, text: objectTable([held], widthOf(io)), next };
}

/** `quote_status=draft`; the value is all that follows the first `=`. */
function propertyOf(given: string): [string, string] {
  const at = given.indexOf("=");
  if (at > 0) return [given.slice(0, at), given.slice(at + 1)];
  throw failure("usage", "not-a-property", `\`${given}\` is no property`, "give name=value, as in quote_status=draft");
}

async function show({ args, options, io }: Call<object>): Promise<Answer> {
  const [system = "", type, id] = args;
  const client = await connect(options, { kind: "reader" });
  const { $get } = client.v1.sandbox[":system"].objects;
  const { pages, total } = await everyPage((page) => bodyOf($get({ param: { system }, query: { ...page, type, id } })));
  const objects = pages.flatMap((page) => page.objects);
  const text = objects.length === 0 ? `${system} holds nothing of that.\n` : objectTable(objects, widthOf(io));
  return { data: { system, objects, total }, text };
}

function objectTable(objects: readonly ObjectView[], width: number | undefined): string {
  const columns = [
    { header: "OBJECT" },
    { header: "VERSION", right: true },
    { header: "CHANGED" },
    { header: "PROPERTIES", flexible: true },
  ];
  const rows = objects.map(({ type, id, version, updatedAt, properties }) => [
    `${type} ${id}`,
    String(version),
    updatedAt,
    wordsOf(properties),
  ]);
  return writeTable(columns, rows, width);
}

function wordsOf(properties: { readonly [name: string]: unknown }): string {
  const shown = Object.entries(properties).map(([name, value]) => {
    return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  return shown.join(" ");
}

async function calls({ args, options, io }: Call<object>): Promise<Answer> {
  const [system = ""] = args;
  const client = await connect(options, { kind: "reader" });
  const { $get } = client.v1.sandbox[":system"].calls;
  const { pages, total } = await everyPage((page) => bodyOf($get({ param: { system }, query: page })));
  // A terminal's last line is the latest.
  const all = pages.flatMap((page) => page.calls).toReversed();
  const columns = [
    { header: "AT" },
    { header: "OPERATION" },
    { header: "OUTCOME" },
    { header: "FAULT" },
    { header: "ANSWER" },
    { header: "REQUEST", flexible: true },
    { header: "KEY", flexible: true },
  ];
  const row = ({ calledAt, operation, outcome, fault, answer, request, key }: CallList["calls"][number]) => [
    calledAt,
    operation,
    outcome,
    fault ?? "",
    answer?.externalRef ?? "",
    wordsOf(request),
    key,
  ];
  const none = all.length === 0;
  return {
    data: { system, calls: all, total },
    text: none ? `Nobody has called ${system} yet.\n` : writeTable(columns, all.map(row), widthOf(io)),
  };
}

async function fault({ args, options, io }: Call<FaultOptions>): Promise<Answer> {
  const [system = ""] = args;
  const { operation, kind, times, text, ms } = options;
  if (operation === undefined && kind === undefined) {
    const client = await connect(options, { kind: "reader" });
    return faultAnswer(await bodyOf(client.v1.sandbox[":system"].faults.$get({ param: { system } })), widthOf(io));
  }
  if (operation === undefined || kind === undefined) {
    throw failure(
      "usage",
      "half-a-fault",
      "a fault needs --operation and --kind",
      "see `mandate sandbox fault --help`",
    );
  }
  const client = await connectToWrite(options);
  const scripted = {
    operation,
    kind: kind as ScriptFault["kind"],
    times: wholeOf("--times", times),
    ...(text !== undefined && { text }),
    ...(ms !== undefined && { delayMs: wholeOf("--ms", ms) }),
  };
  const { $post } = client.v1.sandbox[":system"].faults;
  return faultAnswer(await bodyOf($post({ param: { system }, json: scripted })), widthOf(io));
}

function faultAnswer(list: FaultList, width: number | undefined): Answer {
  const columns = [
    { header: "OPERATION" },
    { header: "NEXT CALLS", right: true },
    { header: "MEET" },
    { header: "SAYING", flexible: true },
  ];
  const rows = list.faults.map(({ operation, times, kind, text, delayMs }) => [
    operation,
    String(times),
    delayMs === undefined ? kind : `${kind} of ${delayMs} ms`,
    text ?? "",
  ]);
  const none = rows.length === 0;
  return { data: list, text: none ? `${list.system} answers as it should.\n` : writeTable(columns, rows, width) };
}

function wholeOf(option: string, given: string): number {
  if (/^\d{1,9}$/.test(given)) return Number(given);
  throw failure("usage", "not-a-number", `\`${given}\` is no whole number`, `give ${option} digits only, as in 3`);
}

async function tell({ args, options, io }: Call<As>): Promise<Answer> {
  const [system = ""] = args;
  const client = await connectToWrite(options);
  const { $post } = client.v1.sandbox[":system"].tell;
  const answer = await bodyOf($post({ param: { system }, json: {} }));
  const columns = [{ header: "ANSWERED" }, { header: "TOLD", flexible: true }];
  const rows = answer.told.map(({ status, code, event }) => [code ?? String(status), wordsOf(event)]);
  const none = rows.length === 0;
  return {
    data: answer,
    text: none ? `${system} has nothing to tell.\n` : writeTable(columns, rows, widthOf(io)),
    next: none ? [] : ["events list"],
  };
}
