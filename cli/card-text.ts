import { formatDuration, formatMinute } from "../audit/story/duration.ts";
import type { Card } from "../domain/card.ts";
import type { Verdict } from "../domain/decision.ts";
import { nameInWords } from "../domain/name-in-words.ts";
import { formatPpm } from "../domain/ppm.ts";
import { provenanceInWords } from "../domain/provenance.ts";

/** A section of the card: its title, and its lines. One without lines is not shown. */
export type Section = readonly [title: string, lines: readonly string[]];

/** Columns of the drawn ruler. */
const RULER = 48;

const does: { readonly [V in Verdict]: string } = {
  execute: "passes",
  escalate: "asks people",
  block: "is blocked",
};
const stroke: { readonly [V in Verdict]: string } = { execute: ".", escalate: "-", block: "x" };

/** The one card in the terminal, in the order in which people ask. */
export function cardSections(card: Card): readonly Section[] {
  return [
    ["What is at stake", [stakeLine(card)]],
    ["How far it may go", [...rulerLines(card), ...card.wouldPass.map((text) => `would pass with ${text}`)]],
    ["Why it is here", whyLines(card)],
    ["Evidence", evidenceLines(card)],
    ...card.others.map(besideSection),
    ["What past answers say, and decide nothing", recommendationLines(card)],
    ["What our ledgers say of it", card.findings.map(findingLine)],
    [`The last ${card.precedents.length} like it`, card.precedents.map(precedentLine)],
    ["Room in limits", card.room.map(({ id, text }) => `${nameInWords(id.replaceAll("-", " "))}: ${text}`)],
    ["The reply to the partner, ready to send where it is rejected", replyLines(card)],
    ["Can it be taken back", [card.reversible.text]],
    ["If nobody answers", card.silence.map(({ at, text }) => `${formatMinute(at)}: ${text}`)],
    ["Agents' words, which are no facts", [...card.words.noticed, card.words.reasoning]],
    ["Not on this card", card.absent.map(({ part, why }) => `${part}: ${why}`)],
  ];
}

function stakeLine({ ask: { customer, product, money } }: Card): string {
  const parts = [
    ...(customer === null ? [] : [`for ${customer}`]),
    ...(product === null ? [] : [product]),
    ...(money === null ? [] : [`${money.text} ${money.what}`]),
  ];
  return parts.join(", ");
}

/** `effective discount 15.0001 %: passes up to 15 %, asks people up to 25 %, is blocked above`, and the same drawn. */
function rulerLines({ ruler }: Card): readonly string[] {
  if (ruler === null) return [];
  const last = ruler.bands.length - 1;
  const said = ruler.bands.map(({ verdict, to }, at) => {
    return at === last ? `${does[verdict]} above` : `${does[verdict]} up to ${to.text}`;
  });
  return [`${ruler.name} ${ruler.at.text}: ${said.join(", ")}`, drawnRuler(ruler)];
}

/** Each column stands for an equal part of the ruler; the value's own is `o`, and a limit's `|`. For the eye: nothing is decided by it. */
export function drawnRuler({ from, to, at, bands }: NonNullable<Card["ruler"]>): string {
  const columnOf = (value: number) =>
    Math.min(RULER - 1, Math.max(0, Math.round(((value - from.value) * (RULER - 1)) / (to.value - from.value))));
  const columns = Array.from({ length: RULER }, (_, column) => {
    const band = bands.find((one) => column <= columnOf(one.to.value)) ?? bands.at(-1);
    return stroke[band?.verdict ?? "escalate"];
  });
  for (const band of bands.slice(0, -1)) columns[columnOf(band.to.value)] = "|";
  const own = columnOf(at.value);
  // A value just beyond a limit stands beside it, never on it.
  const beside =
    columns[own] === "|" && bands.some(({ to: end }) => columnOf(end.value) === own && at.value > end.value);
  columns[beside ? own + 1 : own] = "o";
  return `${from.text} [${columns.join("")}] ${to.text}`;
}

function whyLines({ why }: Card): readonly string[] {
  const rules = why.rules.flatMap(({ id, effect, deciding, reason, tree }) => [
    `${id} (${effect}${deciding ? "" : ", beside"}): ${reason}`,
    ...tree.map(({ depth, text, truth, read }) => {
      return `${"  ".repeat(depth + 1)}${truth}: ${text}${read === null ? "" : `, read ${read}`}`;
    }),
  ]);
  return [...rules, ...(why.missing.length === 0 ? [] : [`not known: ${why.missing.join(", ")}`])];
}

function evidenceLines({ evidence: { rows, more } }: Card): readonly string[] {
  const told = rows.map(({ name, value, from, systems, observedAt, ageMs, freshness }) => {
    const whose = from === null ? "" : `, ${provenanceInWords[from]}`;
    const where = systems.length === 0 ? "" : ` (${systems.join(", ")})`;
    const read =
      observedAt === null || ageMs === null
        ? ", when is not known"
        : `, read ${formatMinute(observedAt)}, ${formatDuration(ageMs)} ago${freshness === "old" ? ": old" : ""}`;
    return `${name} ${value}${whose}${where}${read}`;
  });
  return more === 0 ? told : [...told, `and ${more} more, below`];
}

/** A record beside what is asked: why it is shown, then a line per property. */
function besideSection({ title, reasons, rows }: Card["others"][number]): Section {
  const lines = rows.map(
    ({ name, asked, other }) => `${name}: asked ${asked || "nothing"}, there ${other || "nothing"}`,
  );
  return [`Who else holds it: ${title}`, [...reasons, ...lines]];
}

function recommendationLines({ recommendation }: Card): readonly string[] {
  if (recommendation === null) return [];
  const { answer, reasons } = recommendation;
  return [answer === null ? "nothing is recommended" : `recommended: ${answer}`, ...reasons];
}

/** `Of 12 questions about this partner people approved 9 and rejected 3; … (approve; people answered so 9 of 11 times …)`. */
function findingLine({
  statement,
  points,
  provenance,
  observedAt,
  sources,
  confidence,
}: Card["findings"][number]): string {
  const where = [...new Set(sources.map(({ source }) => source))].join(", ");
  const towards = points === null ? "" : `points to ${points}: `;
  return `${statement} (${towards}${confidence.text}; ${provenanceInWords[provenance]}, ${where}, ${formatMinute(observedAt)})`;
}

function replyLines({ reply }: Card): readonly string[] {
  return reply === null ? [] : [reply.subject, ...reply.body.split("\n").filter((line) => line !== "")];
}

function precedentLine({ escalationId, at, answer, failed, likenessPpm, text }: Card["precedents"][number]): string {
  const ended = failed ? `${answer}, could not be done` : answer;
  return `${escalationId} ${at.slice(0, 10)} ${ended}, ${formatPpm(likenessPpm)} alike: ${text}`;
}
