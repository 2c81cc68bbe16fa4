import { formatDuration } from "../../audit/story/duration.ts";
import type { Answer } from "../../cli/answer.ts";
import { dueIn } from "../../cli/escalation-card.ts";
import { writeTable } from "../../cli/table.ts";
import type { DayEvent, DaySummary } from "./summary.ts";

const columns = [
  { header: "WHAT WAS ASKED", flexible: true },
  { header: "OBJECT" },
  { header: "DECIDED" },
  { header: "ENDED" },
  { header: "BY RULES", flexible: true },
  { header: "FIRST EFFECT", right: true },
  { header: "PEOPLE", flexible: true },
];

/** The day as an answer of the command line: the summary for scripts, tables for people, what to do next for both. */
export function dayAnswer(summary: DaySummary, width?: number): Answer {
  return { data: summary, text: summaryText(summary, width), next: nextCommands(summary) };
}

/** Per event: what came, what was decided by which rules, how long the first effect took, and what waits for whom. */
export function summaryText(summary: DaySummary, width?: number): string {
  const { day, finishedAt, continued, events } = summary;
  const title = `Working day ${day}${continued ? " (continued after an interruption)" : ""}`;
  const table = writeTable(
    columns,
    events.map((event) => row(event, finishedAt)),
    width,
  );
  return [title, "", table, ...refusedLines(summary), totalsLine(summary), ""].join("\n");
}

function row(event: DayEvent, now: string): string[] {
  const { name, objectType, objectId, verdict, outcome, rules, firstEffectMs } = event;
  return [
    name,
    `${objectType} ${objectId}`,
    verdict ?? "not yet",
    outcome,
    rules.map(({ id }) => id).join(", "),
    firstEffectMs === null ? "none" : formatDuration(firstEffectMs),
    peopleWords(event, now),
  ];
}

function peopleWords({ answered, waitingFor }: DayEvent, now: string): string {
  if (waitingFor !== null) return `waits for ${waitingFor.role}, due ${dueIn(waitingFor.dueAt, now)}`;
  if (answered === null) return "";
  return `${answered.verdict === "approve" ? "approved" : "rejected"} by ${answered.personId}`;
}

function refusedLines({ refused, totals }: DaySummary): string[] {
  const lines = refused.map(({ name, status, code }) => `Refused at the door: ${name} (${status} ${code ?? ""})`);
  return [...lines, ...(totals.duplicates === 0 ? [] : [`Delivered again, counted once: ${totals.duplicates}`]), ""];
}

function totalsLine({ totals }: DaySummary): string {
  const { events, executed, blocked, rejected, withheld, waiting, slowestFirstEffectMs } = totals;
  const recorded = withheld === 0 ? "" : `, ${withheld} only recorded`;
  const counts = `${events} events: ${executed} executed, ${blocked} blocked, ${rejected} rejected${recorded}, ${waiting} waiting for people`;
  const slowest =
    slowestFirstEffectMs === null
      ? ""
      : `; slowest first effect without a person ${formatDuration(slowestFirstEffectMs)}`;
  return `${counts}${slowest}`;
}

function nextCommands({ events }: DaySummary): string[] {
  const waiting = events.find(({ waitingFor }) => waitingFor !== null);
  const told = events.find(({ answered }) => answered !== null) ?? events[0];
  return [
    ...(waiting?.waitingFor ? ["escalations list", `escalations show ${waiting.waitingFor.escalationId}`] : []),
    ...(told === undefined ? [] : [`audit show ${told.caseId}`]),
  ];
}
