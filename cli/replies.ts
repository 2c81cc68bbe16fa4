import type { Command } from "commander";
import { formatMinute } from "../audit/story/duration.ts";
import { oneLine } from "../audit/story/one-line.ts";
import type { ReplyView } from "../gateway/http/replies.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { callerOf, connect } from "./session.ts";

type GiveOptions = {
  readonly evidence?: string;
  readonly reason?: string;
  readonly at?: string;
  readonly key?: string;
  readonly as?: string;
};

/** `mandate replies`: what cases await of the outside, and what it answers. */
export function addReplies(program: Command, cli: Cli): void {
  const noun = program.command("replies").description("what cases await of the outside, and what it answers");
  noun
    .command("show <correlation>")
    .description("show what is awaited or was answered under a reference")
    .action(answering(cli, show));
  noun
    .command("give <correlation> <answer>")
    .description("bring an answer, such as accepted or declined, to the case that awaits it; the first one stands")
    .option("--evidence <reference>", "where the proof of it is kept")
    .option("--reason <text>", "why, for the record")
    .option("--at <time>", "when it was said, ISO 8601 (default: now)")
    .option("--key <key>", "your name for this request (default: a random one)")
    .option("--as <person>", "who brings it: a development identity of this machine")
    .action(answering<GiveOptions>(cli, give));
}

async function show({ args, options }: Call<object>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const correlation = operand(args);
  const found = await bodyOf(client.v1.replies[":correlation"].$get({ param: { correlation } }));
  const { caseId } = found;
  return { data: found, text: replyText(found), next: caseId === null ? [] : [`audit show ${caseId}`] };
}

async function give({ args, options }: Call<GiveOptions>): Promise<Answer> {
  const [correlation = "", answer = ""] = args;
  const { as, evidence, reason, at, key = crypto.randomUUID() } = options;
  const client = await connect(options, callerOf(as));
  const words = {
    ...(evidence !== undefined && { evidence }),
    ...(reason !== undefined && { reason }),
    ...(at !== undefined && { at }),
  };
  const request = { header: { "idempotency-key": key }, json: { correlation, answer, ...words } };
  const taken = await bodyOf(client.v1.replies.$post(request));
  const text = `${taken.answer}  ${oneLine(correlation)}: ${came[taken.came]}\n`;
  return { data: taken, text, next: [`replies show ${correlation}`] };
}

type Given = NonNullable<ReplyView["given"]>;

const came: { readonly [came in Given["came"]]: string } = {
  early: "kept until a case awaits it",
  "in-time": "in time; its case is told",
  late: "too late; its case is told, and nothing changes by itself",
};

function replyText({ correlation, caseId, state, deadline, given }: ReplyView): string {
  const until = deadline === null ? "" : `, awaited until ${formatMinute(deadline)}`;
  const whose = caseId === null ? "no case awaits it yet" : caseId;
  return `${oneLine(correlation)}  ${state}${until}\n  ${whose}\n${given === null ? "" : givenText(given)}`;
}

function givenText({ answer, came: how, answeredAt, by, evidence, reason }: Given): string {
  const lines = [
    `${answer} (${how}) by ${by ?? "somebody who was erased"}, ${formatMinute(answeredAt)}`,
    ...(reason === null ? [] : [`reason: ${reason}`]),
    ...(evidence === null ? [] : [`evidence: ${evidence}`]),
  ];
  return lines.map((line) => `  ${oneLine(line)}\n`).join("");
}
