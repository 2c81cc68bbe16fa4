import type { Command } from "commander";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { callerOf, connect } from "./session.ts";

type OpenOptions = { readonly key?: string; readonly reason?: string; readonly as?: string };

/** `mandate cases`: what a function is asked to decide about now. */
export function addCases(program: Command, cli: Cli): void {
  const noun = program.command("cases").description("what functions decide about, one case per object");
  noun
    .command("open <function> <system> <type> <id>")
    .description("ask a function to decide about an object now: its case is opened, or told when it runs")
    .option("--key <key>", "your name for this request: the same one is asked once (default: a random one)")
    .option("--reason <text>", "why, for the record")
    .option("--as <person>", "who asks: a development identity of this machine")
    .action(answering<OpenOptions>(cli, open));
}

async function open({ args, options }: Call<OpenOptions>): Promise<Answer> {
  const [functionId = "", system = "", type = "", id = ""] = args;
  const { as, reason, key = crypto.randomUUID() } = options;
  const client = await connect(options, callerOf(as));
  const request = { function: functionId, object: { system, type, id }, ...(reason !== undefined && { reason }) };
  const asked = await bodyOf(client.v1.cases.$post({ header: { "idempotency-key": key }, json: request }));
  const { caseId, eventId, state } = asked;
  return { data: asked, text: `${state}  ${caseId}\n  ${eventId}\n`, next: [`audit show ${caseId}`, "events"] };
}
