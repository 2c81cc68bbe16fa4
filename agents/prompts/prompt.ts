/** A text that agents are told, under a name. Another text is another version, with a line of its change log. */
export type Prompt = {
  /** In kebab-case. */
  readonly name: string;
  /** From 1 upwards, one by one. */
  readonly version: number;
  /** A line per version, the first one first. `at` is a day, ISO 8601. */
  readonly changes: readonly { readonly version: number; readonly at: string; readonly what: string }[];
  readonly text: string;
};
