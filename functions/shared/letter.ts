import { Letter } from "../../domain/letter.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { FunctionMessage, MessageTemplate, Readings } from "../definition.ts";
import { readAskOccasion } from "../../domain/ask-occasion.ts";
import { filledIn } from "./brand.ts";
import { StepDecisionReading } from "./step-decision-reading.ts";

/** The name under which a function has its letter of reasons. */
export const LETTER = "letter";

/** What a letter says of a decision; `StepDecisionReading` with the decision's own part for the partner. */
const Told = StepDecisionReading.extend({ letter: Letter });
type Told = Readonly<ReturnType<typeof Told.parse>>;

/** How it stands, as the partner is told; undefined where there is nothing to tell. */
function decidedIn({ verdict, outcome, askedBack }: Told): string | undefined {
  if (askedBack?.state === "waits") return "Before it is decided, we need an answer from you";
  if (outcome === "blocked" || verdict === "block") return "It could not be granted as it is asked";
  if (outcome === "rejected") return "It was looked at by a person, who decided against it";
  if (outcome === "expired") return "It was not decided in time, so it is not granted";
  return outcome === "open" ? "A person is deciding it" : undefined;
}

function mendIn({ askedBack, offers = [], letter, outcome, verdict }: Told): string {
  if (askedBack?.state === "waits") return askedBack.question === "" ? "Please ask us what it is." : askedBack.question;
  const isOver = verdict === "block" || outcome === "rejected" || outcome === "expired";
  const asked = isOver ? "Asked so, it would pass" : "Asked so, it passes at once";
  const instead = offers.map((offer) => `${asked}: ${offer}.`);
  const all = [...letter.mend, ...instead];
  return all.length === 0 ? "Ask your partner manager what would." : all.join(" ");
}

function untilIn({ askedBack, dueAt, outcome, verdict }: Told): string {
  const minute = (iso: string) => `${iso.slice(0, 16).replace("T", " ")} UTC`;
  if (askedBack?.state === "waits")
    return `Please answer by ${minute(askedBack.until)}: until then its deadline stands still`;
  if (verdict === "escalate" && outcome === "open" && dueAt !== undefined)
    return `You hear from us by ${minute(dueAt)}`;
  return "You may ask again at any time";
}

/** At most so many characters of a variable: a message takes no more. */
const MOST_CHARS = 500;

function variablesOf(request: string, value: JsonObject | undefined) {
  const told = Told.safeParse(value).data;
  const decided = told && decidedIn(told);
  if (told === undefined || decided === undefined) return undefined;
  const filled = {
    request,
    decided,
    reasons: told.letter.reasons.join(" "),
    mend: mendIn(told),
    until: untilIn(told),
    reference: told.decisionId,
  };
  return Object.fromEntries(Object.entries(filled).map(([name, text]) => [name, text.slice(0, MOST_CHARS)]));
}

const template: MessageTemplate = {
  audience: ["partner"],
  subject: "Your request {request}",
  body: "{decided}.\n\nWhy: {reasons}\n\nWhat would mend it: {mend}\n\n{until}. Our reference: {reference}.",
  variables: {
    request: { kind: "text", title: "the request, as the partner knows it" },
    decided: { kind: "text", title: "how it stands" },
    reasons: { kind: "text", title: "why, in the policy's sentences for partners" },
    mend: { kind: "text", title: "what would mend it" },
    until: { kind: "text", title: "by when something is done about it, and by whom" },
    reference: { kind: "text", title: "the decision's id" },
  },
};

/**
 * Whether what an asking back was to be told of still stands. Whoever was asked is not asked once it is answered, nor about another
 * asking than the letter's own, which has its own letter; and that a question goes on is not said while something is asked anew, nor once it
 * is closed.
 */
function isOfNow(occasion: string, value: JsonObject | undefined): boolean {
  const told = readAskOccasion(occasion);
  if (told === undefined) return true;
  const asked = Told.safeParse(value).data?.askedBack;
  if (told.how === "settled") return asked !== undefined && asked.state !== "waits";
  return asked?.state === "waits" && Date.parse(asked.until) === told.untilMs;
}

/** What a request is called to the partner whose it is, by its arguments; undefined where they do not name it. */
export type RequestName = (args: JsonObject) => string | undefined;

/**
 * The letter of reasons that a function sends to the partner whose request was not simply granted: what was decided, why in the
 * policy's sentences, what would mend it, by when. `argsOf`: the arguments that name the request, of its record.
 */
export function letterOfReasons(argsOf: (record: JsonObject) => JsonObject, request: RequestName): FunctionMessage {
  const fill = (readings: Readings) => {
    const record = readings["crm.record"]?.value;
    const named = record && request(argsOf(record));
    return named === undefined ? undefined : variablesOf(named, readings["ledger.step-decision"]?.value);
  };
  return {
    ...template,
    lookups: (_record, _objectId, reportsStep = "") =>
      reportsStep === "" ? [] : [{ tool: "ledger.step-decision", args: { stepKey: reportsStep } }],
    fill,
    isDue: (readings, occasion) =>
      fill(readings) !== undefined && isOfNow(occasion, readings["ledger.step-decision"]?.value),
  };
}

/** What of a decision its letter is made of. */
export type Lettered = {
  readonly decisionId: string;
  readonly letter: Letter | null;
  readonly offers: readonly string[];
};

/** The letter as it goes out where who is asked rejects it: what is ready to be sent. Undefined where nothing is told. */
export function replyReady(named: string, decided: Lettered): { subject: string; body: string } | undefined {
  const { decisionId, letter, offers } = decided;
  if (letter === null) return undefined;
  const told = {
    decisionId,
    letter: { ...letter },
    offers: [...offers],
    verdict: "escalate",
    actionId: "",
    reason: "",
    detail: "",
  };
  const variables = variablesOf(named, { ...told, outcome: "rejected" } as JsonObject);
  if (variables === undefined) return undefined;
  const { subject, body } = template;
  return { subject: filledIn(subject, variables).text, body: filledIn(body, variables).text };
}
