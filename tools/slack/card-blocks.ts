import type { Card } from "../../domain/card.ts";
import type { Verdict } from "../../domain/decision.ts";
import { provenanceInWords } from "../../domain/provenance.ts";

/** Slack's own bounds. Source: Block Kit reference, header, section and button. */
const MOST = { header: 150, text: 3_000, lines: 12 } as const;

type Plain = { readonly type: "plain_text"; readonly text: string; readonly emoji: false };
type Button = {
  readonly type: "button";
  readonly action_id: string;
  readonly text: Plain;
  readonly value: string;
  readonly style?: "primary" | "danger";
};
export type Block =
  | { readonly type: "header"; readonly text: Plain }
  | { readonly type: "section"; readonly text: Plain }
  | { readonly type: "context"; readonly elements: readonly { readonly type: "mrkdwn"; readonly text: string }[] }
  | { readonly type: "divider" }
  | { readonly type: "actions"; readonly block_id: string; readonly elements: readonly Button[] };

/** What an answer names, so that nobody approves another action than the one that was shown. */
export type Named = { readonly version: number; readonly actionDigest: string };

const does: { readonly [V in Verdict]: string } = {
  execute: "passes",
  escalate: "asks people",
  block: "is blocked",
};

/**
 * The one card as Slack's blocks. Values, partners' and agents' words are plain text, of which Slack reads nothing as a format, a
 * mention or a link; only our own titles are marked up. Buttons carry id, version and digest, and no address: what they mean is
 * decided at the gateway, by who clicked. Pure.
 */
export function cardBlocks(card: Card, { version, actionDigest }: Named): readonly Block[] {
  const value = JSON.stringify({ escalationId: card.escalationId, version, actionDigest });
  const button = (name: string, label: string, style?: Button["style"]): Button => {
    return { type: "button", action_id: `escalation.${name}`, text: plain(label, 75), value, ...(style && { style }) };
  };
  return [
    { type: "header", text: plain(card.ask.sentence, MOST.header) },
    ...sectionsOf(card).flatMap(([title, lines]) => section(title, lines)),
    {
      type: "actions",
      block_id: card.escalationId,
      elements: [
        button("approve", "Approve", "primary"),
        button("edit", "Edit"),
        button("reject", "Reject", "danger"),
        button("ask", "Ask"),
      ],
    },
  ];
}

function sectionsOf(card: Card): readonly (readonly [title: string, lines: readonly string[]])[] {
  const { ask, ruler, why, evidence, others, recommendation, findings, precedents, room, reversible, silence, words } =
    card;
  return [
    ["At stake", [stakeOf(ask)]],
    [
      "How far it may go",
      [...(ruler === null ? [] : [rulerText(ruler)]), ...card.wouldPass.map((text) => `would pass with ${text}`)],
    ],
    ["Why it is here", why.rules.map(({ reason }) => reason)],
    [
      "Evidence",
      evidence.rows.map(({ name, value, from, systems, observedAt, freshness }) => {
        const where = systems.length === 0 ? "" : `, ${systems.join(", ")}`;
        return `${name}: ${value}${from === null ? "" : ` (${provenanceInWords[from]}${where})`}, ${observedAt ?? "no time known"}, ${freshness}`;
      }),
    ],
    ["Who else holds it", others.flatMap(({ title, reasons }) => [title, ...reasons])],
    [
      "What past answers say",
      recommendation === null ? [] : [recommendation.answer ?? "nothing is recommended", ...recommendation.reasons],
    ],
    [
      "What our ledgers say of it",
      findings.map(({ statement, points, confidence }) => {
        return `${statement} (${points === null ? "" : `points to ${points}: `}${confidence.text})`;
      }),
    ],
    ["The last like it", precedents.map(({ at, answer, text }) => `${at.slice(0, 10)} ${answer}: ${text}`)],
    ["Room in limits", room.map(({ text }) => text)],
    ["Can it be taken back", [reversible.text]],
    ["If nobody answers", silence.map(({ at, text }) => `${at}: ${text}`)],
    ["The reply to the partner, where it is rejected", replyLines(card)],
    ["Agents' words, which are no facts", [...words.noticed, words.reasoning]],
    ["Not on this card", card.absent.map(({ part, why: reason }) => `${part}: ${reason}`)],
  ];
}

function replyLines({ reply }: Card): readonly string[] {
  return reply === null ? [] : [reply.subject, ...reply.body.split("\n")];
}

function stakeOf({ customer, product, money }: Card["ask"]): string {
  return [customer, product, money && `${money.text} ${money.what}`].filter((part) => part !== null).join(", ");
}

function rulerText({ name, at, bands }: NonNullable<Card["ruler"]>): string {
  const last = bands.length - 1;
  const said = bands.map(({ verdict, to }, nth) =>
    nth === last ? `${does[verdict]} above` : `${does[verdict]} up to ${to.text}`,
  );
  return `${name} ${at.text}: ${said.join(", ")}`;
}

/** A title of ours, and what it is about as plain text; none without lines. */
function section(title: string, lines: readonly string[]): readonly Block[] {
  const told = lines.map(seen).filter((line) => line !== "");
  if (told.length === 0) return [];
  const more = told.length > MOST.lines ? [`and ${told.length - MOST.lines} more in the console`] : [];
  const text = [...told.slice(0, MOST.lines), ...more].join("\n");
  return [
    { type: "context", elements: [{ type: "mrkdwn", text: `*${title}*` }] },
    { type: "section", text: plain(text, MOST.text) },
  ];
}

function plain(text: string, most: number): Plain {
  const characters = Array.from(text);
  const cut = characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
  return { type: "plain_text", text: cut, emoji: false };
}

/** One line, without control characters and those that nobody sees or that turn the order of what is read. */
function seen(text: string): string {
  return text
    .replaceAll(/\p{Cf}/gu, "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
}
