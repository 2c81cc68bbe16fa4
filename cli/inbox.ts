import type { Command } from "commander";
import { formatMinute } from "../audit/story/duration.ts";
import type { NoticeView } from "../gateway/http/notices.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { widthOf } from "./io.ts";
import { waitsFor } from "./escalations.ts";
import { callerOf, connect } from "./session.ts";
import { writeList } from "./table.ts";

type AsOptions = { readonly as?: string };

/** `mandate inbox`: what somebody has to do and to know. */
export function addInbox(program: Command, cli: Cli): void {
  program
    .command("inbox")
    .description("what waits for people, and what became of what you approved or asked")
    .option("--as <person>", "read as this development identity")
    .action(answering<AsOptions>(cli, inbox));
}

async function inbox({ io, options }: Call<AsOptions>): Promise<Answer> {
  const { dueIn } = await import("./escalation-card.ts");
  const client = await connect(options, callerOf(options.as));
  const waiting = await everyPage((page) => bodyOf(client.v1.escalations.$get({ query: { state: "open", ...page } })));
  const { notices } = await bodyOf(client.v1.notices.$get({ query: {} }));
  const open = waiting.pages.flatMap((page) => page.escalations);
  const now = new Date().toISOString();
  const columns = [{ header: "ID" }, { header: "WAITS FOR" }, { header: "DUE" }, { header: "ASK", flexible: true }];
  const rows = open.map((view) => [view.escalationId, waitsFor(view), dueIn(view.dueAt, now), view.ask]);
  const questions =
    rows.length === 0 ? "Nothing waits.\n" : writeList(columns, rows, { total: waiting.total, width: widthOf(io) });
  const [first] = [...notices.filter(({ what }) => what === "asked-back"), ...open];
  return {
    data: { open, notices },
    text: `${questions}${notices.map(noticeLine).join("")}`,
    next: first === undefined ? [] : [`escalations show ${first.escalationId}`],
  };
}

const told: { readonly [W in NoticeView["what"]]: string } = {
  "asked-back": "You are asked back about",
  edited: "Other values were put in place of",
  "not-done": "What you approved did not come about:",
  moot: "What you approved changed before anything was done:",
  "taken-back": "What you approved was taken back since:",
  "asked-no-more": "What you had in hand was decided without people:",
};

function noticeLine({ what, ask, detail, at, escalationId }: NoticeView): string {
  return `${formatMinute(at)}  ${told[what]} ${ask}${detail === null ? "" : ` (${detail})`}  ${escalationId}\n`;
}
