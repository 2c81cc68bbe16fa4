import { writeTable } from "../../cli/table.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { assumedInWords } from "./behaviour.ts";
import type { Figures } from "./figures.ts";
import { playNames, type Measured, type PlayName } from "./programme.ts";
import { askedInWords } from "./requests.ts";

type Row = { readonly title: string; readonly shown: (figures: Figures) => string; readonly formula: string };

const minutes = (milli: number | null) => (milli === null ? "none" : `${(milli / 1_000).toFixed(1)}`);
const whole = (value: number | null) => (value === null ? "none" : String(value));
const share = (ppm: number | null) => (ppm === null ? "none" : formatPpm(ppm));

const rows: readonly Row[] = [
  {
    title: "questions that people answered",
    shown: ({ questions, requests }) => `${questions} of ${requests}`,
    formula: "answers that people gave, of the requests; a request may be asked about more than once",
  },
  {
    title: "minutes of people",
    shown: ({ peopleMinutesMilli, minutesMilliEach, questions }) =>
      `${minutes(peopleMinutesMilli)} (${minutes(minutesMilliEach)} each of ${questions})`,
    formula: "per answer: opening and answering, plus the words of its card by the reading speed, plus look-ups",
  },
  {
    title: "things looked up elsewhere",
    shown: ({ lookUps, words }) => `${lookUps} (${words} words read)`,
    formula: "what a card that was answered did not show",
  },
  {
    title: "partner answers",
    shown: ({ answeredAsTold, told, partnerAnswersPpm }) =>
      `${answeredAsTold} of ${told} (${share(partnerAnswersPpm)})`,
    formula: "requesters who did what a note told them would pass or was missing, of the requests that had such a note",
  },
  {
    title: "requests with a yes",
    shown: ({ yes, requests }) => `${yes} of ${requests}`,
    formula: "requests whose approval was carried out, of all",
  },
  {
    title: "minutes to yes, median and mean",
    shown: ({ medianMinutesToYes, meanMinutesToYes, yes }) =>
      `${whole(medianMinutesToYes)}, ${whole(meanMinutesToYes)} (n ${yes})`,
    formula:
      "by the company's clock from the request to its approval, over those with a yes; what engines take is left out",
  },
  {
    title: "discount of a yes, mean",
    shown: ({ givenPpm, yes }) => `${share(givenPpm)} (n ${yes})`,
    formula: "list price less net price plus concessions, as a share of the list price: what was paid for the rest",
  },
  {
    title: "passed with an address that nobody checked",
    shown: ({ unchecked }) => String(unchecked),
    formula: "passed without a question although the quote's id holds a web address",
  },
];

const headers = {
  agents: "WITH AGENTS",
  "without-any": "WITHOUT ANY",
  "without-intelligence": "NO INTELLIGENCE",
  "without-orchestration": "NO ORCHESTRATION",
  "without-compliance": "NO COMPLIANCE",
} as const satisfies Record<PlayName, string>;

/** A result for people: the table, what each agent changes, how each figure is made, and what was assumed. The same result is the same text. */
export function measuredText({ seed, cases, plays }: Measured, width?: number): string {
  const columns = [
    { header: "", flexible: true },
    ...playNames.map((name) => ({ header: headers[name], right: true })),
  ];
  const table = writeTable(
    columns,
    rows.map(({ title, shown }) => [title, ...playNames.map((name) => shown(plays[name].figures))]),
    width,
  );
  return [
    `Seed ${seed}, ${cases} requests, played ${playNames.length} times on the real engines; offline model, which is no language model`,
    "",
    table,
    "What each changes:",
    ...playNames.flatMap((name) => (name === "agents" ? [] : [`  ${changeText(name, plays)}`])),
    "",
    "How the figures are made:",
    ...rows.map(({ title, formula }) => `  ${title}: ${formula}.`),
    "",
    "What is assumed:",
    ...[...askedInWords(), ...assumedInWords()].map((line) => `  ${line}`),
    "",
  ].join("\n");
}

const whose = {
  "without-any": "all three together",
  "without-intelligence": "Intelligence",
  "without-orchestration": "Orchestration",
  "without-compliance": "Compliance",
} as const satisfies Record<Exclude<PlayName, "agents">, string>;

/** `Orchestration: questions avoided 7, minutes of people 31.2 fewer, …` */
function changeText(name: Exclude<PlayName, "agents">, plays: Measured["plays"]): string {
  const [on, off] = [plays.agents.figures, plays[name].figures];
  const saved = off.peopleMinutesMilli - on.peopleMinutesMilli;
  const told = [
    `questions avoided ${off.questions - on.questions}`,
    `minutes of people ${signed(saved, minutes)}`,
    `partner answers ${signed(on.answeredAsTold - off.answeredAsTold, String, "more", "fewer")}`,
    `yes ${signed(on.yes - off.yes, String, "more", "fewer")}`,
    `median minutes to yes ${signed((off.medianMinutesToYes ?? 0) - (on.medianMinutesToYes ?? 0), String)}`,
    `unchecked addresses kept back ${off.unchecked - on.unchecked}`,
  ];
  return `${whose[name]}: ${told.join(", ")}`;
}

function signed(by: number, shown: (amount: number) => string, less = "fewer", more = "more"): string {
  if (by === 0) return "the same";
  return by > 0 ? `${shown(by)} ${less}` : `${shown(-by)} ${more}`;
}
