/** What a text is read by in one language: words alone, so that another language is another table. Lower case throughout. */
export type Language = {
  readonly code: string;
  /** Words by which a person takes something on, after who does: `will`, `can have`. */
  readonly promises: readonly string[];
  /** The same with the first person in it: `i'll`, `let me`; the speaker is the owner. */
  readonly ownPromises: readonly string[];
  /** Begin a line that hands something to somebody: `action item:`. */
  readonly actionLabels: readonly string[];
  /** Between a name and what it has to do in a list: `to`. */
  readonly taskLink: string;
  /** Verbs that tasks begin with, in their bare form: a name with `to` and another word is no task. */
  readonly taskVerbs: readonly string[];
  /** A sentence with one of these takes nothing on: it asks, denies or reports. */
  readonly noPromise: readonly string[];
  /** After a promise's words: it is about how things are or will be, and nobody does anything. */
  readonly noDeed: readonly string[];
  /** Words for whoever speaks: `i`, `we`. */
  readonly speakers: readonly string[];
  readonly objections: { readonly [kind in ObjectionKind]: readonly string[] };
  /** Before or in a clause with an objection's words, these say that there is none. */
  readonly noObjection: readonly string[];
  readonly weekdays: readonly string[];
  readonly months: readonly string[];
  /** Words for days from now: `tomorrow`. */
  readonly daysOff: { readonly [word: string]: number };
  /** Numbers as words. */
  readonly numbers: { readonly [word: string]: number };
  readonly units: {
    readonly day: readonly string[];
    readonly week: readonly string[];
    readonly month: readonly string[];
  };
  readonly within: readonly string[];
  readonly next: readonly string[];
  readonly endOf: {
    readonly week: readonly string[];
    readonly month: readonly string[];
    readonly quarter: readonly string[];
  };
  readonly thousand: readonly string[];
  readonly million: readonly string[];
  readonly currencyWords: { readonly [word: string]: string };
  readonly headers: { readonly people: readonly string[] };
  /** Lines before a mail's signature. */
  readonly closings: readonly string[];
  /** Before a name: `mr`. */
  readonly titles: readonly string[];
  /** Capitalised words that are nobody's name. */
  readonly noNames: readonly string[];
};

export const objectionKinds = ["price", "timing", "competitor", "authority", "security", "need", "trust"] as const;
export type ObjectionKind = (typeof objectionKinds)[number];
