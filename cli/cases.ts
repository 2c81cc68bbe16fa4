import type { Command } from "commander";
import { usdText } from "../domain/control.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { budgetTable } from "./budgets.ts";
import { formatDuration } from "../audit/story/duration.ts";
import { oneLine } from "../audit/story/one-line.ts";
import type { CaseTurns } from "../gateway/http/case-turns.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { findCase } from "./find-case.ts";
import { widthOf } from "./io.ts";
import { writeTable } from "./table.ts";
import { callerOf, connect } from "./session.ts";

type Readable = Parameters<typeof connect>[0];

type OpenOptions = { readonly key?: string; readonly reason?: string; readonly as?: string };

/** `mandate cases`: what a function is asked to decide about now, and what agents did for it. */
export function addCases(program: Command, cli: Cli): void {
  const noun = program.command("cases").description("what functions decide about, one case per object");
  noun
    .command("open <function> <system> <type> <id>")
    .description("ask a function to decide about an object now: its case is opened, or told when it runs")
    .option("--key <key>", "your name for this request: the same one is asked once (default: a random one)")
    .option("--reason <text>", "why, for the record")
    .option("--as <person>", "who asks: a development identity of this machine")
    .action(answering<OpenOptions>(cli, open));
  noun
    .command("show <case>")
    .description(
      "what a case's agents asked of models: tokens, money, time, and what went wrong; a case, event or object id",
    )
    .action(answering<Readable>(cli, show));
}

async function show({ args, options, io }: Call<Readable>): Promise<Answer> {
  const client = await connect(options, { kind: "reader" });
  const caseId = await findCase(client, operand(args));
  const turnsOf = await bodyOf(client.v1.cases[":caseId"].turns.$get({ param: { caseId } }));
  const { budgets } = await bodyOf(client.v1.budgets.$get({ query: { caseId } }));
  const found = { ...turnsOf, budgets };
  const next = [`audit show ${caseId}`];
  const texts = found.texts.map(textLines).join("");
  if (found.turns.length === 0) return { data: found, text: `${caseId}\n\nno agent worked on it\n${texts}`, next };
  const { turns, totals } = found;
  const rows = turns.map((turn) => [
    turn.at,
    turn.role,
    [turn.offline ? "offline" : "", turn.model].join(" ").trim(),
    turn.prompt,
    ...figures(turn),
    turn.fault === null ? turn.standIn : `given up: ${turn.fault}`,
  ]);
  const table = writeTable(columns, [...rows, ["", "in all", "", "", ...figures(totals), ""]], widthOf(io));
  const trouble = turns.flatMap(({ role, n, trouble: lines }) =>
    lines.map((line) => `  record ${n}, ${role}: ${line}`),
  );
  const told = trouble.length === 0 ? "" : `\n${trouble.map(oneLine).join("\n")}\n`;
  const budget = budgets.length === 0 ? "" : `\n${budgetTable(budgets, widthOf(io))}`;
  return { data: found, text: `${caseId}\n\n${table}${told}${budget}${texts}`, next };
}

/** A text to people as it was put forward: whether it went out is told by the case's story. */
function textLines({ n, template, audience, subject, body }: CaseTurns["texts"][number]): string {
  const lines = [subject, ...body.split("\n").filter((line) => line !== "")].map((line) => `  ${oneLine(line)}\n`);
  return `\nto ${audience.join(" and ")}, ${oneLine(template)}, record ${n}\n${lines.join("")}`;
}

const columns = [
  { header: "AT" },
  { header: "AGENT" },
  { header: "MODEL" },
  { header: "PROMPT" },
  { header: "TOKENS IN", right: true },
  { header: "OUT", right: true },
  { header: "USD", right: true },
  { header: "TOOK", right: true },
  { header: "NOTE", flexible: true },
];

type Figures = CaseTurns["totals"];

function figures({ inputTokens, outputTokens, costMicroUsd, tookMs }: Figures): string[] {
  const cost = costMicroUsd === null ? "no price" : usdText(costMicroUsd);
  return [String(inputTokens), String(outputTokens), cost, tookMs === null ? "" : formatDuration(tookMs)];
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
