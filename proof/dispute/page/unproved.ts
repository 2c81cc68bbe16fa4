import { markup } from "./markup.ts";
import { list } from "./parts.ts";
import type { Section } from "./section.ts";

const limits: readonly string[] = [
  "An event that was never recorded. Records are numbered without a gap and every call is recorded before it is made, but what never reached Mandate is not here. Compare with the target's own books by the idempotency key.",
  "That the inputs were true. The record shows what a source said and when it was read, not that the source was right.",
  "Anything, if all who hold keys work together. The log's owner, its witnesses and the other company could write another history from the start. A checkpoint that anybody else kept from before would show it.",
  "Why a model said what it said. Its reasoning is what it stated. No statement of a model let anything pass; rules on facts did.",
  "Who sat at the keyboard. A person is the identity that logged in, in the role it had at that moment.",
  "The exact time. Times are those of Mandate's clock; a witness's cosignature bounds them from above.",
];

export function unprovedSection(): Section {
  const body = markup`<p>A record is evidence within limits. This one cannot prove:</p>
${list(limits)}`;
  return { id: "unproved", title: "What this record cannot prove", body };
}
