import type { Command } from "commander";
import type { EventView } from "../gateway/http/events.ts";
import { allEvents } from "./all-events.ts";
import type { Answer } from "./answer.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { connect } from "./session.ts";
import { writeTable } from "./table.ts";

type ListOptions = { readonly since: string };

const unitMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `mandate events`: what came in, and what became of it. */
export function addEvents(program: Command, cli: Cli): void {
  const noun = program.command("events").description("what came in, and what became of it");
  noun
    .command("list", { isDefault: true })
    .description("list events in the order they came")
    .option("--since <time>", "an ISO 8601 time, or how long ago: 30m, 2h, 7d", "1d")
    .action(answering<ListOptions>(cli, list));
}

async function list({ options, io }: Call<ListOptions>): Promise<Answer> {
  const since = sinceOf(options.since, Date.now());
  const client = await connect(options, { kind: "reader" });
  const events = await allEvents(client, since);
  const columns = [
    { header: "CAME" },
    { header: "EVENT" },
    { header: "OBJECT" },
    { header: "VERDICT" },
    { header: "OUTCOME" },
    { header: "FIRST EFFECT", right: true },
    { header: "WAITS FOR" },
    { header: "RULES", flexible: true },
  ];
  const last = events.at(-1);
  return {
    data: { events },
    text: last === undefined ? `No event since ${since}.\n` : writeTable(columns, events.map(row), widthOf(io)),
    next: last?.caseId === null || last === undefined ? [] : [`audit show ${last.caseId}`],
  };
}

function row(event: EventView): string[] {
  const { receivedAt, eventId, objectType, objectId, decision, outcome, firstEffectMs, waitingFor } = event;
  return [
    receivedAt,
    eventId,
    `${objectType} ${objectId}`,
    decision?.verdict ?? "",
    outcome,
    firstEffectMs === null ? "" : `${firstEffectMs} ms`,
    waitingFor?.role ?? "",
    decision?.rules.map(({ id }) => id).join(", ") ?? "",
  ];
}

/** An ISO 8601 time from the option: itself, or that long before `nowMs`. */
function sinceOf(given: string, nowMs: number): string {
  const [, count, unit = ""] = /^(\d{1,5})([smhd])$/.exec(given) ?? [];
  if (count !== undefined) return new Date(nowMs - Number(count) * (unitMs[unit] ?? 0)).toISOString();
  const time = Date.parse(given);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw failure("usage", "not-a-time", `\`${given}\` is no time`, "give an ISO 8601 time, or 30m, 2h, 7d");
}
