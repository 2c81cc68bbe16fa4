import type { Dispute } from "../dispute.ts";
import { markup } from "./markup.ts";
import { cite, code, pairs, stopped, table } from "./parts.ts";
import type { Section } from "./section.ts";

export function askedSection({ asked }: Dispute): Section {
  const { n, sentence, tool, args, by, trigger, actionDigest } = asked;
  const cause = trigger === null ? markup`` : markup`<p>It began when ${trigger.text}.${cite(trigger.n)}</p>`;
  const exact = table(
    "The action, argument by argument",
    [{ header: "Argument" }, { header: "Value" }],
    args.map(({ name, text }) => [name, text]),
  );
  const body = markup`<p class="lead">${stopped(sentence)}${cite(n)}</p>
${cause}
${pairs([
  ["Asked for by", by],
  ["Tool that would act", tool === "" ? "not known" : code(tool)],
  ["Digest of exactly this action", actionDigest === "" ? "cannot be read" : code(actionDigest)],
])}
${args.length === 0 ? markup`` : exact}`;
  return { id: "asked", title: "What was asked", body };
}
