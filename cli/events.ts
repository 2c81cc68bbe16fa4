import type { Command } from "commander";
import type { EventView } from "../gateway/http/events.ts";
import { countedEvents } from "./all-events.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { addHeldEvents } from "./held-events.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { callerOf, connect } from "./session.ts";
import { writeList } from "./table.ts";

type ListOptions = { readonly since: string };

const unitMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

type TellOptions = { readonly key?: string; readonly at?: string; readonly as?: string };

/** `mandate events`: what came in, and what became of it. */
export function addEvents(program: Command, cli: Cli): void {
  const noun = program.command("events").description("what came in, and what became of it");
  noun
    .command("list", { isDefault: true })
    .description("list events in the order they came")
    .option("--since <time>", "an ISO 8601 time, or how long ago: 30m, 2h, 7d", "1d")
    .action(answering<ListOptions>(cli, list));
  noun
    .command("tell <system> <type> <id> <what>")
    .description("tell what happened to an object: created, deleted, merged, restored, or PROPERTY=VALUE that it took")
    .option("--key <key>", "your name for what happened: the same one is told once (default: a random one)")
    .option("--at <time>", "when it happened, ISO 8601 (default: now)")
    .option("--as <person>", "who tells: a development identity of this machine")
    .action(answering<TellOptions>(cli, tell));
  addHeldEvents(noun, cli);
}

async function list({ options, io }: Call<ListOptions>): Promise<Answer> {
  const since = sinceOf(options.since, Date.now());
  const client = await connect(options, { kind: "reader" });
  const { events, total } = await countedEvents(client, since);
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
    data: { events, total },
    text:
      last === undefined
        ? `No event since ${since}.\n`
        : writeList(columns, events.map(row), { total, width: widthOf(io) }),
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

const whole = ["created", "deleted", "merged", "restored"] as const;

async function tell({ args, options }: Call<TellOptions>): Promise<Answer> {
  const [system = "", type = "", id = "", what = ""] = args;
  const { as, at, key = crypto.randomUUID() } = options;
  const client = await connect(options, callerOf(as));
  const json = { object: { system, type, id }, change: changeOf(what), ...(at !== undefined && { at }) };
  const told = await bodyOf(client.v1.events.$post({ header: { "idempotency-key": key }, json }));
  const cases = told.hearing.map(({ caseId }) => caseId);
  const isHeld = told.state === "quarantined";
  const nobody = isHeld ? "its key named something else before: see `mandate events held`" : "no function listens";
  const heard = cases.length === 0 ? nobody : cases.join("\n  ");
  const [first] = cases;
  return { data: told, text: `${told.state}\n  ${heard}\n`, next: first === undefined ? [] : [`audit show ${first}`] };
}

function changeOf(what: string) {
  const kind = whole.find((word) => word === what);
  if (kind !== undefined) return { kind };
  const at = what.indexOf("=");
  if (at < 1) {
    throw failure(
      "usage",
      "not-a-change",
      `\`${what}\` is nothing that happens`,
      `give ${whole.join(", ")} or PROPERTY=VALUE`,
    );
  }
  return { kind: "changed" as const, property: what.slice(0, at), value: what.slice(at + 1) };
}
