import { modes } from "../../domain/decision-details.ts";
import type { ModeView } from "../../gateway/http/modes.ts";
import type { Answer } from "../answer.ts";
import { bodyOf } from "../api-body.ts";
import { operand, type Call } from "../command.ts";
import { failure } from "../failure.ts";
import { asSomebody } from "./release-words.ts";
import { openSigning, type SigningOptions } from "./signing.ts";
import type { Environment } from "../session.ts";

export type ModeOptions = SigningOptions;

/** `mandate policy mode POLICY MODE`: lower it at once, or ask to raise it. */
export async function mode(call: Call<ModeOptions>): Promise<Answer> {
  return setMode(call, operand(call.args), call.args[1] ?? "");
}

/** Sets a policy's mode: a lower one counts at once, a higher one when a second person asks for the same. */
export async function setMode({ options }: Call<ModeOptions>, policy: string, given: string): Promise<Answer> {
  const wanted = modes.find((known) => known === given);
  if (wanted === undefined) {
    throw failure("usage", "no-such-mode", `no mode \`${given}\``, `use one of ${modes.join(", ")}`);
  }
  const signing = await openSigning(options);
  const { $post } = signing.client.v1.modes[":policyId"];
  const json = { ...signing.signMode(policy, wanted), mode: wanted };
  const view = await bodyOf($post({ param: { policyId: policy }, json }));
  return { data: view, ...(await modeAnswer(options, view)) };
}

async function modeAnswer(
  options: Environment,
  { policy, mode: current, waiting }: ModeView,
): Promise<Omit<Answer, "data">> {
  if (waiting === null) return { text: `${policy} is ${current}.\n`, next: ["policy releases"] };
  const { person, roles } = waiting;
  const text = `${policy} stays ${current}: ${waiting.mode} waits for a second person, ${roles.join(" or ")}, not ${person}.\n`;
  const second = await asSomebody(options, { person, roles });
  return { text, next: [`policy promote ${policy} --mode ${waiting.mode} ${second}`] };
}
