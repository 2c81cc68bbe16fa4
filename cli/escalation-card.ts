import { elapsedMs, formatDuration, formatMinute } from "../audit/story/duration.ts";
import { oneLine } from "../audit/story/one-line.ts";
import { showArgs } from "../audit/story/values.ts";
import { nameInWords } from "../domain/name-in-words.ts";
import type { JsonObject } from "../domain/json.ts";
import { formatPpm } from "../domain/ppm.ts";
import { provenanceInWords, provenances } from "../domain/provenance.ts";
import type { EscalationShown, EscalationView } from "../gateway/http/escalations.ts";

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

/** Everything a person needs to answer, in the order they ask: what, why, on what evidence, and what exactly is bound. */
export function escalationCard(
  view: EscalationView & Partial<Pick<EscalationShown, "moves" | "advice">>,
  now: string,
): string {
  const { moves = [], advice = null } = view;
  const args = showArgs(view.action.args as JsonObject);
  const facts = Object.entries(view.shownFacts).map(([name, text]) => `${nameInWords(name)} ${text}`);
  const sections: [string, readonly string[]][] = [
    ["Whom it reaches", [reachText(view)]],
    ["Why it is here", whyLines(view)],
    ["What past answers say, and decide nothing", adviceLines(advice)],
    ["What was noticed, and decides nothing", view.noticed],
    ...view.beside.map(besideSection),
    ["What would pass without people", view.wouldPass.map(({ text }) => `${text}, all else as it is`)],
    ["What would be done", [`${view.action.tool}: ${args}`]],
    ["What of it may be edited", [view.editable.join(", ")]],
    ["What was read", [facts.join(", "), ...provenanceLines(view), ...view.sources.map(sourceLine)]],
    ["Reasoning, as stated", [view.reasoning]],
    ["What people did", moves.map(moveLine)],
    ["Asked for by", [askerText(view)]],
    ["Case", [view.caseId]],
    ["Digest of exactly this action", [view.actionDigest]],
  ];
  const told = sections
    .map(([title, lines]): [string, string[]] => [title, lines.filter((line) => line !== "")])
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${lines.map((line) => `  ${oneLine(line)}`).join("\n")}`);
  return `${oneLine(view.ask)}\n${view.escalationId}  ${oneLine(standing(view, now))}\n\n${told.join("\n")}\n`;
}

function provenanceLines({ provenance }: EscalationView): string[] {
  return provenances.flatMap((from) => {
    const names = Object.keys(provenance).filter((name) => provenance[name] === from);
    return names.length === 0 ? [] : [`${provenanceInWords[from]}: ${names.map(nameInWords).join(", ")}`];
  });
}

function adviceLines(advice: EscalationShown["advice"]): readonly string[] {
  if (advice === null) return [];
  const { answer, reasons, precedents } = advice;
  const recommended = answer === null ? "nothing is recommended" : `recommended: ${answer}`;
  const past = precedents.map((one) => {
    const failed = one.failed ? ", could not be done" : "";
    return `${one.escalationId} ${one.at.slice(0, 10)} ${one.answer}${failed}, ${formatPpm(one.likenessPpm)} alike: ${one.text}`;
  });
  return [recommended, ...reasons, ...past];
}

/** Who asks; of somebody whom nobody knows, what that means for who answers. */
function askerText({ requestedBy, requester, requesterId, quorum }: EscalationView): string {
  const named = requestedBy || "nobody by name";
  if (requester === "person") return requesterId === requestedBy ? named : `${named}, who is ${requesterId}`;
  if (requester === "nobody") return named;
  const goes = quorum > 1 ? `${quorum} people answer it` : "it goes one level up";
  return `who asks, \`${requestedBy}\`, is nobody the directory knows: ${goes}`;
}

function whyLines({ rules, reason, missing }: EscalationView): string[] {
  const lines = rules.map((rule) => `${rule.id} (${rule.effect}): ${rule.reason}`);
  const said = rules.some((rule) => rule.reason === reason);
  return [...(said ? [] : [reason]), ...lines, ...(missing.length === 0 ? [] : [`not known: ${missing.join(", ")}`])];
}

/** A record beside what is asked: why it is shown, then a line per property. */
function besideSection({ title, reasons, rows }: EscalationView["beside"][number]): [string, readonly string[]] {
  const lines = rows.map(
    ({ name, asked, other }) => `${name}: asked ${asked || "nothing"}, there ${other || "nothing"}`,
  );
  return [`Compare with ${oneLine(title)}`, [...reasons, ...lines]];
}

function moveLine({ move, personId, words, to, before, after, at }: EscalationShown["moves"][number]): string {
  const put = after === null ? "" : `, ${showArgs(before as JsonObject)} becomes ${showArgs(after as JsonObject)}`;
  const whom = to === null ? put : ` to ${to}`;
  return `${formatMinute(at)} ${personId ?? "somebody"}: ${move}${whom}${words === null || words === "" ? "" : `: ${words}`}`;
}

function sourceLine({ source, ref, version, observedAt }: EscalationView["sources"][number]): string {
  return `${source} ${ref} version ${version} at ${formatMinute(observedAt)}`;
}
