import { elapsedMs, formatDuration, formatMinute } from "../audit/story/duration.ts";
import { oneLine } from "../audit/story/one-line.ts";
import { showArgs } from "../audit/story/values.ts";
import { nameInWords } from "../domain/name-in-words.ts";
import type { JsonObject } from "../domain/json.ts";
import { provenanceInWords, provenances } from "../domain/provenance.ts";
import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";
import { cardSections, type Section } from "./card-text.ts";
import { wrapped } from "./wrap.ts";

function quorumText({ quorum, approvals }: EscalationView): string {
  if (quorum === 1) return "";
  const names = approvals.filter(({ undoneAt }) => undoneAt === null).map(({ personId }) => personId);
  const so = names.length === 0 ? "nobody has yet" : `${names.join(", ")} did`;
  return `; ${quorum} people must approve, ${so}`;
}

function standing(view: EscalationView, now: string): string {
  const { state, role, dueAt, verdict } = view;
  if (verdict !== null) {
    const { personId, reason, givenAt } = verdict;
    return `${state} by ${personId} at ${formatMinute(givenAt)}: ${reason}`;
  }
  const { assignee, heldUntil, untilAt } = view;
  switch (state) {
    case "open": {
      const left = assignee === null ? "" : `; left to ${assignee}`;
      const held = heldUntil === null ? "" : `; put off until ${formatMinute(heldUntil)}`;
      return `open: ${role} answers by ${formatMinute(dueAt)} (${dueIn(dueAt, now)}${workingLeft(view)})${left}${held}${quorumText(view)}`;
    }
    case "info-requested":
      return `something was asked back: its deadline stands still until ${formatMinute(untilAt ?? dueAt)} at most`;
    case "committing":
      return `approved; it counts from ${untilAt ?? ""} on, unless it is undone before`;
    default:
      return state;
  }
}

/** `; 2 h 10 min of working time are left`, where its deadline runs in working time. */
function workingLeft({ workingLeftMs }: EscalationView): string {
  return typeof workingLeftMs !== "number" ? "" : `; ${formatDuration(workingLeftMs)} of working time`;
}

/** Whom a question does not reach, of those who should answer it; nothing where somebody can now. */
export function reachText({ role, reach, quorum }: Pick<EscalationView, "role" | "reach" | "quorum">): string {
  switch (reach?.kind) {
    case "nobody":
      return `nobody here may answer: no ${reach.roles.join(" or ")} is known beside who asks`;
    case "too-few":
      return `not enough people here may answer: ${quorum} must approve, and there are fewer as ${reach.roles.join(" or ")}`;
    case "later":
      return `no ${role} is known: ${reach.next?.role ?? ""} is asked at ${formatMinute(reach.next?.at ?? "")}`;
    default:
      return "";
  }
}

/** `in 3 h 58 min`, or `overdue by 2 min`. */
export function dueIn(dueAt: string, now: string): string {
  const left = elapsedMs(now, dueAt) ?? 0;
  return left >= 0 ? `in ${formatDuration(left)}` : `overdue by ${formatDuration(-left)}`;
}

/** Everything a person needs to answer: the card, then what exactly is bound, what was read, and what people did. */
export function escalationCard(view: EscalationShown, now: string, width?: number): string {
  const args = showArgs(view.action.args as JsonObject);
  const facts = Object.entries(view.shownFacts).map(([name, text]) => `${nameInWords(name)} ${text}`);
  const sections: readonly Section[] = [
    ["Whom it reaches", [reachText(view)]],
    ...cardSections(view.card),
    ["What would be done", [`${view.action.tool}: ${args}`]],
    ["What of it may be edited", [view.editable.join(", ")]],
    ["What was read", [facts.join(", "), ...provenanceLines(view), ...view.sources.map(sourceLine)]],
    ["What people did", view.moves.map(moveLine)],
    ["Asked for by", [askerText(view)]],
    ["Case", [view.caseId]],
    ["Digest of exactly this action", [view.actionDigest]],
  ];
  const told = sections
    .map(([title, lines]): Section => [title, lines.filter((line) => line !== "")])
    .filter(([, lines]) => lines.length > 0)
    .flatMap(([title, lines]) => [
      oneLine(title),
      ...lines.flatMap((line) => wrapped(line, width, { indent: 2, hang: 2 })),
    ]);
  const head = [...wrapped(view.ask, width), ...wrapped(`${view.escalationId}  ${standing(view, now)}`, width)];
  return `${[...head, "", ...told].join("\n")}\n`;
}

function provenanceLines({ provenance }: EscalationView): string[] {
  return provenances.flatMap((from) => {
    const names = Object.keys(provenance).filter((name) => provenance[name] === from);
    return names.length === 0 ? [] : [`${provenanceInWords[from]}: ${names.map(nameInWords).join(", ")}`];
  });
}

/** Who asks; of somebody whom nobody knows, what that means for who answers. */
function askerText({ requestedBy, requester, requesterId, quorum }: EscalationView): string {
  const named = requestedBy || "nobody by name";
  if (requester === "person") return requesterId === requestedBy ? named : `${named}, who is ${requesterId}`;
  if (requester === "nobody") return named;
  const goes = quorum > 1 ? `${quorum} people answer it` : "it goes one level up";
  return `who asks, \`${requestedBy}\`, is nobody the directory knows: ${goes}`;
}

function moveLine({ move, personId, words, to, before, after, at }: EscalationShown["moves"][number]): string {
  const put = after === null ? "" : `, ${showArgs(before as JsonObject)} becomes ${showArgs(after as JsonObject)}`;
  const whom = to === null ? put : ` to ${to}`;
  return `${formatMinute(at)} ${personId ?? "somebody"}: ${move}${whom}${words === null || words === "" ? "" : `: ${words}`}`;
}

function sourceLine({ source, ref, version, observedAt }: EscalationView["sources"][number]): string {
  return `${source} ${ref} version ${version} at ${formatMinute(observedAt)}`;
}
