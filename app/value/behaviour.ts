import type { Card } from "../../domain/card.ts";
import { formatPpm } from "../../domain/ppm.ts";
import { drawn, drawnBetween, type Request } from "./requests.ts";

/**
 * How people and requesters act in a play. They see what is shown to them: a card, the notes on the record and the record's
 * state, and nothing else. What they would do is drawn by the seed for a request, the same in every play. Pure.
 */

/** Source: our own assumptions, printed with every result, but for the reading speed. */
export const assumed = {
  /** From a question to its answer. Shorter than the first deadline of every route. */
  personMinutes: { min: 30, max: 210 },
  /** From a note on the record to what the requester makes of it. */
  requesterMinutes: { min: 20, max: 240 },
  /** The deepest discount at which a person lets a request pass. */
  tolerancePpm: { min: 150_000, max: 250_000 },
  /** Whether a person lets pass what the rules would, and something else put to them. */
  passesDoubtPpm: 500_000,
  /** Whether a requester takes what would pass, while people decide, and once it was refused. */
  takesOfferPpm: 500_000,
  takesOfferRefusedPpm: 700_000,
  /** Whether a requester puts in what the record lacks. */
  correctsPpm: 800_000,
  /** A requester who is refused and takes no offer asks for so much less, at most this often. */
  concedesPpm: { min: 20_000, max: 80_000 },
  concedesTimes: 2,
  /** Of a person, for each question: to open it and to write down an answer. */
  answerMinutesMilli: 1_000,
  /** To look up elsewhere what the card does not show. */
  lookUpMinutesMilli: 3_000,
  /** Silent reading of English, words a minute. Source: Brysbaert 2019, a meta-analysis of 190 studies. */
  wordsPerMinute: 238,
} as const;

/** What a person reads of a card: everything but addresses, durations and what is not there. */
export function wordsOn(card: Card): number {
  const texts = [
    card.ask.sentence,
    ...card.wouldPass,
    ...card.why.rules.map(({ reason }) => reason),
    ...card.evidence.rows.flatMap(({ name, value }) => [name, value]),
    ...card.others.flatMap(({ title, reasons }) => [title, ...reasons]),
    ...(card.recommendation?.reasons ?? []),
    ...card.findings.flatMap(({ statement, confidence }) => [statement, confidence.text]),
    ...card.precedents.map(({ answer, text }) => `${answer} ${text}`),
    ...card.room.map(({ text }) => text),
    card.words.reasoning,
    ...card.words.noticed,
  ];
  return texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== "").length;
}

/** What a person has to look up elsewhere before they answer. */
export function lookUpsFor(card: Card, answer: "approve" | "reject", answeredBefore: number): readonly string[] {
  const said = [card.words.reasoning, ...card.evidence.rows.map(({ name }) => name)].join(" ");
  return [
    ...(/standing/i.test(said) ? [] : ["how the partner stands"]),
    ...(answeredBefore > 0 && card.precedents.length === 0 ? ["how like requests were answered"] : []),
    ...(answer === "reject" && card.wouldPass.length === 0 ? ["what to tell the requester to ask for"] : []),
  ];
}

/** A person's time for a question, in thousandths of a minute. */
export function minutesMilliFor(words: number, lookUps: number): number {
  const { answerMinutesMilli, lookUpMinutesMilli, wordsPerMinute } = assumed;
  return answerMinutesMilli + Math.round((words * 1_000) / wordsPerMinute) + lookUps * lookUpMinutesMilli;
}

/** What a person says of a card: by the discount that it shows, where it shows one. */
export function answerTo(seed: number, { n }: Request, card: Card): "approve" | "reject" {
  const { ruler, why } = card;
  // What is asked in part can be rejected and corrected, never approved.
  if (why.missing.length > 0 || ruler === null) return "reject";
  const passes = ruler.bands.find(({ from, to }) => ruler.at.value >= from.value && ruler.at.value <= to.value);
  if (passes?.verdict === "execute") {
    return drawn(seed, n, "passes a doubt") < assumed.passesDoubtPpm ? "approve" : "reject";
  }
  const tolerated = drawnBetween(drawn(seed, n, "tolerance"), assumed.tolerancePpm);
  return ruler.at.value <= tolerated ? "approve" : "reject";
}

export function personMinutes(seed: number, { n }: Request, nth: number): number {
  return drawnBetween(drawn(seed, n, "person", nth), assumed.personMinutes);
}

export function requesterMinutes(seed: number, { n }: Request, nth: number): number {
  return drawnBetween(drawn(seed, n, "requester", nth), assumed.requesterMinutes);
}

/** What a note on the record says can be done about it. Amounts in minor units. */
export type Told = { readonly netPriceMinor?: number; readonly lacksSomething: boolean };

const OFFER = /net price ([\d,]+)\.(\d\d) USD in place of/;

export function toldBy(note: string): Told {
  const [, whole = "", cents = ""] = OFFER.exec(note) ?? [];
  const lacksSomething = note.includes("Correct what cannot be read");
  if (whole === "") return { lacksSomething };
  return { netPriceMinor: Number(whole.replaceAll(",", "")) * 100 + Number(cents), lacksSomething };
}

/** What a requester does: other properties of the quote, by what they were told; undefined where they do nothing. */
export type Doing =
  | { readonly kind: "corrects" }
  | { readonly kind: "takes-offer"; readonly netPriceMinor: number }
  | { readonly kind: "asks-less"; readonly netPriceMinor: number };

type Standing = {
  readonly state: "asked" | "refused";
  readonly told: Told;
  readonly netPriceMinor: number;
  readonly conceded: number;
};

export function requesterDoes(seed: number, request: Request, standing: Standing): Doing | undefined {
  const { state, told, netPriceMinor, conceded } = standing;
  const share = (name: string) => drawn(seed, request.n, name);
  if (told.lacksSomething && request.lacksListPrice) {
    return share("corrects") < assumed.correctsPpm ? { kind: "corrects" } : undefined;
  }
  const takes = state === "asked" ? assumed.takesOfferPpm : assumed.takesOfferRefusedPpm;
  if (told.netPriceMinor !== undefined && share("takes the offer") < takes) {
    return { kind: "takes-offer", netPriceMinor: told.netPriceMinor };
  }
  if (state === "asked" || conceded >= assumed.concedesTimes) return undefined;
  const ppm = drawnBetween(share(`concedes ${conceded}`), assumed.concedesPpm);
  const more = Math.floor((request.listPriceMinor * ppm) / 1_000_000);
  return { kind: "asks-less", netPriceMinor: Math.min(request.listPriceMinor, netPriceMinor + more) };
}

/** The assumptions, in sentences. */
export function assumedInWords(): readonly string[] {
  const range = ({ min, max }: { min: number; max: number }) => `${min} to ${max} minutes`;
  const minutes = (milli: number) => `${milli / 1_000} min`;
  const a = assumed;
  return [
    `A person answers ${range(a.personMinutes)} after a question came, and lets a discount pass up to what they tolerate for that request, ${formatPpm(a.tolerancePpm.min)} to ${formatPpm(a.tolerancePpm.max)}; of what the rules alone would let pass, ${formatPpm(a.passesDoubtPpm)}. What is not whole they reject.`,
    `A requester acts ${range(a.requesterMinutes)} after a note: ${formatPpm(a.takesOfferPpm)} take what would pass while people decide, ${formatPpm(a.takesOfferRefusedPpm)} once refused, ${formatPpm(a.correctsPpm)} put in what the record lacks. The others who were refused ask for ${formatPpm(a.concedesPpm.min)} to ${formatPpm(a.concedesPpm.max)} less, at most ${a.concedesTimes} times, and then leave it.`,
    `A question costs ${minutes(a.answerMinutesMilli)} to open and answer, the words of its card at ${a.wordsPerMinute} a minute (Brysbaert 2019), and ${minutes(a.lookUpMinutesMilli)} for each thing to look up elsewhere: how the partner stands, how like requests were answered, what to tell the requester.`,
    "All but the reading speed are our own assumptions. Nobody in a play sees more than the card, the record and its notes.",
  ];
}
