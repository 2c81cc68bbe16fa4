import type { Command } from "commander";
import { INFO_WAIT_MS, MOST_INFO_WAIT_MS } from "../domain/escalation.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import type { Client } from "./client.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { findEscalation } from "./escalation-id.ts";
import { failure } from "./failure.ts";
import { connect } from "./session.ts";

const HOUR_MS = 3_600_000;

type MoveOptions = {
  readonly as?: string;
  readonly text?: string;
  readonly reason?: string;
  readonly hours?: string;
  readonly to?: string;
  readonly until?: string;
  readonly set?: readonly string[];
};

/** One question's routes, and what a move on it is sent with: the version that was read. */
type Question = {
  readonly routes: Client["v1"]["escalations"][":escalationId"];
  readonly named: { readonly param: { escalationId: string }; readonly header: { "if-match": string } };
};

type Made = Promise<{ readonly escalationId: string; readonly state: string; readonly version: number }>;

/** A move: its words in the terminal, and how it is sent. */
type Move = {
  readonly name: string;
  readonly description: string;
  readonly options: readonly (readonly [flags: string, description: string])[];
  readonly send: (question: Question, options: MoveOptions) => Made;
};

const moves: readonly Move[] = [
  {
    name: "edit",
    description:
      "put other values in place of what it asks; they go through the same rules, and count as your approval where you may give it",
    options: [
      [
        "--set <argument=value...>",
        "an argument of those that may be edited; amounts as 84000.00 USD, or in minor units",
      ],
      ["--reason <text>", "why; it is recorded"],
    ],
    send: ({ routes, named }, { set = [], reason = "" }) =>
      bodyOf(routes.edit.$post({ ...named, json: { args: Object.fromEntries(set.map(argumentOf)), reason } })),
  },
  {
    name: "ask",
    description: "ask something back; the deadline stands still until that is answered",
    options: [
      ["--text <question>", "what you want to know; it is recorded"],
      [
        "--hours <n>",
        `how long to wait for it (default: ${INFO_WAIT_MS / HOUR_MS}, at most ${MOST_INFO_WAIT_MS / HOUR_MS})`,
      ],
    ],
    send: ({ routes, named }, { text = "", hours }) =>
      bodyOf(
        routes.ask.$post({
          ...named,
          json: { question: text, ...(hours !== undefined && { waitHours: hoursOf(hours) }) },
        }),
      ),
  },
  {
    name: "answer",
    description: "say what was asked back; the question goes on",
    options: [["--text <answer>", "what you say; it is recorded"]],
    send: ({ routes, named }, { text = "" }) => bodyOf(routes.answer.$post({ ...named, json: { answer: text } })),
  },
  {
    name: "take",
    description: "take it, so that others see that it is yours",
    options: [],
    send: ({ routes, named }) => bodyOf(routes.take.$post({ ...named, json: {} })),
  },
  {
    name: "delegate",
    description: "leave it to somebody else who may answer it",
    options: [
      ["--to <person>", "whom"],
      ["--reason <text>", "why; it is recorded"],
    ],
    send: ({ routes, named }, { to = "", reason = "" }) =>
      bodyOf(routes.delegate.$post({ ...named, json: { to, reason } })),
  },
  {
    name: "hold",
    description: "put it off, not beyond its deadline",
    options: [["--until <time>", "until when, ISO 8601"]],
    send: ({ routes, named }, { until = "" }) => bodyOf(routes.hold.$post({ ...named, json: { until } })),
  },
  {
    name: "undo",
    description: "take back your approval before it counts",
    options: [["--reason <text>", "why; it is recorded"]],
    send: ({ routes, named }, { reason = "" }) => bodyOf(routes.undo.$post({ ...named, json: { reason } })),
  },
  {
    name: "withdraw",
    description: "take back a question that you asked",
    options: [["--reason <text>", "why; it is recorded"]],
    send: ({ routes, named }, { reason = "" }) => bodyOf(routes.withdraw.$post({ ...named, json: { reason } })),
  },
];

/** What people do to a question beside deciding it. */
export function addEscalationMoves(noun: Command, cli: Cli): void {
  for (const move of moves) {
    const command = noun.command(`${move.name} <id>`).description(move.description);
    for (const [flags, description] of move.options) {
      if (flags.startsWith("--hours")) command.option(flags, description);
      else command.requiredOption(flags, description);
    }
    command
      .option("--as <person>", "as this development identity")
      .action(answering<MoveOptions>(cli, (call) => make(move, call)));
  }
}

async function make({ send }: Move, { args, options }: Call<MoveOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const { escalationId, caseId, version } = await findEscalation(client, operand(args));
  const routes = client.v1.escalations[":escalationId"];
  const moved = await send(
    { routes, named: { param: { escalationId }, header: { "if-match": String(version) } } },
    options,
  );
  return {
    data: { ...moved, caseId },
    text: `${escalationId} is ${moved.state}\n`,
    next: [`escalations show ${escalationId}`, `audit show ${caseId}`],
  };
}

/** `concessionsMinor=0` as a whole number, anything else as text, such as `offerPriceMinor=118000.00 USD`. */
function argumentOf(given: string): [string, string | number] {
  const at = given.indexOf("=");
  if (at < 1) throw failure("usage", "no-argument", `\`${given}\` sets nothing`, "write --set argument=value");
  const [name, value] = [given.slice(0, at), given.slice(at + 1)];
  const number = /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  return [name, number ?? value];
}

function hoursOf(given: string): number {
  const hours = Number(given);
  if (Number.isSafeInteger(hours) && hours > 0) return hours;
  throw failure("usage", "no-hours", `\`${given}\` is no number of hours`, "give whole hours, such as --hours 24");
}
