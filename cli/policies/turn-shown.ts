import { withProgress } from "../../engines/progress.ts";
import type { ReleaseChanged } from "../../gateway/http/releases.ts";
import type { Answer } from "../answer.ts";
import type { Call } from "../command.ts";
import { behaviourOf } from "./behaviour.ts";
import { behaviourText } from "./behaviour-text.ts";
import { policiesInForce, releasedBundle } from "./sides.ts";
import type { Signing } from "./signing.ts";

/** What somebody is about to sign for. */
type Shown = {
  /** It was written to a terminal, where they may be asked; else it is part of the answer. */
  readonly isAsked: boolean;
  /** The answer once it is signed, with what was shown as data. */
  with(changed: ReleaseChanged, answer: Omit<Answer, "data">): Answer;
};

/** Shows all that changes between what is in force and a release before it is signed for. */
export async function showTurn(
  { options, io }: Call<{ readonly yes?: boolean }>,
  signing: Signing,
  release: string,
): Promise<Shown> {
  const { client } = signing;
  const tell = (line: string) => void io.stderr.write(`${line}\n`);
  const before = await policiesInForce(signing);
  const sides = { before, after: (await releasedBundle(client, release)).policies };
  const behaviour = await withProgress("comparing with what is in force", tell, () => behaviourOf(client, release));
  const text = behaviourText(behaviour, sides);
  const isAsked = io.stdin.isTTY === true && options.json !== true && options.yes !== true;
  if (isAsked) io.stderr.write(`${text}\n`);
  return {
    isAsked,
    with: (changed, answer) => ({
      ...answer,
      data: { ...changed, behaviour },
      text: isAsked ? answer.text : `${answer.text}\n${text}`,
    }),
  };
}
