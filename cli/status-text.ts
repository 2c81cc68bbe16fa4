import { elapsedMs, formatDuration } from "../audit/story/duration.ts";
import { amountText, controlText } from "../domain/control.ts";
import { oneLine } from "../audit/story/one-line.ts";
import type { StatusView } from "../gateway/http/status.ts";
import type { StalledCase } from "../gateway/status/stalled-cases.ts";

/** The status in plain words: what is under way, and what to do about what is stalled. */
export function statusText(found: StatusView): string {
  return [
    casesText,
    questionsText,
    repliesText,
    agreementsText,
    eventsText,
    endsText,
    quarantineText,
    boundsText,
    wayOut,
    wayOutOfSilence,
  ]
    .map((tell) => tell(found))
    .join("");
}

/** Silent ends that are named; `--json` tells more of them. */
const MOST_ENDS = 10;

const howText = { untold: "nobody could be told", broken: "broke off" } as const;

/** What a stalled case is at, in one clause. */
export function stallText({ kind, activity, attempts, forMs, failure }: StalledCase): string {
  const why = failure === null ? "" : `: ${oneLine(failure)}`;
  const so = formatDuration(forMs ?? 0);
  switch (kind) {
    case "activity":
      return `\`${activity}\` was tried ${attempts} times${why}`;
    case "workflow-task":
      return `its own code failed, ${attempts} times in a row${why}`;
    case "ledger":
      return `its work in the database has not succeeded for ${so}${why}`;
    case "no-worker":
      return `no worker has taken it up for ${so}`;
  }
}

function casesText({ cases }: StatusView): string {
  if (cases === null) return "Cases      not known\n";
  const lines = cases.stalledCases.map((one) => `  ${one.caseId}: ${stallText(one)}\n`);
  const more = cases.stalled - lines.length;
  return `Cases      ${cases.open} open, ${cases.stalled || "none"} stalled\n${lines.join("")}${more > 0 ? `  and ${more} more\n` : ""}`;
}

function questionsText({ at, questions: { open, overdue, oldest, outOfReach } }: StatusView): string {
  if (oldest === null) return "Questions  none open\n";
  const { escalationId, role, openedAt, dueAt } = oldest;
  return `Questions  ${open} open, ${overdue || "none"} past due; the oldest, ${escalationId}, was asked of ${role} ${ago(openedAt, at)}, ${dueText(at, dueAt)}\n${outOfReach === 0 ? "" : `           ${outOfReach} that nobody who is known can let pass\n`}`;
}

function repliesText({ at, replies: { waiting, overdue, next } }: StatusView): string {
  if (next === null) return "";
  const { correlation, caseId, deadline } = next;
  return `Replies    ${waiting} awaited, ${overdue || "none"} past due; the next, ${oneLine(correlation)} of ${caseId}, is ${dueText(at, deadline)}\n`;
}

function agreementsText({ at, agreements: { open, ours, overdue, next } }: StatusView): string {
  if (next === null) return "";
  const { agreementId, caseId, expiresAt } = next;
  return `Agreements ${open} open, ${ours || "none"} to be answered here, ${overdue || "none"} past due; the next, ${agreementId} of ${caseId}, is ${dueText(at, expiresAt)}\n`;
}

function eventsText({ at, events: { unfinished, oldest } }: StatusView): string {
  if (oldest === null) return "Events     none unfinished\n";
  const { eventId, receivedAt, state, caseId } = oldest;
  const where = state === "pending" ? "waits for its case" : `is with ${caseId}`;
  return `Events     ${unfinished} unfinished; the oldest, ${eventId}, came ${ago(receivedAt, at)} and ${where}\n`;
}

function endsText({ at, ends: { untold, broken, named } }: StatusView): string {
  const count = untold + (broken ?? 0);
  if (count === 0) return "";
  const most = named.slice(0, MOST_ENDS);
  const lines = most.map((one) => `  ${one.caseId}: ${howText[one.how]} ${ago(one.endedAt, at)}, on ${one.eventId}\n`);
  const more = count - most.length;
  return `Ends       ${count} in silence\n${lines.join("")}${more > 0 ? `  and ${more} more\n` : ""}`;
}

function quarantineText({ at, quarantine: { held, oldestAt, late } }: StatusView): string {
  const kept = oldestAt === null ? "" : `Quarantine ${held} held; the oldest came ${ago(oldestAt, at)}\n`;
  return `${kept}${late === 0 ? "" : `Late       ${late} in seven days: a newer event came first\n`}`;
}

function boundsText({ at, bounds: { standing, waiting, spent } }: StatusView): string {
  const lines = [
    ...standing.map(
      (one) => `${controlText(one.name, one.cap)}, by ${one.person} ${ago(one.at, at)}: ${oneLine(one.reason)}`,
    ),
    ...spent.map(({ scope, measure, used, reserved, cap }) => {
      const held = amountText(measure, used + reserved);
      return `budget of ${scope}: ${held} of ${amountText(measure, cap ?? 0)} are used or held`;
    }),
    ...(waiting === 0 ? [] : [`${waiting === 1 ? "a change waits" : `${waiting} changes wait`} for a second person`]),
  ];
  return lines.map((line, nth) => `${nth === 0 ? "Bounds     " : "           "}${line}\n`).join("");
}

function dueText(at: string, dueAt: string): string {
  const left = elapsedMs(at, dueAt) ?? 0;
  return left < 0 ? `overdue by ${formatDuration(-left)}` : `due in ${formatDuration(left)}`;
}

function ago(time: string, at: string): string {
  return `${formatDuration(Math.max(0, elapsedMs(time, at) ?? 0))} ago`;
}

const ways: { readonly [kind in StalledCase["kind"]]: string } = {
  activity:
    "A call that fails is made again under the same key: mend what the failure names; the worker's log says more.",
  "workflow-task":
    "Code that fails is run again: the worker's log says why; start workers of the version that the case needs.",
  ledger: "Work in the database is tried again every few seconds: the worker's log says why it fails.",
  "no-worker": "A case without a worker waits: start one.",
};

/** What to do about each kind of stall that there is. */
function wayOut({ cases }: StatusView): string {
  const kinds = new Set(cases?.stalledCases.map(({ kind }) => kind));
  if (kinds.size === 0) return "";
  const lines = [...kinds].map((kind) => `${ways[kind]}\n`);
  return `\n${lines.join("")}Nothing is lost: a stalled case goes on by itself once that is mended.\n`;
}

/** Whom questions wait for that nobody can let pass: whoever is added in one of these roles may. */
export function addingSomebody(wantedRoles: readonly string[]): string {
  return `people add --id ID --name NAME --role ${wantedRoles.at(-1) ?? "ROLE"} --reason TEXT`;
}

function wayOutOfSilence({ ends: { untold, broken } }: StatusView): string {
  if (untold + (broken ?? 0) === 0) return "";
  return "\n`mandate audit show CASE` says why it ended. Mend that, and `mandate cases open` or the next change of the record takes it up anew.\n";
}
