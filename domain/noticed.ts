import { z } from "zod";

/** An argument that a model proposed otherwise than is asked, each as JSON text; empty where it is not there. */
export const SetAside = z.strictObject({ argument: z.string(), asked: z.string(), proposed: z.string() });
export type SetAside = z.infer<typeof SetAside>;

/** Characters in a text that eyes do not see, or that stand in for others, by the reading and the property that hold it. */
export const TextMark = z.strictObject({
  source: z.string(),
  property: z.string(),
  mark: z.enum(["hidden-characters", "mixed-alphabets"]),
});
export type TextMark = z.infer<typeof TextMark>;

/** What code noticed of how a proposal came about. It decides nothing: whoever is asked, or looks later, is told. */
export const Noticed = z.strictObject({
  setAside: z.array(SetAside),
  marks: z.array(TextMark),
});
export type Noticed = z.infer<typeof Noticed>;

const markInWords = {
  "hidden-characters": "holds characters that nobody sees",
  "mixed-alphabets": "mixes alphabets within a word",
} as const satisfies Record<TextMark["mark"], string>;

/** What was noticed, a sentence each, for whoever answers. */
export function noticedInWords({ setAside, marks }: Noticed): string[] {
  return [
    ...setAside.map(({ argument, asked, proposed }) => {
      const said = (text: string) => (text === "" ? "nothing" : text);
      return `The agent proposed ${argument} ${said(proposed)} where ${said(asked)} is asked. That was set aside: this is decided as it was asked.`;
    }),
    ...marks.map(({ source, property, mark }) => `The text of ${property} in ${source} ${markInWords[mark]}.`),
  ];
}
