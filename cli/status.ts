import type { Command } from "commander";
import { controlText } from "../domain/control.ts";
import type { StatusView } from "../gateway/http/status.ts";
import type { Answer } from "./answer.ts";
import { bodyOf } from "./api-body.ts";
import { answering, type Call, type Cli } from "./command.ts";
import { connect } from "./session.ts";

/** `mandate status`: what is under way, and what of it needs somebody. */
export function addStatus(program: Command, cli: Cli): void {
  program
    .command("status")
    .description("what is stalled, the oldest question and the oldest unfinished event; exit 3 when a case is stalled")
    .action(answering(cli, status));
}

async function status({ options }: Call<object>): Promise<Answer> {
  const [client, { statusText, addingSomebody }] = await Promise.all([
    connect(options, { kind: "reader" }),
    import("./status-text.ts"),
  ]);
  const found = await bodyOf(client.v1.status.$get());
  const { cases, questions, events, ends, quarantine } = found;
  const [silent] = ends.named;
  const [first] = cases?.stalledCases ?? [];
  const isSound = cases !== null && first === undefined;
  return {
    data: found,
    text: statusText(found),
    warnings: warningsOf(found),
    next: [
      ...(isSound ? [] : ["doctor"]),
      ...(first === undefined ? [] : [`audit show ${first.caseId}`]),
      ...(silent === undefined || silent.caseId === first?.caseId ? [] : [`audit show ${silent.caseId}`]),
      ...(questions.outOfReach === 0 ? [] : [addingSomebody(questions.wantedRoles)]),
      ...(questions.oldest === null ? [] : [`escalations show ${questions.oldest.escalationId}`]),
      ...(quarantine.held === 0 ? [] : ["events held"]),
      ...(events.oldest === null || first !== undefined ? [] : [`audit show ${events.oldest.caseId}`]),
    ],
    exit: isSound ? "ok" : "problemsFound",
  };
}

function warningsOf({
  cases,
  questions: { overdue, outOfReach, wantedRoles },
  replies,
  agreements,
  ends,
  bounds: { standing },
  quarantine: { held },
}: StatusView): readonly string[] {
  if (cases === null) return ["the durable engine does not answer: what is stalled or with a case is not known"];
  const unseen = cases.open - cases.lookedAt;
  const silent = ends.untold + (ends.broken ?? 0);
  return [
    ...(unseen === 0 ? [] : [`there was no time to look at ${unseen} of the ${cases.open} open cases`]),
    ...(overdue === 0 ? [] : [`${overdue === 1 ? "a question is" : `${overdue} questions are`} past due`]),
    ...(outOfReach === 0 ? [] : [reachText(outOfReach, wantedRoles)]),
    ...(silent === 0 ? [] : [`${silent === 1 ? "an event" : `${silent} events`} ended in silence`]),
    ...(held === 0 ? [] : [`${held === 1 ? "an event is" : `${held} events are`} in quarantine`]),
    ...(agreements.overdue === 0 ? [] : [`agreements past due, whose cases do not run: ${agreements.overdue}`]),
    ...standing.filter(({ name }) => name.startsWith("switch/")).map(({ name, cap }) => controlText(name, cap)),
    ...(replies.overdue === 0 ? [] : [`replies past due, whose cases do not run: ${replies.overdue}`]),
  ];
}

function reachText(outOfReach: number, wantedRoles: readonly string[]): string {
  const many = outOfReach === 1 ? "a question" : `${outOfReach} questions`;
  return `nobody who is known can let ${many} pass: there is nobody, or not enough people, as ${wantedRoles.join(" or ")}`;
}
