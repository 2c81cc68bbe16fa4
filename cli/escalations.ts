import type { Command } from "commander";
import { escalationStates as states, isOutOfReach, isStanding } from "../domain/escalation.ts";
import type { EscalationView } from "../gateway/http/escalations.ts";
import type { Answer } from "./answer.ts";
import { bodyOf, everyPage } from "./api-body.ts";
import { answering, operand, type Call, type Cli } from "./command.ts";
import { confirmSending } from "./confirm.ts";
import { addEscalationMoves } from "./escalation-moves.ts";
import { findEscalation, showEscalation } from "./escalation-id.ts";
import { formatMinute } from "../audit/story/duration.ts";
import { failure } from "./failure.ts";
import { widthOf } from "./io.ts";
import { connect, knownPeople } from "./session.ts";
import { writeList } from "./table.ts";

type ListOptions = { readonly state: string };
type VerdictOptions = {
  readonly as?: string;
  readonly reason: string;
  readonly digest?: string;
  readonly yes?: boolean;
};

/** `mandate escalations`: the inbox in the terminal. */
export function addEscalations(program: Command, cli: Cli): void {
  const noun = program.command("escalations").description("what waits for people, and their answers");
  noun
    .command("list", { isDefault: true })
    .description("list escalations, due first")
    .option("--state <state>", `${states.join(", ")} or all`, "open")
    .action(answering<ListOptions>(cli, list));
  noun
    .command("show <id>")
    .description("show what is asked, why, and on what evidence; the id may be shortened")
    .action(answering(cli, show));
  for (const verdict of ["approve", "reject"] as const) {
    noun
      .command(`${verdict} <id>`)
      .description(verdict === "approve" ? "let exactly this action pass" : "refuse it: nothing is done")
      .requiredOption("--reason <text>", "why; it is recorded")
      .option("--as <person>", "answer as this development identity")
      .option("--digest <hex>", "the digest of the action you mean (default: the one shown now)")
      .option("--yes", "do not ask again")
      .action(answering<VerdictOptions>(cli, (call) => answer(verdict, call)));
  }
  addEscalationMoves(noun, cli);
}

async function list({ options, io }: Call<ListOptions>): Promise<Answer> {
  const state = stateOf(options.state);
  const { dueIn, reachText } = await import("./escalation-card.ts");
  const client = await connect(options, { kind: "reader" });
  const { pages, total } = await everyPage((page) => bodyOf(client.v1.escalations.$get({ query: { state, ...page } })));
  const escalations = pages.flatMap((page) => page.escalations);
  const now = new Date().toISOString();
  const columns = [
    { header: "ID" },
    { header: "STATE" },
    { header: "WAITS FOR" },
    { header: "DUE" },
    { header: "ASK", flexible: true },
  ];
  const rows = escalations.map((view) => [
    view.escalationId,
    view.state,
    isStanding(view.state) ? waitsFor(view) : "",
    view.state === "open" ? dueIn(view.dueAt, now) : "",
    view.ask,
  ]);
  const first = escalations[0];
  const unreached = escalations.filter(isUnreached).map((view) => `${view.escalationId}: ${reachText(view)}`);
  const none = state === "open" ? "Nothing waits for you.\n" : "No such escalation.\n";
  return {
    data: { escalations, total },
    text: first === undefined ? none : writeList(columns, rows, { total, width: widthOf(io) }),
    warnings: unreached,
    next: first === undefined ? [] : [`escalations show ${first.escalationId}`],
  };
}

function isUnreached({ reach }: EscalationView): boolean {
  return isOutOfReach(reach?.kind ?? "now");
}

/** Who answers it, or that nobody of those can. */
export function waitsFor(view: EscalationView): string {
  return isUnreached(view) ? `${view.role} (${view.reach?.kind ?? ""})` : (view.assignee ?? view.role);
}

function stateOf(given: string): EscalationView["state"] | undefined {
  if (given === "all") return undefined;
  const state = states.find((known) => known === given);
  if (state !== undefined) return state;
  throw failure("usage", "no-such-state", `no state \`${given}\``, `use one of ${[...states, "all"].join(", ")}`);
}

async function show({ args, options, io }: Call<object>): Promise<Answer> {
  const { escalationCard } = await import("./escalation-card.ts");
  const client = await connect(options, { kind: "reader" });
  const escalation = await showEscalation(client, (await findEscalation(client, operand(args))).escalationId);
  const { escalationId, caseId, state } = escalation;
  const person = (await knownPeople(options)).find(({ role }) => role === escalation.role)?.personId ?? "PERSON";
  const answers = ["approve", "reject"].map(
    (verb) => `escalations ${verb} ${escalationId} --as ${person} --reason TEXT`,
  );
  return {
    data: escalation,
    text: escalationCard(escalation, new Date().toISOString(), widthOf(io)),
    next: [...(state === "open" || state === "info-requested" ? answers : []), `audit show ${caseId}`],
  };
}

function neededText(missing: number): string {
  if (missing === 0) return "";
  return missing === 1 ? ": one more person must approve it" : `: ${missing} more people must approve it`;
}

function undoText(until: string | null): string {
  return until === null ? "" : `It counts from ${formatMinute(until)} on, unless you undo it before.\n`;
}

async function answer(verdict: "approve" | "reject", { args, options, io }: Call<VerdictOptions>): Promise<Answer> {
  const { escalationCard } = await import("./escalation-card.ts");
  const client = await connect(options, { kind: "person", personId: options.as });
  const escalation = await showEscalation(client, (await findEscalation(client, operand(args))).escalationId);
  const actionDigest = options.digest ?? escalation.actionDigest;
  const { escalationId, caseId } = escalation;
  io.stderr.write(
    `${escalationCard(escalation, new Date().toISOString(), widthOf(io))}\n${verdict} the action ${actionDigest}\n`,
  );
  await confirmSending(io, `${verdict} it?`, options.yes);
  const { $post } = client.v1.escalations[":escalationId"][verdict];
  const taken = await bodyOf(
    $post({
      param: { escalationId },
      header: { "if-match": String(escalation.version) },
      json: { actionDigest, reason: options.reason },
    }),
  );
  return {
    data: { ...taken, caseId, actionDigest },
    text: `${escalationId} is ${taken.state}${neededText(taken.missing)}; recorded as ${taken.approvalId}\n${undoText(taken.undoUntil)}`,
    next: [
      ...(taken.undoUntil === null ? [] : [`escalations undo ${escalationId} --reason TEXT`]),
      `audit show ${caseId}`,
    ],
  };
}
