import type { Command } from "commander";
import { oneLine } from "../audit/story/one-line.ts";
import type { EventView } from "../gateway/http/events.ts";
import type { QuarantinedView } from "../gateway/http/quarantine.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { callerOf, connect } from "./session.ts";
import { writeList } from "./table.ts";

const states = ["held", "replayed", "dropped"] as const;

type HeldOptions = { readonly state: string };
type AsOptions = { readonly as?: string };
type ReasonOptions = AsOptions & { readonly reason: string };

/** What came and is not gone by: events in quarantine, and those that came late. */
export function addHeldEvents(noun: Command, cli: Cli): void {
  const as = ["--as <person>", "as this development identity, an ops-engineer"] as const;
  noun
    .command("held")
    .description("list events that came and could not be taken, and why")
    .option("--state <state>", `${states.join(", ")} or all`, "held")
    .action(answering<HeldOptions>(cli, held));
  noun
    .command("show <id>")
    .description("show an event in quarantine: what came, and why it cannot be taken")
    .option(...as)
    .action(answering<AsOptions>(cli, show));
  noun
    .command("replay <id>")
    .description("read it again, after what was wrong is mended")
    .option(...as)
    .action(answering<AsOptions>(cli, replay));
  noun
    .command("drop")
    .argument("<id>")
    .description("say that nothing is to come of it")
    .requiredOption("--reason <text>", "why; it is recorded")
    .option(...as)
    .action(answering<ReasonOptions>(cli, drop));
  noun
    .command("late")
    .description("list events that changed nothing because a newer one of their object came first")
    .action(answering(cli, late));
  noun
    .command("hear <event>")
    .description("have a late event heard after all: its case reads the record as it is now")
    .requiredOption("--reason <text>", "why; it is recorded")
    .option(...as)
    .action(answering<ReasonOptions>(cli, hear));
}

async function held({ options, io }: Call<HeldOptions>): Promise<Answer> {
  const state = stateOf(options.state);
  const client = await connect(options, { kind: "reader" });
  const { pages, total } = await everyPage((page) =>
    bodyOf(client.v1.events.quarantine.$get({ query: { state, limit: "200", ...page } })),
  );
  const events = pages.flatMap((page) => page.events);
  const columns = [
    { header: "CAME" },
    { header: "ID" },
    { header: "SOURCE" },
    { header: "WHY" },
    { header: "TIMES", right: true },
    { header: "STATE" },
  ];
  const rows = events.map(({ receivedAt, quarantineId, source, code, times, state: stands }) => {
    return [receivedAt, quarantineId, source, code, String(times), stands];
  });
  const [first] = events;
  return {
    data: { events, total },
    text: first === undefined ? "Nothing is held.\n" : writeList(columns, rows, { total, width: widthOf(io) }),
    next: first === undefined ? [] : [`events show ${first.quarantineId}`],
  };
}

function stateOf(given: string): QuarantinedView["state"] | undefined {
  if (given === "all") return undefined;
  const state = states.find((known) => known === given);
  if (state !== undefined) return state;
  throw failure("usage", "no-such-state", `no state \`${given}\``, `use one of ${[...states, "all"].join(", ")}`);
}

async function show({ args, options }: Call<AsOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options.as));
  const param = { quarantineId: operand(args) };
  const found = await bodyOf(client.v1.events.quarantine[":quarantineId"].$get({ param }));
  const { quarantineId, source, code, state, receivedAt, times, why, text } = found;
  const lines = [
    `${quarantineId}  ${state}, of ${source}`,
    `came     ${receivedAt}${times === 1 ? "" : `, ${times} times so far`}`,
    `why      ${code}: ${why === null ? "erased" : oneLine(why)}`,
    `what     ${text === null ? "erased" : oneLine(text)}`,
  ];
  const ways = [`events replay ${quarantineId}`, `events drop ${quarantineId} --reason TEXT`];
  return { data: found, text: `${lines.join("\n")}\n`, next: state === "held" ? ways : [`audit show ${found.caseId}`] };
}

async function replay({ args, options }: Call<AsOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options.as));
  const { $post } = client.v1.events.quarantine[":quarantineId"].replay;
  const replayed = await bodyOf($post({ param: { quarantineId: operand(args) }, json: {} }));
  const { quarantineId, eventIds } = replayed;
  return { data: replayed, text: `${quarantineId} is taken${eventIds.map((id) => `\n  ${id}`).join("")}\n` };
}

async function drop({ args, options }: Call<ReasonOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options.as));
  const { $post } = client.v1.events.quarantine[":quarantineId"].drop;
  const dropped = await bodyOf($post({ param: { quarantineId: operand(args) }, json: { reason: options.reason } }));
  return { data: dropped, text: `${dropped.quarantineId} is dropped: nothing comes of it\n` };
}

async function late({ options, io }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const { pages, total } = await everyPage((page) =>
    bodyOf(client.v1.events.$get({ query: { state: "late", limit: "200", ...page } })),
  );
  const events = pages.flatMap((page) => page.events);
  const columns = [{ header: "CAME" }, { header: "HAPPENED" }, { header: "EVENT" }, { header: "OBJECT" }];
  const [first] = events;
  return {
    data: { events, total },
    text:
      first === undefined ? "Nothing came late.\n" : writeList(columns, events.map(row), { total, width: widthOf(io) }),
    next: first === undefined ? [] : [`events hear ${first.eventId} --reason TEXT`],
  };
}

function row({ receivedAt, occurredAt, eventId, objectType, objectId }: EventView): string[] {
  return [receivedAt, occurredAt, eventId, `${objectType} ${objectId}`];
}

async function hear({ args, options }: Call<ReasonOptions>): Promise<Answer> {
  const client = await connect(options, callerOf(options.as));
  const { $post } = client.v1.events[":eventId"].hear;
  const heard = await bodyOf($post({ param: { eventId: operand(args) }, json: { reason: options.reason } }));
  return { data: heard, text: `heard as ${heard.eventId}\n  ${heard.caseId}\n`, next: [`audit show ${heard.caseId}`] };
}
