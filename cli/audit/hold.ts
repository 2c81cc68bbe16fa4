import type { Command } from "commander";
import type { HoldView } from "../../gateway/http/holds.ts";
import type { Answer } from "../answer.ts";
import { bodyOf, everyPage } from "../api-body.ts";
import { answering, operand, type Call, type Cli } from "../command.ts";
import { widthOf } from "../io.ts";
import { connect } from "../session.ts";
import { writeList } from "../table.ts";
import { findScope } from "./scope.ts";

type HoldOptions = { readonly reason: string; readonly as?: string };
type ListOptions = { readonly as?: string };

/** `mandate audit hold`: what must be kept for a claim. */
export function addHold(noun: Command, cli: Cli): void {
  const hold = noun.command("hold").description("legal holds: nothing that is held is erased");
  hold
    .command("set <scope>")
    .description("hold a case (case or object id), person:<id>, or the whole company (company)")
    .requiredOption("--reason <text>", "the claim it is kept for; it is recorded and sealed")
    .option("--as <person>", "act as this development identity")
    .action(answering<HoldOptions>(cli, set));
  hold
    .command("release <id>")
    .description("release a hold, once")
    .requiredOption("--reason <text>", "why it is over; it is recorded and sealed")
    .option("--as <person>", "act as this development identity")
    .action(answering<HoldOptions>(cli, release));
  hold
    .command("list", { isDefault: true })
    .description("list holds, standing ones first")
    .option("--as <person>", "act as this development identity")
    .action(answering<ListOptions>(cli, list));
}

async function set({ args, options }: Call<HoldOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const scope = await findScope(client, operand(args));
  const held = await bodyOf(client.v1.holds.$post({ json: { scope, reason: options.reason } }));
  const text = `${held.holdId} holds ${held.scope}: nothing of it is erased until it is released.\n`;
  return { data: held, text, next: [`audit hold release ${held.holdId} --reason TEXT`] };
}

async function release({ args, options }: Call<HoldOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const { $post } = client.v1.holds[":holdId"].release;
  const released = await bodyOf($post({ param: { holdId: operand(args) }, json: { reason: options.reason } }));
  return { data: released, text: `${released.holdId} is released; ${released.scope} may be erased again.\n` };
}

async function list({ options, io }: Call<ListOptions>): Promise<Answer> {
  const client = await connect(options, { kind: "person", personId: options.as });
  const { pages, total } = await everyPage((page) => bodyOf(client.v1.holds.$get({ query: page })));
  const holds = pages.flatMap((page) => page.holds);
  const columns = [
    { header: "ID" },
    { header: "SCOPE" },
    { header: "SET BY" },
    { header: "SET AT" },
    { header: "RELEASED" },
    { header: "REASON", flexible: true },
  ];
  return {
    data: { holds, total },
    text: holds.length === 0 ? "Nothing is held.\n" : writeList(columns, holds.map(row), { total, width: widthOf(io) }),
  };
}

function row({ holdId, scope, setBy, setAt, released, reason }: HoldView): string[] {
  return [holdId, scope, setBy, setAt, released === null ? "" : `${released.at} by ${released.by}`, reason];
}
