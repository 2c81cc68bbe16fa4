import { z } from "zod";

/** `withhold`: the text never goes out as it is written. `ask`: a person may let it go out so. */
const Over = z.enum(["withhold", "ask"]);
export type Over = z.infer<typeof Over>;

/** What a text may hide or pass off by its characters. */
export const hygieneKinds = [
  "bidi",
  "invisible",
  "control",
  "mixed-alphabets",
  "look-alike",
  "styled",
  "stacked-marks",
] as const;
export type HygieneKind = (typeof hygieneKinds)[number];

const Name = z.string().min(1);
const Text = z.string().min(1);
const Patterns = z.array(Text);

/** What may not be said, by RE2 patterns over a text's normal form. */
export const BrandClaim = z.strictObject({
  /** `<file>.<its name there>`. */
  id: Name,
  /** What kind of claim it is: `guarantee`, `performance`. */
  class: Name,
  patterns: z.array(Text).min(1),
  /** Readings of the same words that are no claim: what overlaps one of them is none. */
  except: Patterns,
  /** Words before it that deny it, and questions, take it back. False where a denial is the claim itself. */
  deniable: z.boolean(),
  /** Any one of these, cited and not run out, settles it. */
  evidence: z.array(Name),
  /** Allowed wordings: the nearest is offered. */
  instead: z.array(Text).min(1),
  reason: Text,
  over: Over,
});
export type BrandClaim = z.infer<typeof BrandClaim>;

const Speech = z.strictObject({
  /** The file that says it, and the languages whose words that file has. */
  of: Name,
  languages: z.array(Name),
  /** What denies a claim that stands right behind it in the same sentence. */
  takenBack: Patterns,
  /** What tells, right before a quotation, that somebody else's words follow. */
  attributed: Patterns,
  /** How a sentence with a question mark begins that asks, and claims nothing. */
  asked: Patterns,
});
export type Speech = z.infer<typeof Speech>;

/** The language of texts, by the share of their words that are among its commonest. */
const Language = z.strictObject({ code: Name, words: z.array(Name).min(1) });
export type Language = z.infer<typeof Language>;

/** Everything that texts to people are held against, as one version of a policy has it. Plain JSON. */
export const BrandRules = z.strictObject({
  languages: z.strictObject({
    allowed: z.array(Name).min(1),
    known: z.array(Language),
    /** A stretch of fewer words is in no language. */
    minWords: z.int().min(1),
    /** Least share of known words, in ppm, for a stretch to be in a language. */
    sharePpm: z.int().min(1).max(1_000_000),
    reason: Text,
    instead: Text,
    over: Over,
  }),
  /** Hosts in lower case; what is under one of them is allowed too. */
  links: z.strictObject({ hosts: z.array(Name), reason: Text, lookAlike: Text, instead: Text, over: Over }),
  hygiene: z.strictObject({ refuse: z.array(z.enum(hygieneKinds)), reason: Text, over: Over }),
  /** What settles claims. ISO date: the first day on which it does not any more; null where it runs on. */
  evidence: z.array(z.strictObject({ id: Name, title: Text, until: z.iso.date().nullable() })),
  /** Wordings that are approved, word by word, with `{number}`, `{percent}`, `{money}` and `{date}` for what varies. */
  propositions: z.array(z.strictObject({ id: Name, class: Name, wording: Text })),
  claims: z.array(BrandClaim),
  /** How what a file calls a claim is said without claiming it: of claims of files that say nothing here, by any of these. */
  speech: z.array(Speech),
});
export type BrandRules = z.infer<typeof BrandRules>;

/** Something in a text that the rules do not let out. */
export type BrandFinding = {
  readonly rule: string;
  readonly class: string;
  /** Where in the text as it is written. UTF-16 units; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
  readonly words: string;
  readonly why: string;
  /** The nearest wording that is allowed; empty where leaving it out is all that is. */
  readonly instead: string;
  readonly over: Over;
  /** The variable that brings it, where no word of the text around it takes part: it is then theirs whose name or word it is. */
  readonly of: string | null;
};
