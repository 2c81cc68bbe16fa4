import { createHash } from "node:crypto";
import type { Dispute } from "../dispute.ts";
import { askedSection } from "./asked.ts";
import { doneSection } from "./done.ts";
import { factsSection } from "./facts.ts";
import { goneSection } from "./gone.ts";
import { limitsSection } from "./limits.ts";
import { markup, markupText, type Html } from "./markup.ts";
import { cite, code, note, pairs, saidText, stopped, time } from "./parts.ts";
import { peopleSection } from "./people.ts";
import { reasoningSection } from "./reasoning.ts";
import { receiptsSection } from "./receipts.ts";
import { reviewSection } from "./review.ts";
import { rulesSection } from "./rules.ts";
import type { Section } from "./section.ts";
import { sharedSection } from "./shared.ts";
import { style } from "./style.ts";
import { timelineSection } from "./timeline.ts";
import { unprovedSection } from "./unproved.ts";
import { verdictSection } from "./verdict.ts";
import { waysSection } from "./ways.ts";

/** The whole page, HTML. It loads nothing and runs nothing; its policy tells a browser so. */
export function disputePage(dispute: Dispute): string {
  const sections = sectionsOf(dispute);
  const { asked, decisionId, intact } = dispute;
  const broken = note("warning", "THE RECORDS DO NOT HOLD: a hash, a digest or the numbering of the case is wrong.");
  return markupText(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${styleHash()}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${decisionId}: ${asked.sentence}</title>
${style}
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<p class="kicker">Decision on record</p>
<h1>${asked.sentence}</h1>
${summary(dispute)}
${intact ? markup`` : broken}
</header>
<nav aria-label="Contents"><h2>Contents</h2><ol>${sections.map(contentsLine)}</ol></nav>
<main id="content">
${sections.map(sectionText)}
</main>
<footer><p>Made by <code>mandate audit dispute ${decisionId}</code> from the records alone.</p></footer>
</body>
</html>
`);
}

/** In the order in which a reader who has to settle something asks. */
function sectionsOf(dispute: Dispute): readonly Section[] {
  return [
    askedSection(dispute),
    sharedSection(dispute),
    verdictSection(dispute),
    factsSection(dispute),
    reasoningSection(dispute),
    reviewSection(dispute),
    rulesSection(dispute),
    limitsSection(dispute),
    peopleSection(dispute),
    doneSection(dispute),
    waysSection(dispute),
    receiptsSection(dispute),
    goneSection(dispute),
    unprovedSection(),
    timelineSection(dispute),
  ];
}

function summary({ verdict, company, caseId, decisionId, decidedAt, timeline }: Dispute): Html {
  const count = timeline.filter(({ n }) => n > 0).length;
  return markup`<p class="lead"><strong class="verdict ${verdict.verdict}">${verdict.verdict}</strong> ${stopped(verdict.reason)}${cite(verdict.n)}</p>
<p class="lead">${verdict.end.map(saidText)}</p>
${pairs([
  ["Decision", code(decisionId)],
  ["Decided at", time(decidedAt)],
  ["Policy", markup`${verdict.policy.id}, version ${code(verdict.policy.version.slice(0, 12))}`],
  ["Company", company],
  ["Case", code(caseId)],
  ["Records of the case", String(count)],
])}`;
}

function contentsLine({ id, title }: Section): Html {
  return markup`<li><a href="#${id}">${title}</a></li>`;
}

function sectionText({ id, title, body }: Section, at: number): Html {
  return markup`<section aria-labelledby="${id}">
<h2 id="${id}"><span class="ordinal">${at + 1}</span> ${title}</h2>
${body}
</section>
`;
}

/** What the page's policy names its one style by. */
function styleHash(): string {
  const text = markupText(style).slice("<style>".length, -"</style>".length);
  return `sha256-${createHash("sha256").update(text, "utf8").digest("base64")}`;
}
